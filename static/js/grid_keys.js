// Moves through the grid by keys: one cell at a time can be reached with Tab, arrows move on from there.
// window.omegawebGridKeys({view, count, onPin}) returns {go, settle, place}; a place is {row, column}, −1 the heads.

(() => {
  window.omegawebGridKeys = ({ view, count, onPin }) => {
    const { scroll } = view;
    let active = { row: 0, column: 0 };

    const within = (value, most) => Math.max(-1, Math.min(value, most - 1));

    /** Lets Tab reach the active cell, or the grid as a whole while that cell is not drawn. */
    function settle() {
      for (const old of scroll.querySelectorAll('[tabindex="0"]')) old.tabIndex = -1;
      const element = view.element(active.row, active.column);
      (element ?? scroll).tabIndex = 0;
      if (element) scroll.removeAttribute("tabindex");
      return element;
    }

    function go(row, column) {
      const { rows, columns } = count();
      active = { row: within(row, rows), column: within(column, columns) };
      view.bring(active.row, active.column);
      settle()?.focus({ preventScroll: true });
    }

    function target({ key, ctrlKey }) {
      const { row, column } = active;
      const { rows, columns } = count();
      switch (key) {
        case "ArrowUp": return [row - 1, column];
        case "ArrowDown": return [row + 1, column];
        case "ArrowLeft": return [row, column - 1];
        case "ArrowRight": return [row, column + 1];
        case "PageUp": return [Math.max(0, row - view.page()), column];
        case "PageDown": return [row + view.page(), column];
        case "Home": return ctrlKey ? [0, 0] : [row, 0];
        case "End": return ctrlKey ? [rows - 1, columns - 1] : [row, columns - 1];
        default: return null;
      }
    }

    scroll.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey) return;
      if (event.key.toLowerCase() === "m" && !event.ctrlKey && active.column >= 0) {
        event.preventDefault();
        onPin(active.column);
        return;
      }
      const place = target(event);
      if (!place) return;
      event.preventDefault();
      event.stopPropagation(); // arrows mean something else on the rest of the page
      go(...place);
    });

    // A click moves the place where Tab comes in, too.
    scroll.addEventListener("focusin", ({ target: element }) => {
      const cell = element.closest("[role=gridcell], [role=rowheader], [role=columnheader]");
      if (!cell) return;
      active = { row: cell.parentElement.ariaRowIndex - 2, column: cell.ariaColIndex - 2 };
      settle();
    });

    return { go, settle, place: () => active };
  };
})();
