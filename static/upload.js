// Hands files in, a few at a time, each with its own progress; the server answers with the file's row of the list.
(() => {
  const form = document.getElementById("upload"), drop = document.getElementById("drop");
  const picker = document.getElementById("files"), list = document.getElementById("handed-in");
  const template = document.getElementById("row").content.firstElementChild;
  const waiting = [];
  let running = 0;
  const AT_ONCE = 3;

  function add(files) {
    for (const file of files) {
      const row = template.cloneNode(true);
      row.querySelector(".name").textContent = file.name;
      row.querySelector("progress").setAttribute("aria-label", desk.text("Sending {0}", file.name));
      list.append(row);
      waiting.push({ file, row });
    }
    if (files.length) desk.say(files.length === 1 ? desk.text("Sending {0}", files[0].name) : desk.text("Sending {0} files", files.length));
    next();
  }

  function next() {
    while (running < AT_ONCE && waiting.length) send(waiting.shift());
  }

  function send({ file, row }) {
    running += 1;
    const body = new FormData(form);
    body.set("file", file, file.name);
    body.set("csrfmiddlewaretoken", desk.token());
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (event) => sending(row, event);
    request.onload = () => done(request, row, file);
    request.onerror = () => failed(row, desk.text("The connection was cut. The file was not taken; upload it again."));
    request.onloadend = () => { running -= 1; next(); };
    request.send(body);
  }

  function sending(row, event) {
    const percent = event.lengthComputable ? Math.floor((100 * event.loaded) / event.total) : 0;
    row.querySelector("progress").value = percent;
    row.querySelector(".percent").textContent = `${percent} %`;
    row.querySelector(".said").textContent = percent === 100 ? desk.text("Being checked and stored.") : desk.text("On its way.");
  }

  function done(request, row, file) {
    if (desk.signedOut(request)) return failed(row, desk.text("You have been signed out. Sign in and upload it again."));
    const answer = document.createElement("template");
    answer.innerHTML = request.responseText;
    const decided = answer.content.querySelector("li");
    if (!decided || !request.getResponseHeader("Content-Type")?.startsWith("text/html")) {
      return failed(row, desk.text("The server could not take it (error {0}). Try again, or tell an administrator.", request.status));
    }
    const known = decided.id && document.getElementById(decided.id);
    if (known) known.remove();
    row.replaceWith(decided);
    htmx.process(decided);
    if (!decided.classList.contains("busy")) desk.say(`${file.name}: ${decided.querySelector(".said").textContent}`);
  }

  function failed(row, message) {
    row.className = "refused";
    row.querySelector(".mark").textContent = "✕";
    row.querySelector("progress").remove();
    row.querySelector(".percent").textContent = "";
    row.querySelector(".said").textContent = message;
    desk.say(`${row.querySelector(".name").textContent}: ${message}`);
  }

  document.getElementById("choose").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => { add([...picker.files]); picker.value = ""; });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("paste", (event) => add([...event.clipboardData.files]));
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  document.addEventListener("dragover", () => drop.classList.add("over"));
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    add([...event.dataTransfer.files]);
  });
  document.body.addEventListener("htmx:load", (event) => { if (event.detail.elt.dataset?.said) desk.say(event.detail.elt.dataset.said); });
})();
