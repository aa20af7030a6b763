// Copies an exported file to the clipboard without downloading it: a button with data-copy-from="<address>".

const SHOWN_MILLISECONDS = 1600;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-from]");
  if (!button) return;
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  try {
    const answer = await fetch(button.dataset.copyFrom, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    await navigator.clipboard.writeText(await answer.text());
    label.textContent = "Copied";
  } catch (error) {
    label.textContent = "Could not copy";
    console.error(error);
  }
  setTimeout(() => { label.textContent = before; }, SHOWN_MILLISECONDS);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.export[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.export[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
