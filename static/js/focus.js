// Keeps the keyboard in a block of buttons whose button did its work and is gone: after the page came anew, or after a
// part of it was redrawn. window.omegawebKeepFocus(block, redraw).

(() => {
  const KEY = "omegaweb-focus";
  const REACHABLE = "a[href], button:not(:disabled)";

  window.omegawebKeepFocus = (block, redraw) => {
    const had = block.contains(document.activeElement);
    redraw();
    const now = document.activeElement;
    if (had && (!block.contains(now) || now.matches(":disabled"))) block.querySelector(REACHABLE)?.focus();
  };

  // A form leads back to its page. The button of a dialog is the one that opened it. Who used a mouse needs no focus.
  document.addEventListener("submit", (event) => {
    if (!document.activeElement.matches(":focus-visible")) return;
    const dialog = event.target.closest("dialog");
    const button = dialog ? document.querySelector(`[data-opens="${dialog.id}"]`) : event.submitter;
    const block = button?.closest(".actions[id]");
    if (block) sessionStorage.setItem(KEY, JSON.stringify([location.pathname, block.id]));
  });

  const [path, id] = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  sessionStorage.removeItem(KEY);
  if (path === location.pathname) document.getElementById(id)?.querySelector(REACHABLE)?.focus();
})();
