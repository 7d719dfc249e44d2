// The race: up to four prepared curves over each other, uncovered update by update; who is ahead, how each ended.
import { frameSlider } from "../frames.js";
import { draw, listen, make, scrolled, tell } from "../parts.js";
/** @import { Host } from "../parts.js" */

const LANES = [..."ABCD"];
const BEAT = 100; // milliseconds from one moment of the race to the next
const [RUN, PAUSE] = ["▶ Run the race", "❚❚ Pause"];
const QUIET = { "data-lm-suppress-shortcuts": "true" }; // keys pressed here are no commands to the notebook

/** @typedef {{ share: number, update: number, after: string, places: (string | number)[][] }} Moment */
/** @typedef {{ path: string, end: string, letters: number[][], known: number, sentence: string }} Run */

/**
 * Places in words: “B leads with E = 0.0021, then A 0.013”, “A and C arrived at update 12, B at 57”.
 * @param {(string | number)[][]} places
 * @param {string} first
 * @param {string} next
 */
const told = (places, first, next, between = "") =>
  places
    .map(([who, number], i) => (i ? `${i > 1 ? "" : between}${who} ${next}${number}` : `${who} ${first}${number}`))
    .join(", ");

/**
 * Say who is where at a moment of the race.
 * @param {Moment} moment
 * @param {number[]} chosen for each lane its rate, from 1; 0 is none
 */
export const standing = ({ after, places }, chosen) => {
  /** @type {(string | number)[][][]} those who arrived, are on the way, diverged */
  const kinds = [[], [], []];
  let many = false;
  for (const [kind, number, ...rates] of places) {
    const here = LANES.filter((_, lane) => rates.includes(chosen[lane] - 1));
    if (!here.length) continue;
    if (kind === 1 && !kinds[1].length) many = here.length > 1;
    kinds[Number(kind)].push([here.join(", ").replace(/, (?=.$)/, " and "), number]);
  }
  const [arrived, running, diverged] = kinds;
  const said = [
    told(arrived, "arrived at update ", "at "),
    running.length > 1 && !arrived.length
      ? told(running, many ? "lead with E = " : "leads with E = ", "", "then ")
      : told(running, many ? "are at E = " : "is at E = ", "at "),
    told(diverged, "diverged at update ", "at "),
  ];
  return `${after}${said.filter(Boolean).join("; ") || "no rate is in the race"}.`;
};

/**
 * What a lane says at an update, before or after it is known how its training ends.
 * @param {number} lane
 * @param {Run | undefined} run
 * @param {string} rate
 * @param {number} update
 */
export const runner = (lane, run, rate, update) => {
  if (!run) return `${LANES[lane]}: no rate.`;
  return update < run.known ? `${LANES[lane]}: η = ${rate}.` : `${LANES[lane]}: ${run.sentence}`;
};

/**
 * A lane: a menu of rates, and its curve with a sentence beneath the field.
 * @param {Host} host
 * @param {number} lane
 */
const laneOf = ({ model }, lane) => {
  const { ink, dashes } = model.get("looks")[lane], { width, height, inside } = model.get("panel");
  const line = { stroke: ink, "stroke-width": 2.4, "stroke-dasharray": dashes };
  const sample = draw("svg", { width: 52, height: 12, "aria-hidden": "true" }, draw("path", { d: "M4 6H48", ...line }));
  const words = make("span"), said = make("p", { class: "bp-said" }, sample, words);
  const curve = draw("svg", { class: "bp-run", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  curve.dataset.lane = LANES[lane];
  const element = make("div", { class: "bp-lane" }, said);
  said.style.gridRow = String(lane + 2);
  curve.style.color = ink;
  const menu = make("select", QUIET);
  for (const rate of ["–", ...model.get("rates")]) menu.append(make("option", {}, rate));
  const label = make("label", {}, `${LANES[lane]}: η = `, menu);
  const [x, y, w, h] = inside.split(" ");
  /**
   * @param {Element} track
   * @param {Run | undefined} run
   */
  const put = (track, run) => {
    if (!run) return curve.remove();
    const clipped = draw("svg", { x, y, width: w, height: h, viewBox: inside });
    clipped.innerHTML = run.end;
    clipped.prepend(draw("path", { d: run.path, ...line }));
    const letter = draw("text", { x: run.letters[lane][0], y: run.letters[lane][1], fill: ink });
    letter.textContent = LANES[lane];
    curve.replaceChildren(clipped, letter);
    return track.append(curve);
  };
  return { label, menu, element, words, curve, put };
};

/**
 * A button that runs the race from where it stands, or from the start, and pauses it.
 * @param {Host} host
 * @param {{ input: HTMLInputElement, step(by: number): void }} bar
 */
const runButton = ({ signal }, { input, step }) => {
  const button = make("button", { type: "button", class: "bp-go", ...QUIET }, RUN);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const there = () => input.value === input.max;
  const rest = () => {
    clearInterval(timer);
    timer = undefined;
    button.textContent = RUN;
  };
  button.addEventListener("click", () => {
    if (timer) return rest();
    if (there()) step(-Infinity);
    button.textContent = PAUSE;
    timer = setInterval(() => (there() ? rest() : step(1)), BEAT);
    return undefined;
  });
  signal.addEventListener("abort", rest);
  return button;
};

export default {
  /** @param {Host} host */
  render(host) {
    const { model } = host, { title, background, width, least, height } = model.get("panel");
    const lanes = LANES.map((_, lane) => laneOf(host, lane));
    const ahead = make("p", { class: "bp-said" }), box = make("div", { class: "bp-ahead" }, ahead);
    const ground = draw("svg", { class: "field", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
    ground.style.backgroundImage = `url("${background}")`;
    const rows = lanes.flatMap(({ label, element }) => [label, element]);
    const track = make("div", { class: "bp-track" }, ground);
    track.style.minWidth = `${least}px`;
    const field = make("div", { class: "bp-field" }, scrolled(host, track), ...rows);

    /** @type {string[]} */
    let heard = [];
    /** @param {number} at */
    const show = (at) => {
      /** @type {Moment} */
      const moment = model.get("moments")[at];
      const chosen = model.get("chosen");
      lanes.forEach(({ words, curve }, lane) => {
        const rate = chosen[lane] - 1;
        words.textContent = runner(lane, model.get("runs")[rate], model.get("rates")[rate], moment.update);
        curve.style.clipPath = `inset(0 ${100 - moment.share}% 0 0)`;
      });
      ahead.textContent = standing(moment, chosen);
      return news;
    };
    // Only what is new since it was said last
    const news = () => {
      const now = [ahead, ...lanes.map(({ words }) => words)].map((line) => line.textContent ?? "");
      const fresh = now.filter((words) => !heard.includes(words));
      heard = now;
      return fresh.join(" ");
    };
    const choose = () => {
      lanes.forEach(({ menu, put }, lane) => {
        menu.selectedIndex = model.get("chosen")[lane];
        put(track, model.get("runs")[menu.selectedIndex - 1]);
      });
      return show(model.get("index"));
    };
    for (const { menu } of lanes)
      menu.addEventListener("change", () => tell(host, "chosen", lanes.map((lane) => lane.menu.selectedIndex)));
    const bar = frameSlider(host, show);
    choose();
    news();
    listen(host, "change:chosen", () => bar.say(choose()));
    const row = make("div", { class: "bp-clock" }, runButton(host, bar), bar.element);
    host.el.append(make("div", { class: "bp bp-race" }, row, box, field, bar.live));
  },
};
