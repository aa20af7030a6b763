// What the reward charts share: axes, layout, bands, legend. window.omegawebChart.
// A point is [sequence, calls, seconds, tokens, cost, value, low, high, count,
// candidate], as omegaweb/runs/charts.py writes it.

(() => {
  const token = window.omegawebToken;
  const VALUE = 5;
  const LOW = 6;
  const HIGH = 7;
  const COUNT = 8;
  const CANDIDATE = 9;
  const AXES = {
    calls: { column: 1, title: "Calls" },
    seconds: { column: 2, title: "Time running (s)" },
    tokens: { column: 3, title: "Tokens", optional: true },
    cost: { column: 4, title: "Money (US dollars, of priced calls)", optional: true },
  };
  // Only what works here: one of Plotly's own buttons would send the chart to its makers.
  const CONFIG = { displaylogo: false, responsive: true, modeBarButtons: [["toImage", "resetScale2d"]] };

  /** Plotly's buttons in the page's colours; its own are made from those of the paper, which is see-through here. */
  function modebar() {
    return { bgcolor: "rgba(0,0,0,0)", color: token("--text-faint"), activecolor: token("--text") };
  }

  function column(points, index) {
    return points.map((point) => point[index]);
  }

  function reach(lists, axis) {
    let furthest = 0;
    for (const points of lists) {
      for (const point of points) furthest = Math.max(furthest, point[AXES[axis].column]);
    }
    return furthest;
  }

  /** The same point at another place of an axis. */
  function at(point, axis, x) {
    const moved = [...point];
    moved[AXES[axis].column] = x;
    return moved;
  }

  /** Two lines without a stroke, and the colour between them: the 95 % interval of each point. */
  function band(points, axis, colour, more, strength = 0.13) {
    const edge = (index, fill) => ({
      type: "scatter",
      mode: "lines",
      x: column(points, AXES[axis].column),
      y: points.map((point) => point[index] ?? point[VALUE]),
      line: { width: 0, shape: "hv", color: "rgba(0,0,0,0)" },
      hoverinfo: "skip",
      ...(fill ? { fill: "tonexty", fillcolor: colour.replace("rgb(", "rgba(").replace(")", `, ${strength})`) } : {}),
      ...more,
    });
    return [edge(LOW, false), edge(HIGH, true)];
  }

  function layout(axis, isEmpty, height) {
    const soft = token("--text-soft");
    const grid = token("--border");
    const line = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, tickcolor: grid, ticklabeloverflow: "allow" };
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: soft },
      margin: { l: 44, r: 12, t: 8, b: 40 },
      height,
      hovermode: "closest",
      hoverlabel: { bgcolor: token("--raised"), bordercolor: token("--border-strong"), font: { color: token("--text") } },
      modebar: modebar(),
      showlegend: false, // the page has its own: Plotly measures its legend anew at each drawing
      xaxis: {
        ...line,
        title: { text: AXES[axis].title, standoff: 8 },
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

  /** Seconds as people say them; omegaweb/runs/durations.py does the same. */
  function duration(seconds) {
    const whole = Math.floor(seconds);
    const two = (number) => String(number).padStart(2, "0");
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
    return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  }

  /** What the pointer shows at a point. `name` must be ours: Plotly reads marks in it. */
  function hoverText(name, point, rows = "") {
    const [, calls, seconds, tokens, cost] = point;
    const candidate = point[CANDIDATE] === null ? "" : ` #${point[CANDIDATE]}`;
    const interval = point[LOW] === null || point[HIGH] === null
      ? "" : `, 95 % ${omegawebReward(point[LOW])}–${omegawebReward(point[HIGH])}`;
    const spent = [`${calls.toLocaleString("en-US")} calls`, duration(seconds)];
    const more = []; // in a line of its own, so that it fits beside a point on a telephone
    if (tokens) more.push(`${tokens.toLocaleString("en-US")} tokens`);
    if (cost) more.push(`$${cost.toLocaleString("en-US", { minimumFractionDigits: 4, maximumFractionDigits: 4 })}`);
    const measured = `${point[VALUE].toFixed(3)} (n = ${point[COUNT]}${interval}${rows ? `, ${rows}` : ""})`;
    // Without marks for bold: Plotly makes them inline styles, which the content security policy forbids.
    return [`${name}${candidate}`, measured, spent.join(", "), ...(more.length ? [more.join(", ")] : [])].join("<br>");
  }

  /** A button for a line: it shows by its mark how the line is drawn, and takes the line out. */
  function legendKey(trace, onToggle) {
    const key = document.createElement("button");
    key.type = "button";
    key.className = `chart-key is-${trace.marker ? trace.marker.symbol : trace.line.dash || (trace.line.width > 1 ? "solid" : "thin")}`;
    key.style.setProperty("--key", `var(${trace.color})`);
    key.textContent = trace.name;
    key.setAttribute("aria-pressed", "true");
    key.addEventListener("click", () => {
      const isShown = key.getAttribute("aria-pressed") !== "true";
      key.setAttribute("aria-pressed", String(isShown));
      onToggle(isShown);
    });
    return key;
  }

  /** The buttons that choose the axis. Tokens and money are offered once something has cost some. */
  function axisButtons(onChoice) {
    const buttons = [...document.querySelectorAll("[data-axis]")];
    for (const button of buttons) {
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        onChoice(button.dataset.axis);
      });
    }
    return {
      offer(lists) {
        for (const button of buttons) {
          button.hidden = Boolean(AXES[button.dataset.axis].optional) && reach(lists, button.dataset.axis) === 0;
        }
      },
    };
  }

  window.omegawebChart = {
    AXES, CONFIG, VALUE, LOW, HIGH, at, axisButtons, band, column, hoverText, layout, legendKey, reach,
  };
})();
