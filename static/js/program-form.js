// The program form: chips that insert a placeholder where the cursor was, and a preview that follows added rows.

let target = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-placeholder-target]")) target = event.target;
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip) return;
  const field = target?.isConnected ? target : document.querySelector("[data-placeholder-target]");
  field.focus();
  field.setRangeText(chip.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id?.endsWith("-rows")) document.body.dispatchEvent(new Event("rows-changed"));
});
