// Draws the reward curve of a run and lets it grow in place. The server sends styles and points; this file knows the
// axis that was chosen, and how far the lines reach.

(() => {
  const { AXES, CONFIG, VALUE, LOW, HIGH, at, axisButtons, band, column, hoverText, layout, legendKey, reach } =
    window.omegawebChart;
  const token = window.omegawebToken;
  const place = document.getElementById("curve");
  const given = JSON.parse(document.getElementById("curve-figure").textContent);
  const note = document.getElementById("curve-note");
  const legend = document.getElementById("curve-legend");
  const traces = given.traces;
  let newest = given.sequence;
  let axis = "calls";
  let isDue = false;
  let drawnAt = -Infinity;
  const hidden = new Set(); // lines that a person took out

  const MARKERS = 100; // drawn for each line of single points; more would take longer than a frame
  const NEWEST = 30; // of them are always drawn
  const REST = 500; // milliseconds between two drawings, so that the page keeps time for people

  // Older points are drawn every 2nd, 4th, 8th …, so that those that are drawn stay the same for long.
  function thinned(points) {
    if (points.length <= MARKERS) return points;
    let step = 2;
    while (points.length / step > MARKERS - NEWEST) step *= 2;
    return points.filter((_, index) => index % step === 0 || index >= points.length - NEWEST);
  }

  // The baseline holds for the whole run; the best so far holds until it is beaten.
  function held(trace, furthest) {
    const points = trace.mode === "markers" ? thinned(trace.points) : trace.points;
    const end = points[points.length - 1];
    if (!end) return points;
    if (trace.series === "baseline") return [at(end, axis, 0), at(end, axis, furthest)];
    return trace.series === "best" ? [...points, at(end, axis, furthest)] : points;
  }

  function drawn(trace, furthest) {
    const colour = token(trace.color);
    const visible = !hidden.has(trace.series);
    const points = held(trace, furthest);
    const line = {
      type: "scatter",
      name: trace.name,
      mode: trace.mode,
      x: column(points, AXES[axis].column),
      y: column(points, VALUE),
      text: points.map((point) => hoverText(trace.name, point, trace.rows)),
      hovertemplate: "%{text}<extra></extra>",
      marker: { ...trace.marker, color: colour },
      line: { ...trace.line, color: colour },
      opacity: trace.opacity ?? 1,
      visible,
    };
    if (trace.error_y) {
      line.error_y = {
        ...trace.error_y,
        color: colour,
        array: points.map((point) => (point[HIGH] === null ? 0 : point[HIGH] - point[VALUE])),
        arrayminus: points.map((point) => (point[LOW] === null ? 0 : point[VALUE] - point[LOW])),
      };
    }
    return trace.band ? [...band(points, axis, colour, { visible }), line] : [line];
  }

  const buttons = axisButtons((chosen) => {
    axis = chosen;
    draw();
  });
  const keys = traces.map((trace) =>
    legendKey(trace, (isShown) => {
      if (isShown) hidden.delete(trace.series);
      else hidden.add(trace.series);
      draw();
    }),
  );
  legend.append(...keys);

  function draw() {
    isDue = false;
    const lists = traces.map((trace) => trace.points);
    const furthest = reach(lists, axis);
    keys.forEach((key, index) => { key.hidden = traces[index].points.length === 0; });
    buttons.offer(lists);
    const isEmpty = lists.every((points) => points.length === 0);
    Plotly.react(place, traces.flatMap((trace) => drawn(trace, furthest)), layout(axis, isEmpty, 320), CONFIG);
    note.hidden = !traces.some((trace) => trace.mode === "markers" && trace.points.length > MARKERS);
    place.dataset.points = String(traces.reduce((sum, trace) => sum + trace.points.length, 0));
    drawnAt = performance.now();
  }

  function drawSoon() {
    if (isDue) return;
    isDue = true;
    setTimeout(() => requestAnimationFrame(draw), Math.max(0, drawnAt + REST - performance.now()));
  }

  document.addEventListener("omegaweb:frame", ({ detail }) => {
    if (!detail.points) return;
    let grew = false;
    for (const trace of traces) {
      // A frame may come twice: what the curve has already is left out.
      const fresh = (detail.points[trace.series] || []).filter((point) => point[0] > newest);
      trace.points.push(...fresh);
      grew ||= fresh.length > 0;
    }
    newest = Math.max(newest, detail.sequence);
    if (grew) drawSoon();
  });

  document.addEventListener("omegaweb:theme", draw); // at once: a page in two themes cannot be read
  draw();
})();
