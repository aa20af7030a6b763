// Draws the best so far of several runs, and lets the lines grow while the runs go on.

(() => {
  const { AXES, CONFIG, VALUE, axisButtons, band, column, hoverText, layout, legendKey, reach } = window.omegawebChart;
  const place = document.getElementById("compare-chart");
  if (!place) return;
  const traces = JSON.parse(document.getElementById("compare-figure").textContent).traces;
  const legend = document.getElementById("compare-legend");
  const hidden = new Set();
  let axis = "calls";

  // A line holds until where its run stands now: [calls, seconds, tokens, cost], in the order of a point's columns.
  function held(trace) {
    if (!trace.points.length) return [];
    const end = [...trace.points[trace.points.length - 1]];
    end.splice(1, trace.spent.length, ...trace.spent);
    return [...trace.points, end];
  }

  function drawn(trace) {
    const colour = window.omegawebToken(trace.color);
    const visible = !hidden.has(trace.run);
    const points = held(trace);
    // Many bands over each other would be mud.
    const strength = Math.min(0.13, 0.4 / (traces.length - hidden.size));
    return [
      ...band(points, axis, colour, { visible }, strength),
      {
        type: "scatter",
        mode: "lines",
        x: column(points, AXES[axis].column),
        y: column(points, VALUE),
        text: points.map((point) => hoverText(trace.letter, point)),
        hovertemplate: "%{text}<extra></extra>",
        line: { ...trace.line, color: colour },
        visible,
      },
    ];
  }

  const buttons = axisButtons((chosen) => {
    axis = chosen;
    draw();
  });
  legend.append(...traces.map((trace) =>
    legendKey(trace, (isShown) => {
      if (isShown) hidden.delete(trace.run);
      else hidden.add(trace.run);
      draw();
    }),
  ));

  function draw() {
    const lists = traces.map(held);
    buttons.offer(lists);
    const isEmpty = reach(lists, "calls") === 0;
    Plotly.react(place, traces.flatMap(drawn), layout(axis, isEmpty, 380), CONFIG);
    place.dataset.points = String(traces.reduce((sum, trace) => sum + trace.points.length, 0));
  }

  document.addEventListener("omegaweb:frame", ({ detail }) => {
    for (const trace of traces) Object.assign(trace, detail.lines[trace.run]);
    if (Object.keys(detail.lines).length) draw();
  });
  document.addEventListener("omegaweb:theme", draw);
  draw();
})();
