// The page pictures: sharp at any zoom, turned, with the fields' boxes over them, and words that can be picked.
// Geometry comes in fractions of the page, so the overlay's own coordinates run from 0 to 1.
window.pages = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const CROP_WIDTH = 1200, SHARPER = 1.3; // a picture somewhat larger than its place looks sharper than one of its size
  let scroller, zoom = 1, turn = 0, watched, fieldsOf = () => [];
  const words = new Map();

  const sheets = () => [...document.querySelectorAll(".sheet")];
  const sheet = (number) => document.querySelector(`.sheet[data-number="${number}"]`);
  const size = (element) => [Number(element.dataset.width), Number(element.dataset.height)];
  const boxOf = (element) => element.dataset.box.split(" ").map(Number);

  function shape(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  const rectangle = ([x0, y0, x1, y1], name, grow = 0) =>
    shape("rect", { x: x0 - grow, y: y0 - grow * 0.7, width: x1 - x0 + 2 * grow, height: y1 - y0 + 1.4 * grow, class: name });

  function lay() {
    const across = turn % 180 !== 0;
    for (const element of sheets()) {
      const [width, height] = size(element);
      const shown = (scroller.clientWidth - 32) * zoom;
      const style = element.style;
      style.setProperty("--width", `${shown}px`);
      style.setProperty("--ratio", across ? height / width : width / height);
      style.setProperty("--turn", `${turn}deg`);
      style.setProperty("--turned-width", across ? `${(100 * width) / height}%` : "100%");
      const image = element.querySelector("img"); // absent where the page could not be drawn
      if (image) image.sizes = `${Math.round(SHARPER * (across ? (shown * width) / height : shown))}px`;
    }
    const said = document.getElementById("zoomed");
    if (said) said.textContent = `${Math.round(zoom * 100)} %`;
  }

  function setZoom(value) {
    const before = scroller.scrollHeight, at = scroller.scrollTop + scroller.clientHeight / 2;
    zoom = Math.min(5, Math.max(0.3, value));
    lay();
    scroller.scrollTop = (at * scroller.scrollHeight) / before - scroller.clientHeight / 2;
  }

  function wholePage() {
    const [width, height] = size(sheets()[0]);
    const ratio = turn % 180 ? height / width : width / height;
    setZoom(((scroller.clientHeight - 32) * ratio) / (scroller.clientWidth - 32));
  }

  function draw() {
    for (const element of sheets()) element.querySelector(".boxes").replaceChildren();
    for (const field of fieldsOf()) {
      const page = sheet(field.dataset.page);
      if (page) page.querySelector(".boxes").append(mark(field));
    }
  }

  function mark(field) {
    const name = field.matches(".doubtful, .blocked") ? "box doubt" : "box";
    const drawn = rectangle(boxOf(field), name, 0.004);
    drawn.dataset.of = field.id;
    return drawn;
  }

  // Light the box of one field and bring it into view; the page scrolls only when the box is not comfortably visible.
  function light(field) {
    dim();
    const drawn = field && document.querySelector(`.box[data-of="${field.id}"]`);
    if (!drawn) return;
    drawn.classList.add("lit");
    show(drawn);
  }

  // The same for a cell of the lines, whose box is drawn only while it has the focus: "page x0 y0 x1 y1".
  function lightPlace(place) {
    dim();
    const [number, ...box] = place.split(" ").map(Number), page = sheet(number);
    if (!page) return;
    const drawn = rectangle(box, "box lit passing", 0.004);
    page.querySelector(".boxes").append(drawn);
    show(drawn);
  }

  function dim() {
    for (const passing of document.querySelectorAll(".box.passing")) passing.remove();
    for (const lit of document.querySelectorAll(".box.lit")) lit.classList.remove("lit");
  }

  function show(drawn) {
    const box = drawn.getBoundingClientRect(), frame = scroller.getBoundingClientRect(), margin = 40;
    const seen = box.top > frame.top + margin && box.bottom < frame.bottom - margin && box.left > frame.left && box.right < frame.right;
    if (!seen) {
      scroller.scrollBy({
        top: box.top + box.height / 2 - frame.top - frame.height / 2,
        left: box.right > frame.right || box.left < frame.left ? box.left + box.width / 2 - frame.left - frame.width / 2 : 0,
        behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
      });
    }
  }

  // The field's place, cut from the page picture: a view box onto the whole picture, in points of the page.
  function crop(field) {
    const place = field.querySelector(".crop"), page = field.dataset.box && sheet(field.dataset.page);
    if (!place || !page || place.firstChild) return;
    const [width, height] = size(page), [x0, y0, x1, y1] = boxOf(field);
    const tall = Math.max((y1 - y0) * height + 10, 20), wide = Math.min(width, Math.max((x1 - x0) * width + 60, tall * 11));
    const left = Math.min(Math.max(0, ((x0 + x1) * width - wide) / 2), width - wide);
    const top = Math.max(0, ((y0 + y1) * height - tall) / 2);
    const view = shape("svg", { viewBox: `${left} ${top} ${wide} ${tall}`, role: "img", "aria-label": desk.text("How it is printed on page {0}", field.dataset.page) });
    view.append(shape("image", { href: page.dataset.picture.replace("WIDTH", CROP_WIDTH), width, height, preserveAspectRatio: "none" }));
    view.append(shape("rect", { x: x0 * width - 2, y: y0 * height - 1.5, width: (x1 - x0) * width + 4, height: (y1 - y0) * height + 3 }));
    place.append(view);
    place.classList.add("ready");
  }

  // Asked for once, however many want them meanwhile.
  function wordsOf(page) {
    const number = page.dataset.number;
    if (!words.has(number)) words.set(number, ask(page.dataset.words));
    return words.get(number);
  }

  async function ask(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok && !answer.redirected ? (await answer.json()).words : [];
  }

  function point(page, event) {
    const overlay = page.querySelector("svg");
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(overlay.getScreenCTM().inverse());
    return [at.x, at.y];
  }

  const within = ([, x0, y0, x1, y1], x, y) => x >= x0 - 0.002 && x <= x1 + 0.002 && y >= y0 - 0.003 && y <= y1 + 0.003;
  const spanned = ([, x0, y0, x1, y1], [ax, ay], [bx, by]) =>
    (x0 + x1) / 2 >= Math.min(ax, bx) && (x0 + x1) / 2 <= Math.max(ax, bx) && (y0 + y1) / 2 >= Math.min(ay, by) && (y0 + y1) / 2 <= Math.max(ay, by);

  function showWords(page, chosen) {
    page.querySelector(".words").replaceChildren(...chosen.map(([, ...box]) => rectangle(box, "word", 0.002)));
  }

  function picked(page, chosen) {
    if (!chosen.length) return;
    const edge = (index, choose) => choose(...chosen.map((word) => word[index]));
    const box = [edge(1, Math.min), edge(2, Math.min), edge(3, Math.max), edge(4, Math.max)];
    document.dispatchEvent(new CustomEvent("picked", {
      detail: { text: chosen.map((word) => word[0]).join(" "), page: Number(page.dataset.number), box },
    }));
  }

  function pickable(page) {
    const overlay = page.querySelector("svg");
    let from = null;
    overlay.addEventListener("pointerdown", async (event) => {
      if (event.button !== 0) return;
      event.preventDefault(); // the field keeps its focus
      from = point(page, event);
      if (event.pointerType === "mouse") overlay.setPointerCapture(event.pointerId);
    });
    overlay.addEventListener("pointermove", async (event) => {
      if (event.pointerType !== "mouse") return;
      const at = point(page, event), all = await wordsOf(page);
      showWords(page, all.filter((word) => (from ? spanned(word, from, at) || within(word, ...from) : within(word, ...at))));
    });
    overlay.addEventListener("pointerup", async (event) => {
      if (!from) return;
      const start = from, at = point(page, event), all = await wordsOf(page);
      from = null;
      const hit = all.filter((word) => within(word, ...start));
      picked(page, all.filter((word) => spanned(word, start, at) || hit.includes(word)));
    });
    overlay.addEventListener("pointerleave", () => { if (!from) showWords(page, []); });
  }

  function current() {
    const middle = scroller.getBoundingClientRect().top + scroller.clientHeight / 2;
    return sheets().findIndex((element) => element.getBoundingClientRect().bottom > middle);
  }

  function go(step) {
    const all = sheets(), at = current();
    const target = all[Math.min(all.length - 1, Math.max(0, (at < 0 ? all.length - 1 : at) + step))];
    target.scrollIntoView({ block: "start" });
    desk.say(desk.text("Page {0} of {1}", target.dataset.number, all.length));
  }

  function followScrolling() {
    const said = document.getElementById("page-number");
    if (said) scroller.addEventListener("scroll", () => { said.textContent = `${current() + 1} / ${sheets().length}`; }, { passive: true });
  }

  function complain(image) {
    const trouble = document.createElement("p");
    trouble.className = "trouble";
    trouble.textContent = desk.text("Page {0} cannot be drawn. The file may be damaged; ask the sender for another copy.", image.closest(".sheet").dataset.number);
    image.replaceWith(trouble);
  }

  const TOOLS = {
    in: () => setZoom(zoom * 1.25), out: () => setZoom(zoom / 1.25), fit: () => setZoom(1), whole: wholePage,
    turn: () => { turn = (turn + 90) % 360; lay(); }, next: () => go(1), previous: () => go(-1),
  };

  function start(fields) {
    scroller = document.querySelector(".sheets");
    fieldsOf = fields;
    turn = 0;
    words.clear();
    if (!scroller) return;
    for (const page of sheets()) {
      if (scroller.closest(".can-pick")) pickable(page);
      const image = page.querySelector("img");
      image.addEventListener("error", () => complain(image));
      if (image.complete && !image.naturalWidth && image.src && image.loading !== "lazy") complain(image);
    }
    document.querySelector(".tools").addEventListener("click", (event) => {
      const tool = event.target.closest("[data-tool]");
      if (tool) TOOLS[tool.dataset.tool]();
    });
    scroller.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      setZoom(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
    }, { passive: false });
    watched?.disconnect();
    watched = new ResizeObserver(lay);
    watched.observe(scroller);
    followScrolling();
    lay();
    draw();
  }

  return { start, draw, light, lightPlace, crop, sheets, wordsOf, showWords, show, tool: (name) => TOOLS[name]() };
})();
