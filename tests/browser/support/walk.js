// Move a widget by a key, or by its button, as far as it leads: what is shown at every position.
async ([number, key, button = false]) => {
  const { visible } = course;
  const box = course.boxes()[number];
  const all = (selector, root) => [...root.querySelectorAll(selector)];
  const numbers = (element, ...names) => names.map((name) => Number(element.getAttribute(name)));
  const handle = box.querySelector("input[type=range]");
  const sentences = () => all("p.bp-said", box).filter(visible);
  const words = (found) => found.map((p) => p.textContent.trim()).join(" | ");

  // A formula much as LaTeX has it: a_{2}, w^{(1)}_{01}, e^{−z}, {{above}/{below}}.
  const formula = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const inside = [...node.childNodes].map(formula).join("");
    if (node.matches(".over, .over > span")) return `{${inside}}`;
    return { SUP: `^{${inside}}`, SUB: `_{${inside}}` }[node.tagName] ?? inside;
  };

  const drawing = (svg) => ({
    name: svg.getAttribute("aria-label"),
    texts: all("text", svg).map((text) => [...numbers(text, "x", "y"), text.textContent]),
    dots: all("circle", svg).map((dot) => numbers(dot, "cx", "cy")),
    paths: all("path", svg).map((path) => path.getAttribute("d")),
    moved: all("path", svg).map((path) => path.getAttribute("transform")),
    inside: svg.querySelector("path")?.ownerSVGElement.getAttribute("viewBox"),
  });

  const shown = () => {
    let frame = sentences()[0];
    while (!frame.querySelector("svg[role=img]")) frame = frame.parentElement;
    return {
      readout: box.querySelector(".bp-readout").innerText.trim(),
      said: words(sentences()),
      rows: all(".terms > div", frame).map((row) => [...row.children].map(formula)),
      drawings: all("svg[role=img]", frame).filter(visible).map(drawing),
    };
  };

  const move = async () => {
    const before = words(sentences());
    if (button) all("button", box).find(({ value }) => value === key).click();
    else handle.dispatchEvent(new KeyboardEvent("keydown", { key }));
    const end = performance.now() + 5000;
    while (words(sentences()) === before || sentences().length !== 1) {
      if (performance.now() > end) throw new Error(`after “${before}” nothing came`);
      await new Promise((done) => requestAnimationFrame(done));
    }
  };

  // The pictures behind the marks, as text.
  const grounds = () => {
    const places = [
      ...[box, ...all("[style]", box)].map((element) => element.getAttribute("style") ?? ""),
      ...all("img", box).map((image) => `${image.src}"`),
    ];
    const found = places.flatMap((text) => [...text.matchAll(/data:image\/svg\+xml,([^"]*)"/g)]);
    return [...new Set(found.map(([, svg]) => decodeURIComponent(svg)))];
  };

  const end = /Right|End/.test(key) ? handle.max : handle.min;
  const seen = [shown()];
  while (handle.value !== end) {
    await move();
    seen.push(shown());
  }
  return { seen, grounds: grounds() };
}
