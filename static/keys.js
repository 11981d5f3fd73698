// Which key does what. Defaults are here; a person's own stand in the page (data-keys) and are changed in the list of keys.
window.keys = (() => {
  const DEFAULTS = {
    undo: "z", help: "?", reject: "r", postpone: "p", hold: "h", duplicate: "d", send_back: "b", comment: "c", lines: "l", find: "f",
    turn: "o", larger: "+", smaller: "-", fit: "0", page_down: "n", page_up: "m", take_over: "t", skip: "s", leave: "q", arrange: "a",
  };
  let own = {};
  const bound = () => ({ ...DEFAULTS, ...own });

  function command(key) {
    const wanted = key.length === 1 ? key.toLowerCase() : key;
    return Object.entries(bound()).find(([, held]) => held === wanted)?.[0];
  }

  function show() {
    for (const place of document.querySelectorAll("[data-key-of]")) place.textContent = bound()[place.dataset.keyOf].toUpperCase();
  }

  function listen(button) {
    const list = document.getElementById("help"), said = list.dataset.press;
    button.firstElementChild.textContent = "…";
    desk.say(said);
    const hear = (event) => {
      if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      removeEventListener("keydown", hear, true);
      bind(button.dataset.rebind, event.key, list);
      show();
    };
    addEventListener("keydown", hear, true);
  }

  function bind(action, key, list) {
    const wanted = key.toLowerCase();
    if (key === "Escape") return;
    if (!/^[^\s1-9]$/.test(wanted)) return desk.toast(list.dataset.noKey, true);
    const holder = command(wanted);
    if (holder && holder !== action) return desk.toast(list.dataset.taken, true);
    own = { ...own, [action]: wanted };
    if (own[action] === DEFAULTS[action]) delete own[action];
    desk.post(list.dataset.keysUrl, { keys: JSON.stringify(own) });
    desk.say(list.dataset.kept);
  }

  document.addEventListener("DOMContentLoaded", () => {
    own = JSON.parse(document.body.dataset.keys || "{}");
    show();
  });
  document.addEventListener("document-shown", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rebind]");
    if (button) listen(button);
  });

  return { command };
})();
