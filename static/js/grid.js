// The grid of samples × candidates on the page of a run: loads it, keeps it up to date, opens its cells.

(() => {
  const SETTLED = 80; // milliseconds without scrolling after which missing cells are asked for
  const BETWEEN = 1000; // milliseconds between two looks at a run that moves
  let stop = () => {};
  let kept = null; // where the page was scrolled to when its part was drawn again

  function message(root, text, retry) {
    root.querySelector(".grid-state")?.remove();
    const box = document.createElement("div");
    box.className = "grid-state";
    box.setAttribute("role", "status");
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
    if (retry) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small";
      button.textContent = "Try again";
      button.addEventListener("click", retry);
      box.append(button);
    }
    root.append(box);
  }

  function emptyWords(root, axes) {
    if (root.dataset.columns === "pinned" && !axes.columns.length) return "No candidate is marked. Move to a column and press M, or press the bookmark in its head.";
    if (!axes.columns.length) return "There is no candidate yet. The grid fills in as the run goes on.";
    if (axes.rows.length) return "";
    return root.dataset.rows === "all" ? `There is no ${axes.split} sample.` : "No sample is like that.";
  }

  function start(root) {
    const { axesUrl, blockUrl, runUrl } = root.dataset;
    const query = new URLSearchParams(location.search);
    const pinned = window.omegawebRanges.read(query.get("pinned") ?? "");
    let axes = { rows: [], columns: [] };
    let said = "";
    let timer = null;
    let waiting = null; // a look that is planned
    let alive = true;

    const cells = window.omegawebCells({
      blockUrl,
      onChange: () => { root.querySelector(".grid-problem")?.remove(); keepFocus(view.draw); },
      onProblem: showProblem,
    });
    const view = window.omegawebGridWindow({
      root,
      cells,
      pinned,
      cellUrl: (split, row, number) => `${runUrl}samples/${split}/${row + 1}/candidates/${number}/`,
      candidateUrl: (number) => `${runUrl}candidates/${number}/`,
    });
    const keys = window.omegawebGridKeys({
      view,
      count: () => ({ rows: axes.rows.length, columns: axes.columns.length }),
      onPin: (column) => pin(axes.columns[column][0]),
    });

    function showProblem(problem) {
      if (!alive || root.querySelector(".grid-problem")) return;
      const box = document.createElement("div");
      box.className = "alert alert-bad grid-problem";
      box.setAttribute("role", "alert");
      box.textContent = `Some cells could not be loaded (${problem.message}). Scroll on, or reload the page.`;
      root.append(box);
    }

    /** Draws without losing the focus: an element that is drawn anew, or the grid itself, takes it over. */
    function keepFocus(drawing) {
      const had = view.scroll.contains(document.activeElement);
      drawing();
      const element = keys.settle();
      if (had && !view.scroll.contains(document.activeElement)) (element ?? view.scroll).focus({ preventScroll: true });
    }

    function want() {
      cells.want(view.places());
    }

    function pin(number) {
      const numbers = pinned.includes(number) ? pinned.filter((each) => each !== number) : [...pinned, number];
      const address = new URL(location.href);
      if (numbers.length) address.searchParams.set("pinned", numbers.join(","));
      else address.searchParams.delete("pinned");
      const hadFocus = view.scroll.contains(document.activeElement);
      kept = { top: view.scroll.scrollTop, left: view.scroll.scrollLeft, place: hadFocus ? keys.place() : null, number };
      window.htmx.ajax("GET", address.pathname + address.search, { target: "#run-samples", swap: "outerHTML", push: address.pathname + address.search });
    }

    function show(json) {
      for (const [name, count] of Object.entries(json.counts)) {
        const place = document.querySelector(`#run-samples [data-count="${name}"]`);
        if (place) place.textContent = count.toLocaleString("en-US");
      }
      const shape = JSON.stringify([json.split, json.rows, json.columns, json.best, json.baseline]);
      axes = { ...cells.span(json), best: json.best, baseline: json.baseline };
      const empty = emptyWords(root, axes);
      if (empty) { view.scroll.remove(); message(root, empty); said = ""; return; }
      if (shape !== said) {
        const isFirst = !view.scroll.isConnected;
        if (isFirst) root.replaceChildren(view.scroll);
        keepFocus(() => view.show(axes));
        if (isFirst) goToStart();
        said = shape;
      }
      want();
    }

    /** A shared address names a cell; a part that was drawn again stays where it was. */
    function goToStart() {
      const row = axes.rows.indexOf(Number(query.get("row")) - 1);
      const column = axes.columns.findIndex((each) => String(each[0]) === query.get("candidate"));
      if (row >= 0 && column >= 0) keys.go(row, column);
      else if (kept) {
        view.scroll.scrollTop = kept.top;
        view.scroll.scrollLeft = kept.left;
        view.draw();
        if (kept.place) keys.go(kept.place.row, axes.columns.findIndex((each) => each[0] === kept.number));
      }
      kept = null;
    }

    async function look() {
      waiting = null;
      try {
        const response = await fetch(`${axesUrl}${location.search}`);
        if (!response.ok) throw new Error(`the site answered ${response.status}`);
        const json = await response.json();
        if (alive) show(json);
      } catch (problem) {
        if (!alive) return;
        if (view.scroll.isConnected) showProblem(problem);
        else message(root, `The grid could not be loaded: ${problem.message}.`, look);
      }
    }

    function lookSoon() {
      waiting ??= setTimeout(look, BETWEEN);
    }

    view.scroll.addEventListener("scroll", () => {
      keepFocus(view.draw);
      clearTimeout(timer);
      timer = setTimeout(want, SETTLED);
    }, { passive: true });
    view.scroll.addEventListener("click", (event) => {
      const button = event.target.closest("[data-pin]");
      if (button) { pin(Number(button.dataset.pin)); return; }
      const link = event.target.closest("[role=gridcell] a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(link);
    });
    const resized = new ResizeObserver(() => {
      if (!view.scroll.isConnected) return;
      keepFocus(() => view.show(axes));
      want();
    });
    resized.observe(root);
    document.addEventListener("omegaweb:frame", lookSoon);
    message(root, "Loading…");
    look();
    return () => {
      alive = false;
      clearTimeout(timer);
      clearTimeout(waiting);
      resized.disconnect();
      document.removeEventListener("omegaweb:frame", lookSoon);
    };
  }

  async function open(link) {
    const dialog = document.getElementById("cell-dialog");
    document.getElementById("cell-page").href = link.href;
    const panel = document.getElementById("cell-panel");
    panel.replaceChildren();
    dialog.showModal();
    await window.htmx.ajax("GET", link.pathname, { target: panel, swap: "innerHTML" });
    if (!panel.hasChildNodes()) panel.textContent = "The cell could not be loaded. Close this and try again.";
    panel.focus();
  }

  function begin() {
    stop();
    const root = document.getElementById("sample-grid");
    stop = root ? start(root) : () => {};
  }
  begin();
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "run-samples") begin(); });
})();
