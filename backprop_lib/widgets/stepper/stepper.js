// The stepper: a slider with buttons over the steps of a pass, on a drawing of the network with formulas beneath it.
import { frameSlider } from "../frames.js";
import { draw, make, scrolled, steady } from "../parts.js";
/** @import { Host } from "../parts.js" */

const BUTTONS = [
  ...[["|◀", "First", "Home"], ["◀", "Back", "ArrowLeft"]],
  ...[["▶", "Next", "ArrowRight"], ["▶|", "Last", "End"]],
];
const QUIET = { "data-lm-suppress-shortcuts": "true" }; // keys pressed here are no commands to the notebook

/** @param {(event: KeyboardEvent) => void} press what the slider does when a key is pressed */
const buttons = (press) => {
  const group = make("span", { role: "group", "aria-label": "go to step" });
  for (const [sign, name, key] of BUTTONS) {
    const words = [make("span", { "aria-hidden": "true" }, sign), ` ${name} `];
    if (key === "ArrowRight") words.reverse();
    const button = make("button", { type: "button", value: key, ...QUIET }, ...words);
    button.addEventListener("click", () => press(new KeyboardEvent("keydown", { key })));
    group.append(button);
  }
  group.addEventListener("keydown", press);
  return group;
};

/** @param {HTMLElement} root what shows the edges of the weights, class w, or of the gradients, class g */
const edges = (root) => {
  const group = make("span", { role: "radiogroup", "aria-label": "edges show" }, "edges show the ");
  for (const name of ["weight", "gradient"]) {
    const radio = make("input", { type: "radio", name: "edges", class: `show-${name[0]}`, ...QUIET });
    radio.checked = name === "weight";
    radio.addEventListener("change", () => (root.dataset.edges = name[0]));
    group.append(make("label", {}, radio, ` ${name} `));
  }
  root.dataset.edges = "w";
  return group;
};

export default {
  /** @param {Host} host */
  render(host) {
    const { model } = host, [width, height, least] = model.get("size"), [coloured, pale] = model.get("backgrounds");
    const drawing = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    const said = make("p", { class: "bp-said" }), terms = make("div", { class: "terms" });
    const step = make("div", { class: "step" }, said, terms), frame = make("div", { class: "bp-frame" }, step);
    drawing.style.minWidth = `${least}px`;
    step.prepend(scrolled(host, drawing));
    step.style.maxWidth = `${width + 24}px`;
    const root = make("div", { class: "bp bp-frames bp-stepper" });
    root.style.setProperty("--coloured", `url("${coloured}")`);
    root.style.setProperty("--pale", `url("${pale}")`);
    steady(host, frame);
    /** @param {number} at */
    const show = (at) => {
      const { marks, weights, rows } = model.get("steps")[at], sentence = model.get("sentences")[at];
      drawing.setAttribute("class", weights ? "drawing weights" : "drawing");
      drawing.setAttribute("aria-label", `${model.get("title")}. ${sentence}`);
      drawing.innerHTML = marks;
      said.textContent = sentence;
      terms.innerHTML = rows
        .map((/** @type {string[]} */ row) => `<div>${row.map((part) => `<span>${part}</span>`).join("")}</div>`)
        .join("");
      return sentence;
    };
    const bar = frameSlider(host, show);
    const controls = make("form", { class: "controls" }, buttons(bar.press), edges(root));
    controls.addEventListener("submit", (event) => event.preventDefault());
    root.append(bar.element, controls, frame, bar.live);
    host.el.append(root);
  },
};
