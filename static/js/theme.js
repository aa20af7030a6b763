// Applies the remembered theme before the page is painted: light, dark, or the system's choice.
(() => {
  const KEY = "omegaweb-theme";
  const root = document.documentElement;

  function apply(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === (theme || "system")));
    }
    document.dispatchEvent(new CustomEvent("omegaweb:theme"));
  }

  function remembered() {
    return localStorage.getItem(KEY) || "system";
  }

  apply(remembered());
  document.addEventListener("DOMContentLoaded", () => apply(remembered()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-theme]");
    if (!button) return;
    localStorage.setItem(KEY, button.dataset.setTheme);
    apply(button.dataset.setTheme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(remembered()));
})();
