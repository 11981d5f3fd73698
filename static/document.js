// The flow of the desk: Enter accepts and goes on to the next doubt, digits pick, a click on the page fills, Z undoes.
// Changes are sent one after the other, each with the version the one before it made; focus never waits for them.
(() => {
  const panel = () => document.getElementById("panel");
  const go = () => document.getElementById("go");
  const version = () => document.getElementById("version").value;
  const rowOf = (element) => element?.closest?.(".field");
  const inputOf = (row) => row?.querySelector("input, select, textarea");
  const changed = (input) => (input.tagName === "SELECT" ? !input.selectedOptions[0]?.defaultSelected : input.value !== input.defaultValue || "typed" in input.dataset);
  const stopOf = (row) => inputOf(row) || row.querySelector("button");
  const doubts = () => [...panel().querySelectorAll(".doubtful:not(.sent)")].filter(stopOf);
  const NUMERIC = new Set(["date", "money", "number", "percent"]);
  let chain = Promise.resolve(), deciding = false, swapping = false, pickedKey = null, wanted = null, focused = null;
  const unanswered = new Set();

  // --- sending -----------------------------------------------------------------------------------------------------
  // `row`: settled as far as this person is concerned, also in the panels that come back before its own answer does.
  function send(url, values, row = null) {
    if (row) { row.classList.add("sent"); unanswered.add(row.id); }
    const post = () => {
      if (row) unanswered.delete(row.id);
      return htmx.ajax("POST", url, { target: "#panel", swap: "innerHTML", values: { ...values, version: version() } });
    };
    chain = chain.then(post).catch(() => {});
  }

  function save(row, confirm) {
    const input = inputOf(row);
    const url = panel().dataset.fieldUrl.replace("NAME", row.dataset.name);
    const values = confirm ? { confirm: "1" } : { text: input.value };
    if (!confirm && input.dataset.place) Object.assign(values, place(input.dataset.place));
    else if (!confirm && row.dataset.box && input.value === input.defaultValue) Object.assign(values, { page: row.dataset.page, box: row.dataset.box });
    input.dataset.sent = input.value;
    send(url, values, row);
  }

  function place(text) {
    const [page, ...box] = text.trim().split(" ");
    return box.length === 4 ? { page, box: box.join(" ") } : {};
  }

  // --- going from doubt to doubt -----------------------------------------------------------------------------------
  function goOn(from) {
    const left = doubts().filter((row) => row !== from);
    const next = left.find((row) => from && from.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING) || left[0];
    focusOn(next ? stopOf(next).id : "go");
    if (next) desk.say(spoken(next, left.length));
    else desk.say(desk.text("No doubts left. Enter goes on with the whole document."));
  }

  function spoken(row, left) {
    const reasons = row.querySelector(".more")?.innerText.trim() || "";
    return `${row.querySelector("label")?.textContent || desk.text("Lines")}. ${reasons} ${desk.text("{0} left.", left)}`;
  }

  function focusOn(id) {
    wanted = id;
    const element = document.getElementById(id);
    if (!element) return;
    const folded = element.closest("details:not([open])");
    if (folded) folded.open = true;
    element.focus({ preventScroll: false });
    if (element.select && element.tagName !== "SELECT") element.select();
  }

  function accept(row) {
    const input = inputOf(row), doubtful = row.classList.contains("doubtful");
    if (changed(input)) save(row, false);
    else if (doubtful) save(row, Boolean(input.value));
    goOn(row);
  }

  function choose(row, key) {
    const button = row.querySelector(`.alternatives [data-key="${key}"]`);
    const input = inputOf(row);
    if (!button || changed(input) && pickedKey === null) return false;
    input.value = button.dataset.text;
    input.dataset.place = button.dataset.place;
    input.select();
    pickedKey = String(key);
    desk.say(desk.text("Picked {0}. Enter accepts it.", button.dataset.text));
    return true;
  }

  document.addEventListener("send", (event) => send(event.detail.url, event.detail.values));

  // Back to a decision that was refused; else one's own last change of this document, else the last decision.
  function undo() {
    if (flow.goBack()) return;
    chain = chain.then(() => flow.told()).then(() => {
      if (document.getElementById("undoable").value || !desk.takeBack()) send(panel().dataset.undoUrl, {});
    });
  }

  // Once everything sent before is answered; a doubt that is left comes first. Where the next document is there, it is
  // shown at once.
  function decide() {
    if (deciding) return;
    deciding = true;
    chain = chain.then(() => {
      if (doubts().length) return goOn(null);
      const values = { version: version(), gate: document.getElementById("gate").value, next: flow.ready() };
      if (flow.ready()) return flow.ahead(panel().dataset.decideUrl + location.search, values);
      return htmx.ajax("POST", panel().dataset.decideUrl + location.search, { target: "#panel", swap: "innerHTML", values });
    }).catch(() => {}).finally(() => { deciding = false; });
  }

  // --- keys --------------------------------------------------------------------------------------------------------
  const pristine = (input) => !changed(input) && input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const lettersMeanNothing = (row, input) => row && NUMERIC.has(row.dataset.kind) && pristine(input);

  const COMMANDS = {
    undo, help: () => desk.open("help"), reject: () => desk.open("reject-dialog"), postpone: () => desk.open("postpone-dialog"),
    hold: () => desk.open("hold-dialog"), duplicate: () => desk.open("duplicate-dialog"), send_back: () => desk.open("send-back-dialog"),
    comment: () => focusOn("comment"), lines: () => document.querySelector("#lines [data-cell]")?.focus(),
    find: () => pageSearch.open(), turn: () => pages.tool("turn"), larger: () => pages.tool("in"), smaller: () => pages.tool("out"),
    fit: () => pages.tool("fit"), page_down: () => pages.tool("next"), page_up: () => pages.tool("previous"),
    arrange: () => document.getElementById("arrange")?.click(), take_over: () => flow.takeOver(), skip: () => flow.skip(), leave: () => document.querySelector(".back").click(),
  };

  function inField(event, row, input) {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      pickedKey = null;
      return accept(row);
    }
    if (event.key === "Escape") {
      pickedKey = null;
      event.preventDefault();
      if (changed(input)) { restore(input); input.select?.(); return undefined; }
      return focusOn("go");
    }
    if (/^[1-9]$/.test(event.key) && !NUMERIC.has(row.dataset.kind) && row.dataset.kind !== "id" && pristine(input) && choose(row, event.key)) {
      event.preventDefault();
      pickedKey = null;
      return accept(row); // no text of this kind begins with a digit, so the pick is meant
    }
    if (/^[1-9]$/.test(event.key) && (pickedKey === null ? row.querySelector(".alternatives") && (pristine(input) || input.tagName === "SELECT") : false) && choose(row, event.key)) {
      return event.preventDefault();
    }
    if (pickedKey !== null && event.key.length === 1 && !event.ctrlKey && !event.metaKey && input.tagName !== "SELECT") {
      // The digit was not a pick but the beginning of something typed.
      event.preventDefault();
      input.value = pickedKey + event.key;
      delete input.dataset.place;
      pickedKey = null;
      return undefined;
    }
    if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) pickedKey = null;
    return undefined;
  }

  function restore(input) {
    if (input.tagName === "SELECT") input.selectedIndex = [...input.options].findIndex((option) => option.defaultSelected);
    else input.value = input.defaultValue;
    delete input.dataset.typed;
    delete input.dataset.place;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const target = event.target, row = rowOf(target);
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && (!desk.typing(target) || (row && !changed(target)))) {
      event.preventDefault();
      return undo();
    }
    if (row && desk.typing(target) && plain) {
      inField(event, row, target);
      if (event.defaultPrevented || !lettersMeanNothing(row, target) || /[0-9+-]/.test(event.key)) return undefined;
    } else if (desk.typing(target)) return undefined;
    if (event.key === "Enter" && plain && (target === document.body || target === panel())) {
      event.preventDefault();
      return go()?.click();
    }
    const command = plain && COMMANDS[keys.command(event.key)];
    if (command) {
      event.preventDefault();
      command();
    }
    return undefined;
  });

  // --- pointing ----------------------------------------------------------------------------------------------------
  document.addEventListener("focusin", (event) => {
    const row = rowOf(event.target), cell = event.target.closest?.("td[data-place]");
    pickedKey = null;
    focused = row || focused;
    if (row) { pages.crop(row); pages.light(row); }
    else if (cell) pages.lightPlace(cell.dataset.place);
    else pages.light(null);
    if (event.target.id) wanted = event.target.id;
  });

  // What a typed date or amount is understood as, before it is kept.
  let asking = 0;
  document.addEventListener("input", (event) => {
    const row = rowOf(event.target), input = event.target;
    if (!row || !NUMERIC.has(row.dataset.kind) || input.dataset.cell) return;
    const asked = ++asking, text = input.value.trim();
    setTimeout(async () => {
      if (asked !== asking || !changed(input)) return;
      const url = panel().dataset.meaningUrl.replace("NAME", row.dataset.name);
      const answer = text && await fetch(`${url}?text=${encodeURIComponent(text)}`);
      const meant = answer?.ok && !answer.redirected ? await answer.json() : {};
      if (asked !== asking || !input.isConnected) return;
      row.querySelector(".meant")?.remove();
      const said = meant.shown || meant.problem;
      if (!said) return;
      const place = document.createElement("p");
      place.className = meant.shown ? "meant understood" : "meant not";
      place.textContent = meant.shown ? `= ${said}` : said;
      row.querySelector(".more").prepend(place);
    }, 200);
  });

  // A value typed and left is kept too: going on with Tab saves it without accepting anything else.
  document.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (!row || !desk.typing(event.target) || !changed(event.target) || event.target.dataset.sent === event.target.value) return;
    // A field that a swap takes away under the cursor was not left; it comes back with what was typed.
    if (swapping || document.querySelector("dialog[open]") || !document.hasFocus()) return;
    save(row, false);
  });

  document.addEventListener("picked", (event) => {
    const active = document.activeElement, cell = active?.dataset?.cell;
    const input = cell || rowOf(active) ? active : inputOf(focused && document.getElementById(focused.id));
    if (!input || !desk.typing(input)) return desk.toast(desk.text("Put the cursor into a field first, then click its words on the page."));
    input.value = input.tagName === "SELECT" ? input.value : event.detail.text;
    if (!cell) input.dataset.place = `${event.detail.page} ${event.detail.box.map((edge) => edge.toFixed(4)).join(" ")}`;
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return desk.say(`${event.detail.text}. Enter accepts it.`);
  });

  document.addEventListener("click", (event) => {
    const target = event.target;
    const alternative = target.closest(".alternatives button");
    if (alternative) {
      const row = rowOf(alternative), input = inputOf(row);
      input.value = alternative.dataset.text;
      input.dataset.place = alternative.dataset.place;
      accept(row);
    }
    if (target.closest("[data-next-doubt]")) { if (doubts().length) goOn(null); else decide(); }
    if (target.closest("[data-decide]")) decide();
    if (target.closest("[data-use-mine]")) { save(rowOf(target), false); }
    if (target.closest("[data-use-theirs]")) { const input = inputOf(rowOf(target)); restore(input); input.select?.(); input.focus(); }
    const mention = target.closest("[data-mention]");
    if (mention) {
      const comment = document.getElementById("comment");
      comment.value = `${comment.value.trimEnd()} @${mention.dataset.mention} `.trimStart();
      comment.focus();
    }
    if (target.closest("[data-accept-lines]")) {
      send(panel().dataset.fieldUrl.replace("NAME", target.closest("[data-accept-lines]").dataset.acceptLines), { confirm: "1" }, target.closest(".field"));
      goOn(target.closest(".field"));
    }
  });

  // --- what a swap must not take away ------------------------------------------------------------------------------
  let typed = new Map(), following;
  const keep = () => {
    typed = new Map();
    for (const input of panel().querySelectorAll("input[id], textarea[id], select[id]")) {
      if (input.type === "hidden" || !changed(input) || input.dataset.sent === input.value) continue;
      typed.set(input.id, { value: input.value, place: input.dataset.place });
    }
  };
  const putBack = () => {
    for (const [id, { value, place: at }] of typed) {
      const input = document.getElementById(id);
      if (!input) continue;
      input.value = value;
      if (at) input.dataset.place = at;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  // While no person is asked, the document moves on by itself: the page is loaded anew when it has.
  function follow({ progress, state }) {
    clearInterval(following);
    if (!progress) return;
    following = setInterval(async () => {
      const answer = await fetch(progress);
      if (answer.redirected || !answer.ok) return clearInterval(following);
      const now = (await answer.text()).match(/data-state="(\w+)"/)?.[1];
      return now === state ? undefined : location.reload();
    }, 1500);
  }

  // Everything that a document needs when it comes into view, at first or in the place of another.
  function show() {
    chain = Promise.resolve();
    deciding = false;
    wanted = focused = null;
    typed.clear();
    unanswered.clear();
    pages.start(() => [...panel().querySelectorAll(".field[data-box]")]);
    for (const row of doubts()) pages.crop(row);
    follow(panel().dataset);
    const first = doubts()[0];
    focusOn(first && matchMedia("(min-width: 861px)").matches ? stopOf(first).id : "go");
    document.dispatchEvent(new CustomEvent("document-shown"));
    performance.mark("document-shown");
  }

  document.addEventListener("DOMContentLoaded", () => {
    const open = new Set();
    document.body.addEventListener("undone", (event) => {
      wanted = document.getElementById(`f-${event.detail.name}`) ? `f-${event.detail.name}` : wanted;
      desk.toast(event.detail.said);
    });
    document.body.addEventListener("htmx:configRequest", (event) => {
      if (!event.detail.elt.matches("[data-versioned]")) return;
      event.detail.parameters.version = version();
      event.detail.parameters.next = flow.ready();
    });
    document.body.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.target !== panel()) return;
      // What a person may not do is said above the fields; other pages with this status are none of ours.
      if (event.detail.xhr.status === 403 && event.detail.xhr.responseText.includes('id="version"')) {
        event.detail.shouldSwap = true;
        event.detail.isError = false;
      }
      swapping = event.detail.shouldSwap;
      keep();
      open.clear();
      for (const details of panel().querySelectorAll("details[open]")) open.add(details.id);
    });
    document.body.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target !== panel()) return;
      swapping = false;
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      for (const id of unanswered) document.getElementById(id)?.classList.add("sent");
      putBack();
      pages.draw();
      for (const row of doubts()) pages.crop(row);
      for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
      document.dispatchEvent(new CustomEvent("panel-swapped"));
      const wrong = panel().querySelector("[aria-invalid]");
      const at = wrong?.id || (document.getElementById(wanted) ? wanted : "go");
      if (document.activeElement?.id !== at || rowOf(document.activeElement)) focusOn(at);
    });
    document.body.addEventListener("htmx:oobAfterSwap", () => { if (wanted === "go") go()?.focus(); });
  });

  window.documentScreen = { show, focusOn };
})();
