// Colours of the theme for what cannot read CSS. Plotly wants plain colours, and tokens are light-dark(): let the
// browser compute them, once for each theme. window.omegawebToken("--accent").

(() => {
  const colours = new Map();

  window.omegawebToken = (name) => {
    if (colours.has(name)) return colours.get(name);
    const probe = document.createElement("span");
    probe.className = "colour-probe";
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    colours.set(name, colour);
    return colour;
  };
  document.addEventListener("omegaweb:theme", () => colours.clear());
})();
