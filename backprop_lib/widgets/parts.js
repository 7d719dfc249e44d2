// What the course's modules share: elements, a slider over words, what is read out, what Python is asked.

/**
 * What a module is given: the state it shares with Python, its element, and the signal that it ends.
 * @typedef {{
 *   get(name: string): any, set(name: string, value: unknown): void, save_changes(): void,
 *   on(event: string, heard: () => void): void, off(event: string, heard: () => void): void,
 * }} Model
 * @typedef {{ model: Model, el: HTMLElement, signal: AbortSignal }} Host
 */

/**
 * @param {Element} element
 * @param {Record<string, string | number>} attributes
 */
export const set = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
};

/**
 * Make an element of a page.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
};

/**
 * Make a drawing, or a part of one.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {Node[]} children
 */
export const draw = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, attributes);
  element.append(...children);
  return element;
};

/**
 * Hear the model, until the view ends.
 * @param {Host} host
 * @param {string} event
 * @param {() => void} heard
 */
export const listen = ({ model, signal }, event, heard) => {
  model.on(event, heard);
  signal.addEventListener("abort", () => model.off(event, heard));
};

/**
 * Tell the model, and Python where there is one.
 * @param {Host} host
 * @param {string} name
 * @param {unknown} value
 */
export const tell = ({ model }, name, value) => {
  model.set(name, value);
  model.save_changes();
};

const REST = 200, KEPT = 5000; // milliseconds

/**
 * A live region with what makes it speak: the last sentence only, once it rests, and not for ever.
 * @param {Host} host
 */
export const announcer = ({ signal }) => {
  const live = make("div", { class: "bp-live", "aria-live": "polite" });
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  /** @param {string | (() => string)} words if a function, it is asked when they are said */
  const say = (words) => {
    live.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(() => {
      live.textContent = typeof words === "function" ? words() : words;
      timer = setTimeout(() => (live.textContent = ""), KEPT); // or whoever reads on finds it twice
    }, REST);
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { live, say };
};

/** @type {Record<string, number>} */
const STRIDES = {
  ...{ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  ...{ PageUp: 5, PageDown: -5, Home: -Infinity, End: Infinity },
};

/**
 * How many positions a key leads on.
 * @param {Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey">} event
 */
export const stride = ({ key, altKey, ctrlKey, metaKey }) =>
  altKey || ctrlKey || metaKey ? 0 : (STRIDES[key] ?? 0);

/**
 * A slider over words, moved by `move`, and what shows where it is.
 * @param {string} name
 * @param {(at: number) => void} move
 */
export const slider = (name, move) => {
  // Without shortcuts: no key that is pressed here is a command to the notebook
  const input = make("input", { type: "range", min: 0, step: 1, "data-lm-suppress-shortcuts": "true" });
  const readout = make("span", { class: "bp-readout", "aria-hidden": "true" });
  const title = make("span", {}, name), label = make("label", {}, title, input);
  const element = make("div", { class: "bp-slider" }, label, readout);
  /** @param {number} by */
  const step = (by) => move(Math.min(Math.max(input.valueAsNumber + by, 0), Number(input.max)));
  input.addEventListener("input", () => move(input.valueAsNumber));
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const by = stride(event);
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    step(by);
    input.dispatchEvent(new Event("change", { bubbles: true })); // as after a move by the mouse
  };
  input.addEventListener("keydown", press);
  /**
   * @param {number} at
   * @param {string[]} labels
   */
  const show = (at, labels) => {
    input.max = String(labels.length - 1);
    input.valueAsNumber = at;
    input.setAttribute("aria-valuetext", labels[at]);
    readout.textContent = labels[at];
    readout.style.minWidth = `${Math.max(...labels.map((words) => words.length))}ch`;
  };
  return { element, title, input, press, show, step };
};

/**
 * What has been taller stays so at its width: what is beneath must not jump, nor be painted anew.
 * @param {Host} host
 * @param {HTMLElement} element
 */
export const steady = ({ signal }, element) => {
  let width = 0;
  const grow = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width !== width) element.style.minHeight = "";
    width = contentRect.width;
    element.style.minHeight = `${element.getBoundingClientRect().height}px`;
  });
  grow.observe(element);
  signal.addEventListener("abort", () => grow.disconnect());
};

const SIDEWAYS = "picture, wider than the page: it scrolls sideways";

/**
 * A box in which a picture keeps its size. While it is wider than the page, Tab leads to the box, and keys scroll it.
 * @param {Host} host
 * @param {Element[]} children
 */
export const scrolled = ({ signal }, ...children) => {
  const box = make("div", { class: "bp-scrolled" }, ...children);
  const reach = new ResizeObserver(() => {
    const told = { tabindex: 0, role: "group", "aria-label": SIDEWAYS, "data-lm-suppress-shortcuts": "true" };
    if (box.scrollWidth > box.clientWidth) set(box, told);
    else for (const name of Object.keys(told)) box.removeAttribute(name);
  });
  reach.observe(box);
  signal.addEventListener("abort", () => reach.disconnect());
  return box;
};

const PATIENCE = 3000; // milliseconds
const SILENCE =
  "No answer from Python: it is busy, or its kernel is not running. In JupyterLab wait, or run this cell again; " +
  "a page saved as HTML has no kernel: open the notebook in JupyterLab.";

/**
 * A line in which Python answers; who waits in vain is told so.
 * @param {Host} host
 * @param {(words: string) => void} say
 */
export const answering = (host, say) => {
  const line = make("p", { class: "bp-said", "data-said": 0 });
  const lines = make("pre"), more = make("details", {}, make("summary", {}, "Traceback"), lines);
  const silence = make("p", { class: "bp-said bp-silence" }, SILENCE);
  const element = make("div", { class: "bp-answer" }, line, more);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting, asked = false;
  const rest = () => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  const answered = () => {
    const { said, sentence, traceback } = host.model.get("answer");
    rest();
    silence.remove();
    line.dataset.said = said;
    line.textContent = sentence;
    lines.textContent = traceback;
    more.hidden = !traceback;
    if (sentence && asked) say(sentence);
  };
  listen(host, "change:answer", answered);
  host.signal.addEventListener("abort", rest);
  answered();
  const wait = () => {
    asked = true;
    waiting ??= setTimeout(() => {
      line.after(silence);
      say(SILENCE);
    }, PATIENCE);
  };
  return { element, wait };
};

/**
 * What asks Python for something, with the line of its answers.
 * @param {Host} host
 * @param {(words: string) => void} say
 */
export const asking = (host, say) => {
  const { element, wait } = answering(host, say);
  /** @param {string} what */
  const ask = (what) => {
    tell(host, "asked", [host.model.get("asked")[0] + 1, what]);
    wait();
  };
  return { element, ask };
};
