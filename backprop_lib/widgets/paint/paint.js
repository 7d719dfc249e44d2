// A field of 28 × 28 pixels to paint in, by mouse, finger or keys; Python reads what is painted.
import { announcer, asking, listen, make } from "../parts.js";
/** @import { Host } from "../parts.js" */

const SIDE = 28, SCALE = 10;
const QUIET = { "data-lm-suppress-shortcuts": "true" }; // keys pressed here are no commands to the notebook
/** @type {Record<string, [number, number]>} */
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const HELP = "Arrow keys move, Space paints, X erases, Shift with an arrow paints on the way.";

/**
 * A soft round brush: full within 0.8 pixels, nothing from 1.7 on.
 * @param {Float32Array} ink
 * @param {number} row
 * @param {number} column
 * @param {boolean} away whether it erases
 */
export const dab = (ink, row, column, away) => {
  for (let i = Math.floor(row) - 2; i <= row + 2; i++)
    for (let j = Math.floor(column) - 2; j <= column + 2; j++) {
      if (i < 0 || j < 0 || i >= SIDE || j >= SIDE) continue;
      const far = Math.hypot(i + 0.5 - row, j + 0.5 - column);
      const amount = 255 * Math.min(1, Math.max(0, (1.7 - far) / 0.9)), k = i * SIDE + j;
      ink[k] = away ? Math.min(ink[k], 255 - amount) : Math.max(ink[k], amount);
    }
};

/** @param {Float32Array} ink what is painted, as two hexadecimal digits a pixel */
export const written = (ink) => Array.from(ink, (v) => Math.round(v).toString(16).padStart(2, "0")).join("");

/**
 * Put a drawing that is written so into the field.
 * @param {Float32Array} ink
 * @param {string} text
 */
export const take = (ink, text) => (text.match(/../g) ?? []).forEach((value, k) => (ink[k] = parseInt(value, 16)));

/**
 * The canvas with its brush. `sent` is called after each stroke.
 * @param {Float32Array} ink
 * @param {() => boolean} erases
 * @param {() => void} sent
 */
const canvasOf = (ink, erases, sent) => {
  const canvas = make("canvas", {
    ...{ width: SIDE * SCALE, height: SIDE * SCALE, tabindex: 0, role: "application", ...QUIET },
    ...{ "aria-label": `Field to paint a digit in, 28 by 28. ${HELP}` },
  });
  const place = make("span", { class: "bp-live", "aria-live": "polite" });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let cursor = [13, 13];
  /** @type {number[] | null} */
  let last = null;

  const show = () => {
    const image = pen.createImageData(SIDE, SIDE), small = make("canvas", { width: SIDE, height: SIDE });
    ink.forEach((value, k) => image.data.set([255 - value, 255 - value, 255 - value, 255], 4 * k));
    small.getContext("2d")?.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, SIDE * SCALE, SIDE * SCALE);
    if (!canvas.matches(":focus-visible")) return;
    pen.strokeStyle = "#a8480a";
    pen.lineWidth = 2;
    pen.strokeRect(cursor[1] * SCALE + 1, cursor[0] * SCALE + 1, SCALE - 2, SCALE - 2);
  };
  const send = () => {
    show();
    sent();
  };
  /** @param {PointerEvent} event */
  const stroke = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const to = [((event.clientY - top) / height) * SIDE, ((event.clientX - left) / width) * SIDE], from = last ?? to;
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let s = 1; s <= steps; s++) {
      const [row, column] = from.map((start, axis) => start + ((to[axis] - start) * s) / steps);
      dab(ink, row, column, erases() || event.buttons === 2);
    }
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
  for (const event of ["focus", "blur"]) canvas.addEventListener(event, show);
  canvas.addEventListener("keydown", (event) => {
    const step = KEYS[event.key], away = event.key.toLowerCase() === "x";
    if (event.ctrlKey || event.metaKey || event.altKey || !(step || away || event.key === " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (step) cursor = cursor.map((c, axis) => Math.min(SIDE - 1, Math.max(0, c + step[axis])));
    if (!step || event.shiftKey) {
      dab(ink, cursor[0] + 0.5, cursor[1] + 0.5, away);
      send();
    } else show();
    const dark = ink[cursor[0] * SIDE + cursor[1]] > 127 ? "ink" : "paper";
    place.textContent = `row ${cursor[0] + 1}, column ${cursor[1] + 1}: ${dark}`;
  });
  return { canvas, place, show, send, busy: () => last !== null };
};

export default {
  /** @param {Host} host */
  render(host) {
    const { model } = host, { live, say } = announcer(host), answers = asking(host, say);
    const ink = new Float32Array(SIDE * SIDE);
    /** @param {string} name @param {Record<string, string>} attributes @param {() => void} pressed */
    const button = (name, attributes, pressed) => {
      const made = make("button", { type: "button", ...attributes, ...QUIET }, name);
      made.addEventListener("click", pressed);
      return made;
    };
    const erase = button("Erase", { "aria-pressed": "false" }, () => (erase.ariaPressed = String(!erases())));
    const erases = () => erase.ariaPressed === "true";
    const field = canvasOf(ink, erases, () => answers.ask(`ink ${written(ink)}`));
    const clear = button("Clear", {}, () => {
      ink.fill(0);
      field.send();
    });
    const other = button("Another test image", { class: "bp-asks" }, () => answers.ask("another"));
    const fit = make("input", { type: "checkbox", ...QUIET });
    fit.addEventListener("change", () => answers.ask(fit.checked ? "fitted" : "as it is"));
    const drawn = make("div", { class: "bp-drawn" });

    const given = () => {
      if (field.busy()) return;
      take(ink, model.get("given"));
      field.show();
    };
    const read = () => (drawn.innerHTML = model.get("drawn"));
    const fitted = () => (fit.checked = model.get("centre"));
    for (const [event, heard] of /** @type {[string, () => void][]} */ (
      Object.entries({ given, drawn: read, centre: fitted })
    )) {
      listen(host, `change:${event}`, heard);
      heard();
    }
    const help = make("p", {}, `Mouse or finger paints. With the field selected: ${HELP}`);
    const left = make("div", { class: "bp-field" }, field.canvas, make("div", {}, clear, erase), help, field.place);
    left.append(other, make("label", {}, fit, " fit and center it as MNIST does"));
    const right = make("div", { class: "bp-read" }, answers.element, drawn, live);
    host.el.append(make("div", { class: "bp bp-paint" }, left, right));
  },
};
