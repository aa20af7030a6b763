// Draws the reward curve and lets it grow in place. The server sends styles and points; this file knows the theme,
// the axis that was chosen, and how far the lines reach.
// A point is [sequence, calls, seconds, value, low, high, text].

(() => {
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

  const COLUMN = { calls: 1, seconds: 2 };
  const MARKERS = 100; // drawn for each line of single points; more would take longer than a frame
  const NEWEST = 30; // of them are always drawn
  const REST = 500; // milliseconds between two drawings, so that the page keeps time for people
  // Only what works here: one of Plotly's own buttons would send the chart to its makers.
  const CONFIG = { displaylogo: false, responsive: true, modeBarButtons: [["toImage", "resetScale2d"]] };

  // Plotly wants plain colours, and tokens are light-dark(): let the browser compute them, once for each theme.
  const colours = new Map();
  function token(name) {
    if (colours.has(name)) return colours.get(name);
    const probe = document.createElement("span");
    probe.className = "colour-probe";
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    colours.set(name, colour);
    return colour;
  }

  function reach() {
    let furthest = 0;
    for (const trace of traces) {
      for (const point of trace.points) furthest = Math.max(furthest, point[COLUMN[axis]]);
    }
    return furthest;
  }

  // Older points are drawn every 2nd, 4th, 8th …, so that those that are drawn stay the same for long.
  function thinned(points) {
    if (points.length <= MARKERS) return points;
    let step = 2;
    while (points.length / step > MARKERS - NEWEST) step *= 2;
    return points.filter((_, index) => index % step === 0 || index >= points.length - NEWEST);
  }

  function column(points, index) {
    return points.map((point) => point[index]);
  }

  function data() {
    const furthest = reach();
    return traces.map((trace) => {
      const colour = token(trace.color);
      let points = trace.mode === "markers" ? thinned(trace.points) : trace.points;
      // The baseline holds for the whole run; the best so far holds until it is beaten.
      if (trace.series === "baseline" && points.length) {
        const end = points[points.length - 1];
        points = [at(end, 0), at(end, furthest)];
      } else if (trace.series === "best" && points.length) {
        points = [...points, at(points[points.length - 1], furthest)];
      }
      const drawn = {
        type: "scatter",
        name: trace.name,
        mode: trace.mode,
        x: column(points, COLUMN[axis]),
        y: column(points, 3),
        text: column(points, 6),
        hovertemplate: "%{text}<extra></extra>",
        marker: { ...trace.marker, color: colour },
        line: { ...trace.line, color: colour },
        opacity: trace.opacity ?? 1,
        visible: !hidden.has(trace.series),
      };
      if (trace.error_y) {
        drawn.error_y = {
          ...trace.error_y,
          color: colour,
          array: points.map((point) => (point[5] === null ? 0 : point[5] - point[3])),
          arrayminus: points.map((point) => (point[4] === null ? 0 : point[3] - point[4])),
        };
      }
      return drawn;
    });
  }

  function at(point, x) {
    const moved = [...point];
    moved[COLUMN[axis]] = x;
    return moved;
  }

  function layout() {
    const soft = token("--text-soft");
    const grid = token("--border");
    const line = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, tickcolor: grid, ticklabeloverflow: "allow" };
    const isEmpty = traces.every((trace) => trace.points.length === 0);
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: soft },
      margin: { l: 44, r: 12, t: 8, b: 40 },
      height: 320,
      hovermode: "closest",
      hoverlabel: { bgcolor: token("--raised"), bordercolor: token("--border-strong"), font: { color: token("--text") } },
      showlegend: false, // the page has its own: Plotly measures its legend anew at each drawing
      xaxis: {
        ...line,
        title: { text: axis === "calls" ? "Calls" : "Time running (s)", standoff: 8 },
        rangemode: "tozero",
        ...(isEmpty ? { range: [0, 1], showticklabels: false } : {}),
      },
      yaxis: { ...line, range: [-0.03, 1.03], tickformat: ".1f", dtick: 0.2 },
      uirevision: axis, // keeps what a person zoomed into
      annotations: isEmpty
        ? [{ text: "Nothing measured", showarrow: false, xref: "paper", yref: "paper", x: 0.5, y: 0.5 }]
        : [],
    };
  }

  // A button for each line that has points; it says by its mark how the line is drawn, and takes the line out.
  const keys = traces.map((trace) => {
    const key = document.createElement("button");
    key.type = "button";
    key.className = `chart-key is-${trace.marker ? trace.marker.symbol : trace.line.dash || (trace.line.width > 1 ? "solid" : "thin")}`;
    key.style.setProperty("--key", `var(${trace.color})`);
    key.textContent = trace.name;
    key.setAttribute("aria-pressed", "true");
    key.addEventListener("click", () => {
      if (!hidden.delete(trace.series)) hidden.add(trace.series);
      key.setAttribute("aria-pressed", String(!hidden.has(trace.series)));
      draw();
    });
    return key;
  });
  legend.append(...keys);

  function draw() {
    isDue = false;
    const began = performance.now();
    keys.forEach((key, index) => { key.hidden = traces[index].points.length === 0; });
    Plotly.react(place, data(), layout(), CONFIG);
    note.hidden = !traces.some((trace) => trace.mode === "markers" && trace.points.length > MARKERS);
    place.dataset.points = String(traces.reduce((sum, trace) => sum + trace.points.length, 0));
    drawnAt = performance.now();
    place.dataset.drawnIn = String(Math.round(drawnAt - began));
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

  for (const button of document.querySelectorAll("[data-axis]")) {
    button.addEventListener("click", () => {
      axis = button.dataset.axis;
      for (const other of document.querySelectorAll("[data-axis]")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      draw();
    });
  }
  document.addEventListener("omegaweb:theme", () => {
    colours.clear();
    draw(); // at once: a page in two themes cannot be read
  });
  draw();
})();
