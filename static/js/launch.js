// The launch page: the estimate follows when a preset, an optimizer or another program has rendered the settings again.
// While they are on their way nothing can be changed, so that nothing a person enters is replaced.
// Whoever comes back from another tab, where a missing key or price was set, sees at once that it is there.

(() => {
  const isSettings = (event) => event.detail.target?.id === "launch-settings";
  let held = [];

  document.addEventListener("htmx:beforeSend", (event) => {
    if (!isSettings(event)) return;
    const settings = event.detail.target;
    settings.setAttribute("aria-busy", "true");
    // What has the focus keeps it: htmx gives it back to the new element of the same id.
    held = [...settings.querySelectorAll("input, select, textarea, button")].filter(
      (control) => !control.disabled && control !== document.activeElement,
    );
    // A disabled field is not sent, so a launch in between would be refused for everything that "is missing".
    held.push(...document.querySelectorAll('#launch-form > button, #launch-form > aside button'));
    for (const control of held) control.disabled = true;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isSettings(event)) return;
    if (!event.detail.successful) event.detail.target.removeAttribute("aria-busy");
    for (const control of held) control.disabled = false;
  });

  const estimateAgain = () => document.body.dispatchEvent(new Event("settings-changed"));

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "launch-settings") estimateAgain();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && document.querySelector("#launch-estimate [target=_blank]")) estimateAgain();
  });
})();
