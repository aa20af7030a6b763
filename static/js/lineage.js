// The size of the lineage tree, and moving it with the mouse. Where it is scrolled to is the browser's own business,
// so arrow keys and touch work without this file.

(() => {
  const LEAST = 0.15;
  const MOST = 2;
  let zoom = 1;

  function pane() {
    return document.getElementById("tree");
  }

  function apply() {
    const drawing = document.getElementById("tree-drawing");
    if (!drawing) return;
    const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
    drawing.setAttribute("width", Math.round(width * zoom));
    drawing.setAttribute("height", Math.round(height * zoom));
  }

  // What was in the middle stays there.
  function zoomTo(wanted) {
    const old = zoom;
    const place = pane();
    zoom = Math.min(MOST, Math.max(LEAST, wanted));
    const x = (place.scrollLeft + place.clientWidth / 2) / old;
    const y = (place.scrollTop + place.clientHeight / 2) / old;
    apply();
    place.scrollTo(x * zoom - place.clientWidth / 2, y * zoom - place.clientHeight / 2);
  }

  function whole() {
    const [, , width, height] = document.getElementById("tree-drawing").getAttribute("viewBox").split(" ").map(Number);
    zoomTo(Math.min(1, (pane().clientWidth - 4) / width, (pane().clientHeight - 4) / height));
  }

  const ACTIONS = { in: () => zoomTo(zoom * 1.25), out: () => zoomTo(zoom / 1.25), whole };
  const KEYS = { "+": "in", "=": "in", "-": "out", 0: "whole" };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) ACTIONS[button.dataset.zoom]();
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest("#tree") || event.ctrlKey || event.metaKey || !(event.key in KEYS)) return;
    event.preventDefault();
    ACTIONS[KEYS[event.key]]();
  });
  document.addEventListener("wheel", (event) => {
    if (!event.ctrlKey || !event.target.closest("#tree")) return;
    event.preventDefault();
    zoomTo(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
  }, { passive: false });

  let grip = null; // where the mouse took hold, and where the pane stood then
  document.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0 || !event.target.closest("#tree") || event.target.closest("a")) return;
    grip = { x: event.clientX, y: event.clientY, left: pane().scrollLeft, top: pane().scrollTop };
    pane().classList.add("is-held");
  });
  document.addEventListener("pointermove", (event) => {
    if (grip) pane().scrollTo(grip.left + grip.x - event.clientX, grip.top + grip.y - event.clientY);
  });
  document.addEventListener("pointerup", () => {
    if (grip) pane()?.classList.remove("is-held");
    grip = null;
  });
  document.addEventListener("omegaweb:frame", apply); // a drawing that is drawn anew has its own size again
})();
