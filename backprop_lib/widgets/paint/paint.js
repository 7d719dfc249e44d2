// The drawing field of paint.py: a canvas for mouse, finger and keys. Python reads what is painted.
// It is the onload handler of a style element in the field.
const SIDE = 28, SCALE = 10;
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const HELP = "Arrow keys move, Space paints, X erases, Shift with an arrow paints on the way.";

const box = this.closest(".bp-paint");
if (!box || box.querySelector("canvas")) return;

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const ink = new Float32Array(SIDE * SIDE);
const canvas = make("canvas", {
  ...{ width: SIDE * SCALE, height: SIDE * SCALE, tabindex: 0, role: "application" },
  ...{ "aria-label": `Field to paint a digit in, 28 by 28. ${HELP}` },
});
const pen = canvas.getContext("2d");
const clear = make("button", { type: "button" }, "Clear");
const erase = make("button", { type: "button", "aria-pressed": "false" }, "Erase");
const place = make("span", { class: "bp-live", "aria-live": "polite" });
const help = make("p", {}, `Mouse or finger paints. With the field selected: ${HELP}`);
const root = make("div", { class: "bp-field", "data-lm-suppress-shortcuts": "true" });
root.append(canvas, make("div", {}, clear, erase), help, place);
this.after(root);

let cursor = [13, 13], last = null, count = 0, taken;

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

const send = () => {
  show();
  const field = box.querySelector(".bp-sent input");
  const pixels = Array.from(ink, (value) => Math.round(value).toString(16).padStart(2, "0"));
  field.value = `${++count} ${pixels.join("")}`;
  field.dispatchEvent(new Event("change", { bubbles: true }));
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

// What Python gives to paint on, now or when it comes.
const take = () => {
  const given = box.querySelector("[data-ink]");
  if (!given || given === taken || last) return;
  taken = given;
  given.dataset.ink.match(/../g).forEach((value, k) => (ink[k] = parseInt(value, 16)));
  show();
};
new MutationObserver(take).observe(box, { childList: true, subtree: true });
take();
