// The launch page: the estimate follows when a preset or another program has rendered the settings again.

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "launch-settings") document.body.dispatchEvent(new Event("settings-changed"));
});
