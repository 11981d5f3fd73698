// What every page shares: the live region, messages, dialogs, and a session that ended in mid-work.
window.desk = (() => {
  const live = () => document.getElementById("live");

  // A text in the reader's language, with values in its numbered places; English where there is no catalogue.
  const text = (english, ...values) => (window.catalogue?.[english] || english).replace(/\{(\d)\}/g, (_, place) => values[place]);

  // The region is emptied first, so that the same sentence twice is spoken twice.
  function say(text) {
    live().textContent = "";
    requestAnimationFrame(() => { live().textContent = text; });
  }

  function toast(text, bad = false) {
    const note = document.createElement("p");
    note.className = bad ? "toast bad" : "toast";
    note.textContent = text;
    document.getElementById("toasts").replaceChildren(note);
    say(text);
    setTimeout(() => note.remove(), bad ? 12000 : 6000);
  }

  const signedOut = (request) => new URL(request.responseURL || location.href).pathname.startsWith("/sign-in");

  // Read at each request: signing in again in another tab gives a new one.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || "";

  // A form by fetch: the answer, or null where there is none to use (signed out, refused, unreachable).
  async function post(url, values = {}, options = {}) {
    try {
      const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(values), ...options });
      return answer.ok && !answer.redirected ? answer : null;
    } catch {
      return null;
    }
  }

  // The last decision of this tab, to be taken back with one key for as long as the server allows it.
  const remember = (url) => sessionStorage.setItem("decided", url);
  function takeBack() {
    const url = sessionStorage.getItem("decided");
    sessionStorage.removeItem("decided");
    if (url) htmx.ajax("POST", url, { target: document.body, swap: "none" });
    return Boolean(url);
  }

  const typing = (element) => element.matches("input:not([type=radio],[type=checkbox],[readonly]), textarea:not([readonly]), select, [contenteditable]");

  function open(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
    return dialog;
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    if (event.target.closest("[data-print]")) print();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const said = live().textContent.trim();
    if (said) toast(said);
    document.body.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = token(); });
    document.body.addEventListener("htmx:beforeSwap", (event) => {
      if (!signedOut(event.detail.xhr)) return;
      event.detail.shouldSwap = false;
      event.detail.isError = false;
      open("signed-out");
      say(text("You have been signed out. Nothing you typed is lost."));
    });
    document.body.addEventListener("htmx:responseError", (event) => {
      const status = event.detail.xhr.status;
      toast({
        403: text("You may not do this, or the page is too old: load it again. Nothing was changed."),
        404: text("This is no longer here. Nothing was changed."),
      }[status] || text("The server failed (error {0}). Nothing was changed; try once more.", status), true);
    });
    document.body.addEventListener("htmx:sendError", () => toast(text("The server cannot be reached. What you typed stays here; try again."), true));
    document.body.addEventListener("say", (event) => say(event.detail.value));
    document.body.addEventListener("toast", (event) => toast(event.detail.value));
  });

  return { text, say, toast, token, post, remember, takeBack, signedOut, typing, open };
})();
