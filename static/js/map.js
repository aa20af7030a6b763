// Draws the population map and lets it grow in place. The page brings all points, a frame those that moved; this file
// knows the shapes, the keys and the mark.
// A point is [number, x, y, n, reward, kind, story, by, distance].

(() => {
  const place = document.getElementById("map");
  const focusLine = document.getElementById("map-focus");
  const token = window.omegawebToken;
  const CONFIG = { displaylogo: false, responsive: true, scrollZoom: false, modeBarButtons: [["toImage", "resetScale2d"]] };
  const SYMBOLS = {
    kept: "circle",
    waiting: "diamond",
    open: "circle-open",
    undecided: "triangle-up",
    dropped: "x",
    step: "circle-open-dot",
    refused: "square-x-open",
    aside: "circle-open",
  };
  const LARGE = ["kept", "waiting", "undecided"];
  const NAMED = 10; // kept points whose number is written beside them, the best ones; more would cover each other
  // Viridis: even in lightness, so that people who see no red or no green read it as well.
  const SCALE = [[68, 1, 84], [71, 45, 123], [59, 82, 139], [44, 114, 142], [33, 145, 140], [40, 174, 128], [94, 201, 98], [173, 220, 48], [253, 231, 37]];
  const figure = JSON.parse(document.getElementById("map-figure").textContent);
  let at = -1; // index of the point the keys are on

  /** Takes the points that moved over; they come in any order. */
  function take(moved) {
    const points = new Map(figure.points.map((point) => [point[0], point]));
    for (const point of moved.points) points.set(point[0], point);
    const here = at < 0 ? null : figure.points[at][0];
    figure.points = [...points.values()].sort((a, b) => a[0] - b[0]);
    figure.flags = moved.flags;
    at = here === null ? -1 : figure.points.findIndex((point) => point[0] === here);
  }

  function colour(reward) {
    if (reward === null) return token("--text-faint");
    const along = Math.min(1, Math.max(0, reward)) * (SCALE.length - 1);
    const low = Math.min(Math.floor(along), SCALE.length - 2);
    const mixed = SCALE[low].map((value, i) => Math.round(value + (SCALE[low + 1][i] - value) * (along - low)));
    return `rgb(${mixed.join(",")})`;
  }

  function size([, , , n, , kind]) {
    return Math.min(26, 7 + 2 * Math.sqrt(n)) * (LARGE.includes(kind) ? 1 : 0.65);
  }

  function inWords([number, , , n, reward, , story, by, distance]) {
    const known = reward === null ? "not scored" : `${omegawebReward(reward)} (n = ${n})`;
    const warning = figure.flags[number] ? `, warning: ${figure.flags[number].toLowerCase()}` : "";
    return `#${number}: ${known}, ${figure.stories[story].replace("{by}", by).replace("{distance}", distance)}${warning}`;
  }

  function marked() {
    const number = document.getElementById("map-pinned").dataset.number;
    return number === undefined ? null : figure.points.find((point) => point[0] === Number(number)) || null;
  }

  function trace(kind, points) {
    const best = kind === "kept" ? [...points].sort((a, b) => b[4] - a[4]).slice(0, NAMED) : [];
    const isOpen = SYMBOLS[kind].includes("open");
    return {
      type: "scatter",
      name: figure.labels[kind],
      mode: best.length ? "markers+text" : "markers",
      x: points.map((point) => point[1]),
      y: points.map((point) => point[2]),
      customdata: points.map((point) => point[0]),
      text: points.map((point) => (best.includes(point) ? `#${point[0]}` : "")),
      textposition: "top center",
      hovertext: points.map(inWords),
      hovertemplate: "%{hovertext}<extra></extra>",
      marker: {
        symbol: SYMBOLS[kind],
        size: points.map(size),
        color: points.map((point) => colour(point[4])),
        opacity: LARGE.includes(kind) ? 1 : kind === "dropped" ? 0.85 : 0.6,
        // A line of its own: the scale has colours that are near the page's own, in either theme.
        line: { width: isOpen ? 1.5 : 1, color: isOpen ? points.map((point) => colour(point[4])) : token("--text-soft") },
      },
    };
  }

  function frame(point, name, symbol) {
    return {
      type: "scatter",
      name,
      mode: "markers",
      x: point ? [point[1]] : [],
      y: point ? [point[2]] : [],
      hoverinfo: "skip",
      marker: { symbol, size: point ? [size(point) + 12] : [], color: token("--accent"), line: { width: 2.5 } },
    };
  }

  // A ring around who was flagged before it was scored.
  function flagged() {
    const points = figure.points.filter((point) => point[0] in figure.flags);
    return {
      type: "scatter",
      name: "Flagged",
      mode: "markers",
      x: points.map((point) => point[1]),
      y: points.map((point) => point[2]),
      hoverinfo: "skip",
      marker: { symbol: "circle-open", size: points.map((point) => size(point) + 6), color: token("--warn"), line: { width: 1.5 } },
    };
  }

  function traces() {
    const drawn = [];
    // Kept ones last, so that they lie on top.
    for (const kind of ["aside", "step", "dropped", "refused", "open", "undecided", "waiting", "kept"]) {
      drawn.push(trace(kind, figure.points.filter((point) => point[5] === kind)));
    }
    return [...drawn, flagged(), frame(marked(), "Marked", "square-open"), frame(figure.points[at], "Here", "circle-open")];
  }

  function layout() {
    const hidden = { visible: false, zeroline: false, showgrid: false };
    const isEmpty = figure.points.length === 0;
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: token("--text-soft") },
      margin: { l: 8, r: 8, t: 8, b: 8 },
      height: 420,
      hovermode: "closest",
      dragmode: "pan",
      hoverlabel: { bgcolor: token("--raised"), bordercolor: token("--border-strong"), font: { color: token("--text") }, align: "left" },
      // Made from the colour of the paper, which is see-through, its ground would be a grey block.
      modebar: { bgcolor: "rgba(0,0,0,0)", color: token("--text-faint"), activecolor: token("--text") },
      showlegend: false,
      xaxis: { ...hidden },
      yaxis: { ...hidden, scaleanchor: "x" },
      uirevision: "map", // keeps what a person zoomed into
      annotations: isEmpty
        ? [{ text: figure.empty, showarrow: false, xref: "paper", yref: "paper", x: 0.5, y: 0.5 }]
        : [],
    };
  }

  function draw() {
    Plotly.react(place, traces(), layout(), CONFIG);
    place.dataset.points = String(figure.points.length);
  }

  function goTo(index) {
    if (!figure.points.length) return;
    at = Math.min(figure.points.length - 1, Math.max(0, index));
    focusLine.textContent = inWords(figure.points[at]);
    draw();
  }

  function mark(number) {
    const query = new URLSearchParams(location.search);
    if (number === null) query.delete("pin");
    else query.set("pin", number);
    htmx.ajax("GET", `?${query}`, { target: "#map-pinned", swap: "outerHTML" }).then(() => {
      history.replaceState(history.state, "", `?${query}`);
      document.dispatchEvent(new CustomEvent("htmx:pushedIntoHistory")); // the socket asks for this mark from now on
      draw();
    });
  }

  place.addEventListener("keydown", (event) => {
    const last = figure.points.length - 1;
    const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last };
    if (event.key in steps) goTo(at < 0 && event.key.startsWith("Arrow") ? last : steps[event.key]);
    else if (event.key === "Enter" && at >= 0) mark(figure.points[at][0]);
    else if (event.key === "Escape") mark(null);
    else return;
    event.preventDefault();
  });
  place.addEventListener("blur", () => { at = -1; focusLine.textContent = ""; draw(); });

  document.addEventListener("omegaweb:frame", ({ detail: { map } }) => {
    if (!map || !map.points.length) return;
    take(map);
    draw();
  });
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("omegaweb:theme", draw);
  draw();
  place.on("plotly_click", ({ points }) => { if (points[0].customdata !== undefined) mark(points[0].customdata); });
})();
