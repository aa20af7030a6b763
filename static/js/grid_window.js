// Draws the part of the grid that can be seen, and a little around it; the rest is only room to scroll.
// window.omegawebGridWindow({root, cells, cellUrl, candidateUrl}) returns {show, draw, bring, element, page, places}.

(() => {
  const STEP = 4; // rows and columns that are added or taken away at once, so that not each pixel redraws

  const between = (value, low, high) => Math.max(low, Math.min(value, high));

  function make(name, role, place) {
    const element = document.createElement("div");
    element.className = name;
    element.setAttribute("role", role);
    if (place !== undefined) element.setAttribute("aria-colindex", place + 2); // the first column are the rows' heads
    return element;
  }

  function shortReward(value) {
    const text = omegawebReward(value).replace(/\.?0+$/, "");
    return text === "-0" ? "0" : text.replace(/^(-?)0\./, "$1.");
  }

  window.omegawebGridWindow = ({ root, cells, cellUrl, candidateUrl, pinned }) => {
    const size = (name) => Number(getComputedStyle(root).getPropertyValue(name));
    const failedIcon = document.getElementById("grid-failed").content.firstElementChild;
    const pinIcon = document.getElementById("grid-pin").content.firstElementChild;
    const scroll = make("grid-scroll", "grid");
    const top = make("grid-top", "row");
    const body = make("grid-body", "rowgroup");
    scroll.append(top, body);
    scroll.setAttribute("aria-labelledby", "samples-heading");
    top.setAttribute("aria-rowindex", 1);
    let axes = null;
    let measures = null;
    let drawn = null; // places: top, bottom, left, right
    const rows = new Map(); // place → element

    function places() {
      const { row, cell, head, header } = measures;
      const first = Math.floor(scroll.scrollTop / row);
      const last = Math.ceil((scroll.scrollTop + scroll.clientHeight - header) / row);
      const left = Math.floor(scroll.scrollLeft / cell);
      const right = Math.ceil((scroll.scrollLeft + scroll.clientWidth - head) / cell);
      const around = (low, high, count) => [
        between((Math.floor(low / STEP) - 1) * STEP, 0, count), Math.min(count, (Math.ceil(high / STEP) + 1) * STEP),
      ];
      const [t, b] = around(first, last, axes.rows.length);
      const [l, r] = around(left, right, axes.columns.length);
      return { top: t, bottom: b, left: l, right: r };
    }

    function columnHead(place) {
      const [number, reward, count, low, high, rank] = axes.columns[place];
      const element = make("grid-column", "columnheader", place);
      element.classList.toggle("is-best", number === axes.best);
      element.classList.toggle("is-start", number === axes.baseline);
      const words = [`Candidate ${number}`];
      if (number === axes.best) words.push("best so far");
      if (number === axes.baseline) words.push("the start");
      if (rank) words.push(`rank ${rank}`);
      const interval = low === null ? "" : `, 95 % interval ${omegawebReward(low)} to ${omegawebReward(high)}`;
      words.push(reward === null ? "no reward yet" : `mean reward ${omegawebReward(reward)}${interval}, n = ${count}`);
      const link = document.createElement("a");
      link.href = candidateUrl(number);
      link.title = words.join(", ");
      link.setAttribute("aria-label", link.title);
      link.tabIndex = -1;
      link.append(`#${number}`);
      const mean = document.createElement("small");
      mean.textContent = reward === null ? "–" : omegawebReward(reward);
      link.append(mean);
      const pin = document.createElement("button");
      pin.type = "button";
      pin.className = "grid-pin";
      pin.tabIndex = -1;
      pin.dataset.pin = number;
      pin.setAttribute("aria-pressed", pinned.includes(number));
      pin.setAttribute("aria-label", `Mark candidate ${number}`);
      pin.title = pinned.includes(number) ? "Unmark (M)" : "Mark: keep it in front (M)";
      pin.append(pinIcon.cloneNode(true));
      element.append(link, pin);
      return element;
    }

    function fill(link, value, name) {
      const state = value === undefined ? "waiting" : value === null ? "blank" : value === "!" ? "failed" : value;
      if (link.dataset.state === String(state)) return;
      link.dataset.state = state;
      let words = "loading";
      link.className = "is-waiting";
      link.replaceChildren();
      if (state === "blank") { link.className = "is-blank"; words = "not evaluated"; }
      else if (state === "failed") { link.className = "is-failed"; words = "failed"; link.append(failedIcon.cloneNode(true)); }
      else if (state !== "waiting") {
        link.className = `reward-${between(Math.floor(value * 4), 0, 4)}`;
        words = `reward ${omegawebReward(value)}`;
        link.append(shortReward(value));
      }
      link.setAttribute("aria-label", `${name}: ${words}`);
    }

    function fillRow(element, place) {
      const row = axes.rows[place];
      const [head, ...columns] = element.children;
      const known = cells.head(row);
      if (known && !head.dataset.known) {
        head.dataset.known = "yes";
        head.children[1].textContent = known[1];
        head.children[2].textContent = known[2];
        head.title = known[1];
      }
      columns.forEach((cell, at) => {
        const number = axes.columns[drawn.left + at][0];
        fill(cell.firstElementChild, cells.value(row, number), `Sample ${row + 1}, candidate ${number}`);
      });
    }

    function gridRow(place) {
      const row = axes.rows[place];
      const element = make("grid-row", "row");
      element.setAttribute("aria-rowindex", place + 2); // the first row are the candidates
      element.style.transform = `translateY(${place * measures.row}px)`;
      const head = make("grid-head", "rowheader");
      head.setAttribute("aria-colindex", 1);
      head.tabIndex = -1;
      head.append(...["grid-number", "grid-input", "grid-target"].map((name) => {
        const part = document.createElement("span");
        part.className = name;
        return part;
      }));
      head.firstElementChild.textContent = row + 1;
      element.append(head);
      stretch(element, null, (at) => gridCell(row, at));
      return element;
    }

    function gridCell(row, at) {
      const cell = make("grid-cell", "gridcell", at);
      const link = document.createElement("a");
      link.href = cellUrl(axes.split, row, axes.columns[at][0]);
      link.tabIndex = -1;
      cell.append(link);
      return cell;
    }

    /** Lets a row hold the columns that are drawn now: takes away and adds only what differs from before. */
    function stretch(element, before, cellAt) {
      const { left, right } = drawn;
      const held = [...element.children].slice(1);
      const kept = held.filter((cell, at) => {
        const stays = before.left + at >= left && before.left + at < right;
        if (!stays) cell.remove();
        return stays;
      });
      const first = kept.length ? Math.max(before.left, left) : right;
      const last = kept.length ? first + kept.length : right;
      if (kept.length) kept[0].style.marginInlineStart = "";
      const range = (from, to) => Array.from({ length: to - from }, (_, step) => cellAt(from + step));
      element.firstElementChild.after(...range(left, first));
      element.append(...range(last, right));
      indent(element);
    }

    function indent(element) {
      const first = element.children[1];
      if (first) first.style.marginInlineStart = `${drawn.left * measures.cell}px`;
    }

    function drawCorner() {
      const corner = make("grid-corner", "columnheader");
      corner.setAttribute("aria-colindex", 1);
      corner.tabIndex = -1;
      corner.innerHTML = '<span class="grid-number">#</span><span>Input</span><span class="grid-target">Target</span>';
      top.replaceChildren(corner);
    }

    /** Makes what is drawn match what can be seen. */
    function draw() {
      if (!axes) return;
      const seen = places();
      const before = drawn;
      drawn = seen;
      for (const [place, element] of rows) {
        if (place < seen.top || place >= seen.bottom) { element.remove(); rows.delete(place); }
      }
      if (!before || before.left !== seen.left || before.right !== seen.right) {
        stretch(top, before, columnHead);
        for (const [place, element] of rows) stretch(element, before, (at) => gridCell(axes.rows[place], at));
      }
      for (let place = seen.top; place < seen.bottom; place += 1) {
        if (!rows.has(place)) {
          const element = gridRow(place);
          rows.set(place, element);
          // In the order of the rows, for those who read the page in its order.
          const follower = [...rows.keys()].filter((other) => other > place).sort((a, b) => a - b)[0];
          body.insertBefore(element, follower === undefined ? null : rows.get(follower));
        }
        fillRow(rows.get(place), place);
      }
    }

    return {
      scroll,
      draw,
      places,
      /** Takes new rows and columns and draws them, where the page was scrolled to. */
      show(fresh) {
        axes = fresh;
        measures = { row: size("--row-height"), cell: size("--cell-width"), head: size("--head-width"), header: size("--top-height") };
        scroll.setAttribute("aria-rowcount", axes.rows.length + 1);
        scroll.setAttribute("aria-colcount", axes.columns.length + 1);
        body.style.height = `${axes.rows.length * measures.row}px`;
        body.style.width = top.style.width = `${measures.head + axes.columns.length * measures.cell}px`;
        rows.forEach((element) => element.remove());
        rows.clear();
        drawn = null;
        drawCorner();
        draw();
      },
      /** Scrolls so that a place can be seen; −1 is the head. */
      bring(row, column) {
        const { row: height, cell, head, header } = measures;
        const room = scroll.clientHeight - header;
        if (row >= 0) scroll.scrollTop = between(scroll.scrollTop, (row + 1) * height - room, row * height);
        const width = scroll.clientWidth - head;
        if (column >= 0) scroll.scrollLeft = between(scroll.scrollLeft, (column + 1) * cell - width, column * cell);
        draw();
      },
      /** Returns what has the focus at a place, if it is drawn; −1 is the head. */
      element(row, column) {
        const line = row < 0 ? top : rows.get(row);
        if (!line || (column >= 0 && (column < drawn.left || column >= drawn.right))) return null;
        const cell = line.children[column < 0 ? 0 : 1 + column - drawn.left];
        return column < 0 ? cell : cell.querySelector("a");
      },
      /** Returns how many rows can be seen at once. */
      page: () => Math.max(1, Math.floor((scroll.clientHeight - measures.header) / measures.row)),
    };
  };
})();
