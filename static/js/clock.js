// Lets the clocks of a run go on between two updates: data-ticks is "up" or "down", data-seconds what the server said.

(() => {
  const seen = new WeakMap(); // element → what the server said last, and when

  // The same words as omegaweb/runs/durations.py.
  function inWords(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (value) => String(value).padStart(2, "0");
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
    return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  }

  function tick() {
    for (const element of document.querySelectorAll("[data-ticks]")) {
      const said = element.dataset.seconds;
      const before = seen.get(element);
      if (!before || before.said !== said) seen.set(element, { said, at: performance.now() });
      const passed = (performance.now() - seen.get(element).at) / 1000;
      const isDown = element.dataset.ticks === "down";
      const now = isDown ? Number(said) - passed : Number(said) + passed;
      element.textContent = isDown ? `about ${inWords(now)}` : inWords(now);
    }
  }
  setInterval(tick, 1000);
  document.addEventListener("omegaweb:frame", tick);
})();
