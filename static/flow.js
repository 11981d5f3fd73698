// From one document to the next: who has it open, the next one fetched and held before it is needed, decisions taken back.
window.flow = (() => {
  const BEAT = 30000, SETTLE = 150, WARM = 1; // milliseconds; page pictures fetched ahead
  const panel = () => document.getElementById("panel");
  const version = () => document.getElementById("version")?.value;
  let next = null, beat = null, taken = "";

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
    next = { address: answer.headers.get("X-Document"), page, lease: leaseUrl, release: releaseUrl };
    for (const image of [...page.querySelectorAll(".sheet img")].slice(0, WARM)) warm(image);
  }

  // The same choice of size as the viewer makes, so that the browser has the very picture it will show.
  function warm(image) {
    const ahead = new Image(), shown = document.querySelector(".sheet img");
    ahead.sizes = shown?.sizes || "50vw";
    ahead.srcset = image.getAttribute("srcset");
    fetch(image.closest(".sheet").dataset.words, { priority: "low" });
  }

  function display(said) {
    const { address, page } = next;
    next = null;
    for (const part of ["header.bar", "#main", "#foot", "#dialogs"]) {
      document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
    }
    document.title = page.title;
    history.pushState({}, "", address);
    for (const part of ["#main", "#foot", "#dialogs"]) htmx.process(document.querySelector(part));
    desk.toast(said);
    begin({ shown: "1" });
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
    hold(values);
    beat = setInterval(renew, BEAT);
    setTimeout(prefetch, SETTLE);
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
    addEventListener("pagehide", () => leave());
    addEventListener("popstate", () => location.reload());
    begin({});
  });

  return { ready: () => (next ? "1" : ""), takeOver, skip, refresh };
})();
