// Small behaviours every page shares: copying, dialogs, menus, toasts. Pages work without them.

const TOAST_MILLISECONDS = 6000;
const COPIED_MILLISECONDS = 1600;

// On a narrow screen the chosen tab may lie beyond the edge of its row.
// Only sideways: scrollIntoView would move the whole page where the tabs lie below the fold.
const currentTab = document.querySelector(".tabs [aria-current]");
if (currentTab) {
  const tabs = currentTab.closest(".tabs");
  const [outer, inner] = [tabs.getBoundingClientRect(), currentTab.getBoundingClientRect()];
  tabs.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = document.getElementById(copy.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    const label = copy.querySelector("[data-copy-label]") ?? copy;
    const before = label.textContent;
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = before; }, COPIED_MILLISECONDS);
  }

  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  }

  if (event.target.closest("[data-closes]")) {
    event.preventDefault();
    event.target.closest("dialog").close();
  }
  if (event.target instanceof HTMLDialogElement) event.target.close();

  event.target.closest(".toast-close")?.closest(".toast").remove();

  for (const menu of document.querySelectorAll("details.user-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.user-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Errors stay until they are closed; the rest has been read after a few seconds.
function fadeToasts(root) {
  for (const toast of root.querySelectorAll(".toast:not(.toast-error):not([data-fades])")) {
    toast.dataset.fades = "";
    setTimeout(() => toast.remove(), TOAST_MILLISECONDS);
  }
}
fadeToasts(document);
document.addEventListener("htmx:afterSettle", () => fadeToasts(document));

// A form that was sent shows that it is working and cannot be sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.matches("[hx-post], [hx-get]")) return;
  form.classList.add("is-busy");
  for (const button of form.querySelectorAll("button[type=submit]")) {
    setTimeout(() => { button.disabled = true; });
  }
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form.is-busy")) {
    form.classList.remove("is-busy");
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
  }
});
