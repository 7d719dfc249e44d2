// The drawing field of paint.py: a canvas for mouse, finger and keys. Python reads what is painted.
const SIDE = 28, SCALE = 10, PATIENCE = 3000;
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const HELP = "Arrow keys move, Space paints, X erases, Shift with an arrow paints on the way.";
const STYLE = `
.bp-paint { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; max-width: 100%;
  box-sizing: border-box; padding: 4px; }
.bp-paint canvas { width: 280px; height: 280px; touch-action: none; cursor: crosshair; background: #fff;
  border: 1px solid #5f6b7a; }
.bp-paint canvas:focus-visible, .bp-paint button:focus-visible, .bp-paint input:focus-visible {
  outline: 3px solid #1d5fa6; outline-offset: 2px; }
.bp-paint .bp-tools { display: flex; flex-wrap: wrap; gap: 6px; width: 282px; margin-top: 6px; }
.bp-paint button { font: inherit; padding: 3px 8px; cursor: pointer; color: #1f2933; background: #eef3f9;
  border: 1px solid #5f6b7a; }
.bp-paint button[aria-pressed=true] { background: #1d5fa6; color: #fff; }
.bp-paint label { width: 100%; }
.bp-paint .bp-help { width: 282px; margin: 6px 0 0; font-size: 90%; line-height: 1.35; }
.bp-paint .bp-answer { flex: 1 1 300px; max-width: 440px; min-width: 0; }
.bp-paint .bp-answer p { margin: 0 0 8px; min-height: 2.8em; line-height: 1.4; }
.bp-paint svg { display: block; max-width: 100%; height: auto; }
.bp-paint pre { overflow: auto; }
.bp-paint .bp-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

function render({ model, el }) {
  const ink = new Float32Array(SIDE * SIDE);
  const canvas = make("canvas", {
    ...{ width: SIDE * SCALE, height: SIDE * SCALE, tabindex: 0, role: "application" },
    ...{ "aria-label": `Field to paint a digit in, 28 by 28. ${HELP}` },
  });
  const pen = canvas.getContext("2d");
  const erase = make("button", { type: "button", "aria-pressed": "false" }, "Erase");
  const clear = make("button", { type: "button" }, "Clear");
  const other = make("button", { type: "button" }, "Another test image");
  const centre = make("input", { type: "checkbox" });
  const label = make("label", {}, centre, " fit and centre it as MNIST does");
  const status = make("p", { role: "status" });
  const place = make("span", { class: "bp-hidden", "aria-live": "polite" });
  const drawn = make("div");
  const left = make("div", {}, canvas, make("div", { class: "bp-tools" }, clear, erase, other, label));
  left.append(make("p", { class: "bp-help" }, `Mouse or finger paints. With the field selected: ${HELP}`), place);
  const root = make("div", { class: "jupyter-widgets bp-paint", "data-lm-suppress-shortcuts": "true" });
  root.append(make("style", {}, STYLE), left, make("div", { class: "bp-answer" }, status, drawn));
  el.append(root);

  let cursor = [13, 13], last = null, waiting = null;

  const show = () => {
    const image = pen.createImageData(SIDE, SIDE);
    ink.forEach((value, k) => image.data.set([255 - value, 255 - value, 255 - value, 255], 4 * k));
    const small = new OffscreenCanvas(SIDE, SIDE);
    small.getContext("2d").putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, SIDE * SCALE, SIDE * SCALE);
    if (document.activeElement === canvas && canvas.matches(":focus-visible")) {
      pen.strokeStyle = "#a8480a";
      pen.lineWidth = 2;
      pen.strokeRect(cursor[1] * SCALE + 1, cursor[0] * SCALE + 1, SCALE - 2, SCALE - 2);
    }
  };

  const silent = () => {
    waiting = null;
    status.textContent =
      "Python does not answer: the kernel is busy or has stopped. The drawing stays; " +
      "when the kernel is back, run this cell again, or paint on if it was only busy.";
  };

  const ask = (name, value) => {
    model.set(name, value);
    model.set("count", model.get("count") + 1);
    model.save_changes();
    waiting ??= setTimeout(silent, PATIENCE);
  };
  const send = () => {
    show();
    ask("pixels", new DataView(Uint8Array.from(ink).buffer));
  };

  // A soft round brush: full within 0.8 pixels, nothing from 1.7 on.
  const dab = (row, column, away) => {
    for (let i = Math.floor(row) - 2; i <= row + 2; i++)
      for (let j = Math.floor(column) - 2; j <= column + 2; j++) {
        if (i < 0 || j < 0 || i >= SIDE || j >= SIDE) continue;
        const far = Math.hypot(i + 0.5 - row, j + 0.5 - column);
        const amount = 255 * Math.min(1, Math.max(0, (1.7 - far) / 0.9)), k = i * SIDE + j;
        ink[k] = away ? Math.min(ink[k], 255 - amount) : Math.max(ink[k], amount);
      }
  };

  const erasing = (event) => erase.getAttribute("aria-pressed") === "true" || event.buttons === 2;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientY - box.top) / box.height) * SIDE, ((event.clientX - box.left) / box.width) * SIDE];
  };
  const stroke = (event) => {
    const to = at(event), from = last ?? to;
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let s = 1; s <= steps; s++)
      dab(from[0] + ((to[0] - from[0]) * s) / steps, from[1] + ((to[1] - from[1]) * s) / steps, erasing(event));
    last = to;
    send();
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    stroke(event);
  });
  canvas.addEventListener("pointermove", (event) => last && stroke(event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = null));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("focus", show);
  canvas.addEventListener("blur", show);

  canvas.addEventListener("keydown", (event) => {
    const step = KEYS[event.key], away = event.key.toLowerCase() === "x";
    if (event.ctrlKey || event.metaKey || event.altKey || !(step || away || event.key === " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (step) cursor = cursor.map((c, axis) => Math.min(SIDE - 1, Math.max(0, c + step[axis])));
    if (!step || event.shiftKey) {
      dab(cursor[0] + 0.5, cursor[1] + 0.5, away);
      send();
    } else show();
    const dark = ink[cursor[0] * SIDE + cursor[1]] > 127 ? "ink" : "paper";
    place.textContent = `row ${cursor[0] + 1}, column ${cursor[1] + 1}: ${dark}`;
  });

  clear.addEventListener("click", () => {
    ink.fill(0);
    send();
  });
  erase.addEventListener("click", () => {
    erase.setAttribute("aria-pressed", String(erase.getAttribute("aria-pressed") !== "true"));
  });
  other.addEventListener("click", () => ask("picks", model.get("picks") + 1));
  centre.addEventListener("change", () => ask("centre", centre.checked));

  const take = () => {
    const { buffer, byteOffset, byteLength } = model.get("pixels");
    ink.set(new Uint8Array(buffer, byteOffset, byteLength));
    show();
  };
  const answer = () => {
    clearTimeout(waiting);
    waiting = null;
    status.textContent = model.get("says");
    drawn.innerHTML = model.get("drawn");
    centre.checked = model.get("centre");
  };
  model.on("change:pixels", () => last === null && take());
  for (const name of ["says", "drawn", "answered"]) model.on(`change:${name}`, answer);
  take();
  answer();
}

export default { render };
