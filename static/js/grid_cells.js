// What stands in the grid of samples × candidates: asks the site for blocks of cells and keeps them.
// window.omegawebCells({blockUrl, onChange, onProblem}) returns {span, want, value, head}; window.omegawebRanges reads and
// writes lists like "0-39,45".

(() => {
  const ROWS = 40; // of a block
  const COLUMNS = 24;
  const AT_ONCE = 4; // requests under way

  // "0-39,45" → [0, 1, …, 39, 45], and back
  function readRanges(text) {
    return text.split(",").filter(Boolean).flatMap((part) => {
      const [first, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, step) => first + step);
    });
  }

  function writeRanges(numbers) {
    const parts = [];
    for (const number of numbers) {
      const last = parts.at(-1);
      if (last && number === last[1] + 1) last[1] = number;
      else parts.push([number, number]);
    }
    return parts.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(",");
  }

  window.omegawebRanges = { read: readRanges, write: writeRanges };
  window.omegawebCells = ({ blockUrl, onChange, onProblem }) => {
    let axes = { split: "", rows: [], columns: [] };
    let age = 0; // rises when everything has to be asked for anew; what is known is shown until the answer is there
    const blocks = new Map(); // "row/column" of its first cell → the age at which it was asked for
    const values = new Map(); // row → Map(candidate → reward, "!" or null)
    const heads = new Map(); // row → [row of the table, input, target]
    let queue = [];
    let underWay = 0;

    async function load(key, row, column, asked) {
      const rows = axes.rows.slice(row, row + ROWS);
      const columns = axes.columns.slice(column, column + COLUMNS).map((each) => each[0]);
      const query = new URLSearchParams({ split: axes.split, rows: writeRanges(rows), columns: writeRanges(columns) });
      const split = axes.split;
      underWay += 1;
      try {
        const response = await fetch(`${blockUrl}?${query}`);
        if (!response.ok) throw new Error(`the site answered ${response.status}`);
        const block = await response.json();
        if (split !== axes.split) return;
        rows.forEach((name, place) => {
          heads.set(name, block.heads[place]);
          if (!values.has(name)) values.set(name, new Map());
          columns.forEach((number, at) => values.get(name).set(number, block.cells[place][at]));
        });
        onChange();
      } catch (problem) {
        if (blocks.get(key) === asked) blocks.delete(key);
        onProblem(problem);
      } finally {
        underWay -= 1;
        next();
      }
    }

    function next() {
      while (queue.length && underWay < AT_ONCE) {
        const { key, row, column } = queue.shift();
        blocks.set(key, age);
        load(key, row, column, age);
      }
    }

    return {
      /** Takes other rows and columns; what is known of the same split stays known. */
      span(json) {
        if (json.split !== axes.split) { values.clear(); heads.clear(); }
        axes = { split: json.split, rows: readRanges(json.rows), columns: json.columns };
        age += 1;
        return axes;
      },
      /** Asks for what is missing of a window, given by places; what left the window before its turn is not asked for. */
      want({ top, bottom, left, right }) {
        queue = [];
        for (let row = top - (top % ROWS); row < bottom; row += ROWS) {
          for (let column = left - (left % COLUMNS); column < right; column += COLUMNS) {
            const key = `${row}/${column}`;
            if (blocks.get(key) !== age) queue.push({ key, row, column });
          }
        }
        next();
      },
      value: (row, number) => values.get(row)?.get(number),
      head: (row) => heads.get(row),
    };
  };
})();
