// Search on the page pictures: words that contain the text are marked on every page; Enter goes from one to the next.
window.pageSearch = (() => {
  let found = [], at = -1, asked = "";
  const box = () => document.getElementById("find");
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  async function look(text) {
    asked = text;
    found = [];
    at = -1;
    const wanted = fold(text.trim()).split(/\s+/).filter(Boolean);
    const all = pages.sheets(), read = await Promise.all(all.map((page) => (wanted.length ? pages.wordsOf(page) : [])));
    if (asked !== text) return;
    for (const [index, page] of all.entries()) {
      const hits = runs(read[index], wanted);
      pages.showWords(page, hits.flat());
      found.push(...hits.map((hit) => ({ page, word: hit[0] })));
    }
    document.getElementById("found").textContent = wanted.length ? `${found.length}` : "";
  }

  // Words in a row: the first may begin within a word, the others follow it.
  function runs(words, wanted) {
    const folded = words.map((word) => fold(word[0]));
    return words.flatMap((_, start) => (wanted.every((text, step) => folded[start + step]?.includes(text)) ? [words.slice(start, start + wanted.length)] : []));
  }

  function go(step) {
    if (!found.length) return desk.say(box().dataset.nothing);
    at = (at + step + found.length) % found.length;
    document.getElementById("found").textContent = `${at + 1} / ${found.length}`;
    const { page, word } = found[at];
    pages.lightPlace(`${page.dataset.number} ${word.slice(1, 5).join(" ")}`);
    return desk.say(`${word[0]}, ${at + 1} / ${found.length}`);
  }

  document.addEventListener("input", (event) => { if (event.target === box()) look(event.target.value); });
  document.addEventListener("keydown", (event) => {
    if (event.target !== box()) return;
    if (event.key === "Enter") { event.preventDefault(); go(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") { event.preventDefault(); box().value = ""; look(""); documentScreen.focusOn("go"); }
  });

  return { open: () => { box()?.focus(); box()?.select(); } };
})();
