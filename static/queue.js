// The list by keyboard: j and k move, Enter opens (it is a link), / searches. New counts are spoken once.
(() => {
  const links = () => [...document.querySelectorAll(".documents tbody a")];

  function move(step) {
    const all = links(), at = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))]?.focus();
  }

  const COMMANDS = {
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    "/": () => { const search = document.getElementById("search"); search.focus(); search.select(); },
    z: () => desk.takeBack(),
    x: () => document.getElementById("choose-clean")?.click(),
    u: () => { location.href = document.querySelector('.top nav a[href*="upload"]').href; },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (desk.typing(event.target)) {
      if (event.key === "Escape") { event.target.blur(); move(0); }
      return;
    }
    const inList = event.target === document.body || event.target.closest(".documents, #main");
    if (!COMMANDS[event.key] || (event.key.startsWith("Arrow") && !inList)) return;
    event.preventDefault();
    COMMANDS[event.key]();
  });

  const boxes = () => [...document.querySelectorAll('.pick input')];
  const button = () => document.getElementById("approve-clean");
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#choose-clean")) return;
    const all = boxes().every((box) => box.checked);
    for (const box of boxes()) box.checked = !all;
    choose();
    button().focus();
  });
  document.addEventListener("change", (event) => { if (event.target.closest(".pick")) choose(); });
  function choose() {
    const count = boxes().filter((box) => box.checked).length;
    button().disabled = !count;
    desk.say(`${count}`);
  }

  const counted = () => document.getElementById("tabs").innerText;
  let before;
  document.addEventListener("DOMContentLoaded", () => {
    before = counted();
    document.body.addEventListener("htmx:afterSwap", (event) => {
      const now = counted();
      if (event.detail.target.id !== "tabs" || now === before) return;
      before = now;
      const current = document.querySelector("#tabs [aria-current]");
      desk.say(`${current.innerText.trim().replace(/\s+/g, " ")} ${document.getElementById("tabs").dataset.things || "documents"}`);
      if (!document.querySelector("#list :focus")) htmx.ajax("GET", location.href, { target: "#list", swap: "outerHTML", select: "#list" });
    });
  });
})();
