// Says on the button how many runs are chosen, and lets nobody choose more than fit into one comparison.

(() => {
  const MOST = 8;
  const form = document.getElementById("compare-runs");
  const said = form.querySelector("[data-chosen]");
  const button = form.querySelector("button");

  function tell() {
    const boxes = [...form.elements].filter((each) => each.type === "checkbox");
    const chosen = boxes.filter((box) => box.checked).length;
    said.textContent = chosen ? ` ${chosen}` : "";
    button.title = chosen >= MOST ? `${MOST} runs at most` : "Tick runs in the list to compare them";
    for (const box of boxes) box.disabled = chosen >= MOST && !box.checked;
  }

  document.addEventListener("change", (event) => { if (event.target.form === form) tell(); });
  // What replaces the list knows nothing of what is chosen.
  document.addEventListener("omegaweb:frame", tell);
  document.addEventListener("htmx:afterSettle", tell);
  window.addEventListener("pageshow", tell);
  tell();
})();
