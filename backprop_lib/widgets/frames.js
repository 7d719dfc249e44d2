// A slider that shows one frame at each position, and frames that are marks on panels.
import { announcer, draw, listen, make, scrolled, slider, steady, tell } from "./parts.js";
/** @import { Host, Model } from "./parts.js" */

/**
 * A slider over the model's labels. `show` draws the frame of a position, prepared or computed, and says its sentence.
 * @param {Host} host
 * @param {(at: number) => string | (() => string)} show
 */
export const frameSlider = (host, show) => {
  const { model } = host, { live, say } = announcer(host);
  const bar = slider(model.get("name"), (at) => tell(host, "index", at));
  const update = () => {
    bar.show(model.get("index"), model.get("labels"));
    return show(model.get("index"));
  };
  for (const event of ["change:index", "change:labels"]) listen(host, event, () => say(update()));
  update();
  return { ...bar, live, say };
};

/**
 * A sentence and panels beneath it, on which `show` puts the marks of one position.
 * @param {Host} host
 */
export const panels = (host) => {
  const { model } = host;
  /** @type {{ title: string, background: string, width: number, least: number, height: number, inside: string }[]} */
  const given = model.get("panels");
  const said = make("p", { class: "bp-said" }), box = make("div", { class: "bp-panels" });
  const drawn = given.map(({ title, background, width, least, height, inside }) => {
    const [x, y, w, h] = inside.split(" ");
    const marks = draw("svg", { x, y, width: w, height: h, viewBox: inside });
    const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" }, marks);
    Object.assign(picture.style, {
      ...{ flex: `1 1 ${width - 30}px`, minWidth: `${least}px`, maxWidth: `${width}px` },
      backgroundImage: `url("${background}")`,
    });
    box.append(picture);
    return { title, picture, marks };
  });
  const element = make("div", { class: "bp-frame" }, said, scrolled(host, box));
  steady(host, element);
  /** @param {number} at */
  const show = (at) => {
    const [sentence, marks] = [model.get("sentences")[at], marksOf(model, at)];
    said.textContent = sentence;
    drawn.forEach((panel, i) => {
      panel.picture.setAttribute("aria-label", `${panel.title}. ${sentence}`);
      panel.marks.innerHTML = marks[i];
    });
    return sentence;
  };
  return { element, show };
};

/**
 * The marks of a position, for each panel: of those prepared at first, or of those that joined them later.
 * @param {Pick<Model, "get">} model
 * @param {number} at
 * @returns {string[]}
 */
export const marksOf = (model, at) => {
  const frame = model.get("order")[at], first = model.get("marks");
  return first[frame] ?? model.get("joined")[frame - first.length];
};
