// The line items as a grid: arrows move between rows, Enter goes down, rows are added and removed, all saved at once.
(() => {
  const table = () => document.getElementById("lines");
  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const rows = () => [...table().tBodies[0].rows];

  function dirty() {
    document.getElementById("save-lines").hidden = false;
    document.getElementById("lines-hint").hidden = false;
  }

  const isDirty = () => { const button = document.getElementById("save-lines"); return button && !button.hidden; };

  function number() {
    rows().forEach((row, index) => {
      row.cells[0].textContent = index + 1;
      for (const cell of cells(row)) {
        cell.id = `c-${index + 1}-${cell.dataset.cell}`;
        if (cell.dataset.label) cell.setAttribute("aria-label", `Line ${index + 1}, ${cell.dataset.label}`);
      }
    });
  }

  function add() {
    const row = document.getElementById("new-line").content.firstElementChild.cloneNode(true);
    table().tBodies[0].append(row);
    number();
    dirty();
    cells(row)[0].focus();
  }

  function remove(row) {
    const after = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    number();
    dirty();
    (after ? cells(after)[0] : document.getElementById("add-line")).focus();
    desk.say("Line removed. It is not saved yet.");
  }

  // Cells nobody touched go back in their canonical form, so that no notation can change them on the way.
  const textOf = (cell) => (cell.value === cell.defaultValue ? cell.dataset.canonical : cell.value);

  function save() {
    const values = rows().map((row) => Object.fromEntries(cells(row).map((cell) => [cell.dataset.cell, textOf(cell)])));
    for (const row of rows()) for (const cell of cells(row)) cell.dataset.sent = cell.value;
    const panel = document.getElementById("panel");
    document.dispatchEvent(new CustomEvent("send", { detail: { url: panel.dataset.linesUrl, values: { rows: JSON.stringify(values) } } }));
  }

  function move(cell, step) {
    const target = rows()[rows().indexOf(cell.closest("tr")) + step];
    const same = target?.querySelector(`[data-cell="${cell.dataset.cell}"]`);
    if (same) { same.focus(); same.select(); }
    return Boolean(same);
  }

  function paste(event, cell) {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const from = cells(cell.closest("tr")).indexOf(cell);
    let row = cell.closest("tr");
    for (const line of text.split(/\r?\n/)) {
      if (!row) { add(); row = rows().at(-1); }
      line.split("\t").forEach((value, index) => { const at = cells(row)[from + index]; if (at) at.value = value; });
      row = row.nextElementSibling;
    }
    dirty();
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("#lines [data-cell]");
    if (!cell || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); if (!move(cell, 1)) (isDirty() ? save() : document.getElementById("go")?.focus()); }
    else if (event.key === "ArrowDown" && move(cell, 1)) event.preventDefault();
    else if (event.key === "ArrowUp" && move(cell, -1)) event.preventDefault();
    else if (event.key === "Escape") { event.preventDefault(); if (cell.value !== cell.defaultValue) cell.value = cell.defaultValue; else document.getElementById("go")?.focus(); }
    else if (event.key === "Delete" && event.ctrlKey) { event.preventDefault(); remove(cell.closest("tr")); }
  });
  document.addEventListener("input", (event) => { if (event.target.closest("#lines")) dirty(); });
  document.addEventListener("paste", (event) => { const cell = event.target.closest?.("#lines [data-cell]"); if (cell) paste(event, cell); });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#add-line")) add();
    if (event.target.closest("#save-lines")) save();
    const button = event.target.closest("[data-remove-line]");
    if (button) remove(button.closest("tr"));
  });
  addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });
})();
