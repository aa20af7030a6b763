// Single keys for what a page offers: an element with data-key="a" is clicked when A is pressed outside a text field.
// People who dictate or press keys by accident can switch them off in the dialog that "?" opens.

const OFF = "omegaweb-shortcuts-off";

function isTyping(element) {
  return element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

function press(element) {
  const reveals = element.dataset.keyFocus;
  if (reveals) {
    const disclosure = element.closest("details");
    if (disclosure) disclosure.open = true;
    document.getElementById(reveals).focus();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const part = event.target.closest("[data-quick-submit]");
    // Pressing its button, and not only sending the form, so that the server hears which one it was.
    part?.querySelector("button[type=submit]").click();
    return;
  }
  if (event.key === "Escape" && isTyping(event.target)) {
    const disclosure = event.target.closest("details[data-escapes]");
    if (disclosure) {
      disclosure.open = false;
      disclosure.querySelector("summary").focus();
    }
    return;
  }
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (localStorage.getItem(OFF) && event.key !== "?") return;
  // Arrows scroll whatever has the focus and can be scrolled sideways.
  if (event.key.startsWith("Arrow") && event.target.closest(".table-scroll, pre, [role=tablist]")) return;
  const wanted = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  for (const element of document.querySelectorAll("[data-key]")) {
    if (element.dataset.key === wanted && element.checkVisibility() && !element.disabled) {
      event.preventDefault();
      press(element);
      return;
    }
  }
});

document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-shortcuts-off]");
  if (!box) return;
  box.checked = Boolean(localStorage.getItem(OFF));
  box.addEventListener("change", () => {
    if (box.checked) localStorage.setItem(OFF, "yes");
    else localStorage.removeItem(OFF);
  });
});
