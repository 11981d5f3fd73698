// The grids of lines and taxes: arrows move, rows are added, removed, split, merged and filled down; a spreadsheet's cells
// are pasted; each grid is saved at once. What is typed is added up on the spot.
(() => {
  const grids = () => [...document.querySelectorAll("table.grid[data-editable]")];
  const gridOf = (element) => element.closest("section").querySelector("table.grid");
  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const rows = (grid) => [...grid.tBodies[0].rows];
  const part = (grid, name) => grid.closest("section").querySelector(`[data-${name}]`);
  const isDirty = (grid) => Boolean(part(grid, "save") && !part(grid, "save").hidden);

  function dirty(grid) {
    part(grid, "save").hidden = part(grid, "unsaved").hidden = false;
    sums.update();
  }

  function number(grid) {
    rows(grid).forEach((row, index) => {
      row.cells[0].textContent = index + 1;
      for (const cell of cells(row)) {
        cell.id = `${grid.id}-${index + 1}-${cell.dataset.cell}`;
        cell.setAttribute("aria-label", `${grid.dataset.row} ${index + 1}, ${cell.dataset.label}`);
      }
    });
  }

  function insert(grid, after = null) {
    const row = part(grid, "new").content.firstElementChild.cloneNode(true);
    if (after) after.after(row); else grid.tBodies[0].append(row);
    number(grid);
    dirty(grid);
    return row;
  }

  function add(grid, after = null) {
    const cell = cells(insert(grid, after))[0];
    cell.focus();
  }

  function remove(grid, row) {
    const after = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    number(grid);
    dirty(grid);
    (after ? cells(after)[0] : part(grid, "add")).focus();
    desk.say(grid.dataset.removed);
  }

  // The text behind the cursor goes to a new line below; the amounts stay.
  function split(grid, cell) {
    const below = insert(grid, cell.closest("tr")), at = cell.selectionStart ?? cell.value.length;
    const same = below.querySelector(`[data-cell="${cell.dataset.cell}"]`);
    same.value = cell.value.slice(at).trim();
    cell.value = cell.value.slice(0, at).trim();
    dirty(grid);
    same.focus();
  }

  // The line below becomes part of this one: texts are joined, and amounts taken over where there are none here.
  function merge(grid, cell) {
    const row = cell.closest("tr"), below = row.nextElementSibling;
    if (!below) return;
    for (const [index, mine] of cells(row).entries()) {
      const theirs = cells(below)[index].value.trim();
      if (mine.tagName === "TEXTAREA") mine.value = `${mine.value.trim()} ${theirs}`.trim();
      else if (!mine.value.trim()) mine.value = theirs;
    }
    below.remove();
    number(grid);
    dirty(grid);
    cell.focus();
    desk.say(grid.dataset.merged);
  }

  // What stands here goes into the empty cells below, down to the first that holds something else.
  function fillDown(grid, cell) {
    for (let row = cell.closest("tr").nextElementSibling; row; row = row.nextElementSibling) {
      const same = row.querySelector(`[data-cell="${cell.dataset.cell}"]`);
      if (same.value.trim()) break;
      same.value = cell.value;
    }
    dirty(grid);
  }

  // Cells nobody touched go back in their canonical form, so that no notation can change them on the way.
  const textOf = (cell) => (cell.value === cell.defaultValue ? cell.dataset.canonical : cell.value);

  function save(grid) {
    const values = rows(grid).map((row) => Object.fromEntries(cells(row).map((cell) => [cell.dataset.cell, textOf(cell)])));
    for (const row of rows(grid)) for (const cell of cells(row)) cell.dataset.sent = cell.value;
    const { linesUrl } = document.getElementById("panel").dataset;
    document.dispatchEvent(new CustomEvent("send", { detail: { url: linesUrl, values: { table: grid.dataset.table, rows: JSON.stringify(values) } } }));
  }

  function move(grid, cell, step) {
    const target = rows(grid)[rows(grid).indexOf(cell.closest("tr")) + step];
    const same = target?.querySelector(`[data-cell="${cell.dataset.cell}"]`);
    if (same) { same.focus(); same.select(); }
    return Boolean(same);
  }

  function paste(event, grid, cell) {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const from = cells(cell.closest("tr")).indexOf(cell);
    let row = cell.closest("tr");
    for (const line of text.split(/\r?\n/)) {
      if (!row) row = insert(grid);
      line.split("\t").forEach((value, index) => { const at = cells(row)[from + index]; if (at) at.value = value; });
      row = row.nextElementSibling;
    }
    dirty(grid);
  }

  const COMMANDS = {
    "alt a": (grid, cell) => add(grid, cell.closest("tr")), "alt s": split, "alt m": merge, "ctrl d": fillDown,
    "ctrl delete": (grid, cell) => remove(grid, cell.closest("tr")), "ctrl enter": save,
    enter: (grid, cell) => { if (!move(grid, cell, 1)) (isDirty(grid) ? save(grid) : document.getElementById("go")?.focus()); },
    escape: (grid, cell) => {
      if (cell.value === cell.defaultValue) document.getElementById("go")?.focus();
      cell.value = cell.defaultValue;
      sums.update();
    },
  };

  // Whether the key meant something here.
  function key(event, grid, cell) {
    const held = event.altKey ? "alt " : event.ctrlKey || event.metaKey ? "ctrl " : event.shiftKey ? "shift " : "";
    const pressed = `${held}${event.key.toLowerCase()}`;
    if (pressed === "arrowdown" || pressed === "arrowup") return move(grid, cell, pressed === "arrowdown" ? 1 : -1);
    COMMANDS[pressed]?.(grid, cell);
    return pressed in COMMANDS;
  }

  const CELL = ".grid[data-editable] [data-cell]";
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(CELL);
    if (cell && !event.isComposing && key(event, gridOf(cell), cell)) event.preventDefault();
  });
  document.addEventListener("input", (event) => { if (event.target.closest(CELL)) dirty(gridOf(event.target)); });
  document.addEventListener("paste", (event) => { const cell = event.target.closest?.(CELL); if (cell) paste(event, gridOf(cell), cell); });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-add]")) add(gridOf(event.target));
    if (event.target.closest("[data-save]")) save(gridOf(event.target));
    const button = event.target.closest("[data-remove-line]");
    if (button) remove(gridOf(button), button.closest("tr"));
  });
  addEventListener("beforeunload", (event) => { if (grids().some(isDirty)) event.preventDefault(); });
})();
