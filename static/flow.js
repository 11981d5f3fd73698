// From one document to the next: who has it open, the next one fetched and held before it is needed, and shown before the
// server has said what it thinks of a decision; one that is refused brings its document back.
window.flow = (() => {
  const BEAT = 30000, SETTLE = 150, WARM = 1; // milliseconds; page pictures fetched ahead
  const PARTS = ["header.bar", "#main", "#foot", "#dialogs"];
  const panel = () => document.getElementById("panel");
  const version = () => document.getElementById("version")?.value;
  const partsOf = (page) => PARTS.map((part) => page.querySelector(part));
  let next = null, beat = null, taken = "", told = Promise.resolve(), busy = false, refused = "";

  // --- who has it open ---------------------------------------------------------------------------------------------
  async function hold(values = {}) {
    const here = location.pathname, answer = await desk.post(panel().dataset.leaseUrl, values);
    if (!answer || here !== location.pathname) return;
    const held = await answer.json(), note = document.getElementById("lease");
    document.body.classList.toggle("held", !held.mine);
    note.hidden = held.mine;
    const said = held.mine ? "" : note.dataset.said.replace("NAME", held.name).replace("TIME", held.since);
    if (!held.mine && said !== taken) desk.say(said);
    note.querySelector("span").textContent = taken = said;
    if (String(held.version) !== version() && !document.querySelector("#panel .sent")) refresh();
  }

  const refresh = () => htmx.ajax("GET", location.href, { target: "#panel", select: "#panel > *", swap: "innerHTML" });

  async function takeOver() {
    if (document.getElementById("lease").hidden) return;
    await hold({ over: "1" });
    desk.toast(document.getElementById("lease").dataset.taken);
  }

  const renew = () => {
    hold();
    if (next) desk.post(next.lease);
  };

  // --- the next one ------------------------------------------------------------------------------------------------
  async function prefetch() {
    const here = location.pathname, answer = await desk.post(panel().dataset.nextUrl + location.search);
    if (!answer || answer.status !== 200 || here !== location.pathname) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const { leaseUrl, releaseUrl } = page.getElementById("panel").dataset;
    next = { address: answer.headers.get("X-Document"), title: page.title, parts: partsOf(page), lease: leaseUrl, release: releaseUrl };
    for (const image of [...page.querySelectorAll(".sheet img")].slice(0, WARM)) warm(image);
  }

  // The same choice of size as the viewer makes, so that the browser has the very picture it will show.
  function warm(image) {
    const ahead = new Image(), shown = document.querySelector(".sheet img");
    ahead.sizes = shown?.sizes || "50vw";
    ahead.srcset = image.getAttribute("srcset");
    fetch(image.closest(".sheet").dataset.words, { priority: "low" });
  }

  function put({ title, parts }) {
    PARTS.forEach((part, at) => document.querySelector(part).replaceWith(document.adoptNode(parts[at])));
    document.title = title;
  }

  function display(said) {
    const shown = next;
    next = null;
    put(shown);
    history.pushState({}, "", shown.address);
    for (const part of ["#main", "#foot", "#dialogs"]) htmx.process(document.querySelector(part));
    if (said) desk.toast(said);
    begin({ shown: "1" });
  }

  // --- decided, but not yet answered -------------------------------------------------------------------------------
  function ahead(url, values) {
    const left = { address: location.href, title: document.title, parts: partsOf(document), withdraw: panel().dataset.withdrawUrl };
    const said = fetch(url, {
      method: "POST", keepalive: true, headers: { "X-CSRFToken": desk.token() }, body: new URLSearchParams(values),
    }).catch(() => null);
    told = told.then(() => said).then((answer) => hear(answer, left));
    busy = false;
    display("");
  }

  async function hear(answer, left) {
    const said = answer?.status === 204 && JSON.parse(answer.headers.get("HX-Trigger") || "{}").decided?.said;
    if (said) {
      desk.remember(left.withdraw);
      return desk.toast(said);
    }
    const page = document.createElement("template");
    if (answer && !answer.redirected && answer.status < 500) page.innerHTML = await answer.text();
    const why = page.content.querySelector("[role=alert]")?.innerText.trim() || panel().dataset.unsaid;
    if (answer?.redirected) desk.open("signed-out");
    return busy ? remind(left, why) : back(left, why, page.content);
  }

  // Nothing was done to the next document yet: the one before comes back, as the server says that it is.
  function back(left, why, now) {
    desk.post(panel().dataset.releaseUrl);
    if (next) desk.post(next.release);
    next = null;
    put({ ...left, parts: left.parts.map((part) => part.cloneNode(true)) }); // without the listeners of its first showing
    history.replaceState({}, "", left.address);
    if (now.querySelector("#foot")) {
      now.querySelector("#foot").removeAttribute("hx-swap-oob");
      document.getElementById("foot").replaceWith(now.querySelector("#foot"));
      panel().replaceChildren(...now.children);
    }
    for (const part of ["#main", "#foot", "#dialogs"]) htmx.process(document.querySelector(part));
    begin({});
    desk.toast(why, true);
  }

  // The person is at work on the next one already: they are told, and go back when they like.
  function remind(left, why) {
    refused = left.address;
    desk.toast(`${left.title.split(" · ")[0]}: ${why} ${panel().dataset.goBack}`, true);
  }

  function goBack() {
    const address = refused;
    refused = "";
    if (address) location.href = address;
    return Boolean(address);
  }

  function leave(url) {
    if (next) desk.post(next.release, {}, { keepalive: true });
    desk.post(panel().dataset.releaseUrl, {}, { keepalive: true });
    if (url) location.href = url;
  }

  // Leave this one as it is and look at the next.
  function skip() {
    if (!next) return desk.toast(panel().dataset.noNext);
    desk.post(panel().dataset.releaseUrl);
    return display(panel().dataset.skipped);
  }

  function begin(values) {
    window.documentScreen.show();
    clearInterval(beat);
    beat = setInterval(renew, BEAT);
    // Until a decision is answered its document still waits, and would come next again.
    told.then(() => {
      hold(values);
      setTimeout(prefetch, SETTLE);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.body.addEventListener("decided", (event) => {
      desk.remember(panel().dataset.withdrawUrl);
      if (next) display(event.detail.said);
      else location.reload();
    });
    document.body.addEventListener("htmx:beforeOnLoad", (event) => {
      const url = new URL(event.detail.xhr.responseURL || location.href);
      if (event.detail.xhr.getResponseHeader("HX-Redirect") && /\/decide\/$/.test(url.pathname)) desk.remember(panel().dataset.withdrawUrl);
    });
    document.addEventListener("click", (event) => { if (event.target.closest("[data-take-over]")) takeOver(); });
    for (const done of ["keydown", "pointerdown"]) addEventListener(done, () => { busy = true; }, true);
    addEventListener("pagehide", () => leave());
    addEventListener("popstate", () => location.reload());
    begin({});
  });

  return { ready: () => (next ? "1" : ""), told: () => told, ahead, goBack, takeOver, skip, refresh };
})();
