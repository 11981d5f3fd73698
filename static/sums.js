// Arithmetic while one types: net and tax against the total, the lines against the net, price by quantity against a line.
// Amounts are whole ten-thousandths (BigInt), never floating point. The server says the same again after each change.
window.sums = (() => {
  const SCALE = 10000n;
  const mark = () => document.getElementById("panel").dataset.decimal;

  // A person's or the page's notation to ten-thousandths; null for what is no amount.
  function amount(text) {
    const bare = text.replace(/[\s’'`]|[A-Z]{3}|[€$£%]/g, "");
    const last = Math.max(bare.lastIndexOf(","), bare.lastIndexOf("."));
    const both = bare.includes(",") && bare.includes(".");
    const grouped = last >= 0 && !both && /^-?\d{1,3}([.,]\d{3})+$/.test(bare) && bare[last] !== mark();
    const point = last < 0 || grouped ? bare.length : last;
    const whole = bare.slice(0, point).replace(/[.,]/g, ""), rest = bare.slice(point + 1);
    if (!/^-?\d+$/.test(whole) || !/^\d{0,6}$/.test(rest)) return null;
    const parts = BigInt(rest.padEnd(4, "0").slice(0, 4));
    return BigInt(whole) * SCALE + (whole.startsWith("-") ? -parts : parts);
  }

  function written(value) {
    const sign = value < 0n ? "−" : "", cents = ((value < 0n ? -value : value) + 50n) / 100n;
    const whole = String(cents / 100n).replace(/\B(?=(\d{3})+$)/g, mark() === "," ? "." : ",");
    return `${sign}${whole}${mark()}${String(cents % 100n).padStart(2, "0")}`;
  }

  const field = (name) => amount(document.getElementById(`f-${name}`)?.value || "");
  const near = (a, b, least = 100n) => (a > b ? a - b : b - a) < least;

  function say(place, text, wrong) {
    const shown = document.createElement("span");
    shown.className = wrong === null ? "good" : "bad";
    shown.textContent = wrong === null ? "✓" : `≠ ${wrong}`;
    place.replaceChildren(`${text} `, shown);
  }

  function header() {
    const place = document.getElementById("sum-amounts");
    const [net, tax, gross] = ["net_amount", "tax_amount", "gross_amount"].map(field);
    if (!place || net === null || tax === null || gross === null) return;
    const extras = ["shipping_amount", "rounding_amount"].map(field).filter((extra) => extra !== null && extra !== 0n);
    const added = extras.reduce((sum, extra) => sum + extra, net + tax);
    const right = near(net + tax, gross) || near(added, gross), parts = near(net + tax, gross) || !right ? [net, tax] : [net, tax, ...extras];
    const total = parts.reduce((sum, part) => sum + part, 0n);
    say(place, `${parts.map(written).join(" + ")} = ${written(total)}`, right ? null : written(gross));
  }

  function column(id, cell, wanted) {
    const place = document.getElementById(`sum-${id}`), inputs = [...document.querySelectorAll(`#${id} [data-cell="${cell}"]`)];
    const values = inputs.map((input) => amount(input.value)).filter((value) => value !== null);
    if (!place || !values.length || wanted === null) return;
    const total = values.reduce((sum, value) => sum + value, 0n);
    say(place, `${place.dataset.together} ${written(total)}`, near(total, wanted) ? null : written(wanted));
  }

  function lines() {
    for (const row of document.querySelectorAll("#lines tbody tr")) {
      const of = (name) => amount(row.querySelector(`[data-cell="${name}"]`)?.value || "");
      const [quantity, price, net] = ["quantity", "unit_price", "net_amount"].map(of), cell = row.querySelector('[data-cell="net_amount"]');
      if (!cell) continue;
      const known = quantity !== null && price !== null && net !== null && of("discount") === null;
      const off = known && !near((quantity * price) / SCALE, net, 200n);
      cell.classList.toggle("off", off);
      cell.title = off ? `${row.querySelector('[data-cell="quantity"]').value} × ${row.querySelector('[data-cell="unit_price"]').value} = ${written((quantity * price) / SCALE)}` : "";
    }
  }

  function update() {
    header();
    column("lines", "net_amount", field("net_amount"));
    column("taxes", "tax", field("tax_amount"));
    lines();
  }

  document.addEventListener("input", (event) => { if (event.target.closest("#panel")) update(); });
  return { update, amount };
})();
