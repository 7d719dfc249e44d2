// The living chain: each number of a network is a handle; formula, numbers and a nudge follow in the same frame.
import { announcer, draw, listen, make, set, tell } from "../parts.js";
import { layoutOf } from "./layout.js";
import { LINKS, MISTAKES, brief, change, compute, formula, hindered, keyOf } from "./numbers.js";
import { meetings, nudge, pathsOf, read, shown, update } from "./numbers.js";
import { names } from "./program.js";
/** @import { Host } from "../parts.js" */
/** @import { Values } from "./numbers.js" */

const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" }; // keys pressed here are no commands to the notebook
const HANDLES = [...names.parameters, ...names.data];
/** @type {Record<string, number>} */
const BY_KEY = { ArrowUp: 0.05, ArrowDown: -0.05, PageUp: 0.5, PageDown: -0.5 };
const HINT = "Drag a number sideways, press ↑ or ↓ on it, or type another. " +
  "The weight or bias that you touched last is the one that is nudged.";
const STAGE = 450; // milliseconds that a ripple takes for a link

const rounded = (/** @type {number} */ value) => Math.round(value * 1e9) / 1e9;

/**
 * A field whose number can be dragged sideways, led by arrow keys, and typed.
 * @param {string} label
 * @param {string} words
 * @param {{ get: () => number, move: (value: number) => void, type: (text: string) => void, chosen: () => void }} on
 */
const handle = (label, words, on) => {
  const input = make("input", {
    ...{ type: "text", inputmode: "decimal", role: "spinbutton", "aria-label": words, autocomplete: "off", size: 7 },
    ...{ spellcheck: "false", ...OWN_KEYS },
  });
  const name = make("span", { class: "name", title: `drag ${words} sideways` });
  name.innerHTML = `${label} <span aria-hidden="true">⇔</span>`;
  const element = make("div", { class: "handle" }, name, input);
  let typed = false;
  const show = () => {
    set(input, { "aria-valuenow": on.get(), "aria-valuetext": brief(on.get()) });
    if (!typed) input.value = brief(on.get());
  };
  const commit = () => {
    if (!typed) return;
    typed = false;
    on.type(input.value);
    show();
  };
  input.addEventListener("input", () => (typed = true));
  input.addEventListener("focus", on.chosen);
  input.addEventListener("blur", commit);
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const { key, altKey, ctrlKey, metaKey } = event;
    if (key === "Enter") commit();
    if (key === "Escape") typed = false;
    if (key in BY_KEY && !altKey && !ctrlKey && !metaKey) {
      event.preventDefault();
      commit();
      on.move(rounded(on.get() + BY_KEY[key]));
    }
    if (key === "Escape") show();
  });
  /** @type {{ x: number, value: number } | undefined} */
  let held;
  element.addEventListener("pointerdown", ({ target, clientX, pointerId, button }) => {
    if (button !== 0) return;
    held = { x: clientX, value: on.get() };
    if (target !== input) element.setPointerCapture(pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (!held) return;
    const pixels = Math.round(event.clientX - held.x);
    if (!element.classList.contains("held") && Math.abs(pixels) < 4) return;
    if (!element.classList.contains("held")) {
      commit();
      element.classList.add("held");
      element.setPointerCapture(event.pointerId);
      on.chosen();
    }
    event.preventDefault();
    on.move(rounded(held.value + pixels / 100));
  });
  for (const event of ["pointerup", "pointercancel"]) {
    element.addEventListener(event, () => {
      held = undefined;
      element.classList.remove("held");
    });
  }
  return { element, input, show };
};

/**
 * A choice with a label.
 * @param {string} label
 * @param {[string, string][]} options
 * @param {(value: string) => void} chosen
 */
const choice = (label, options, chosen) => {
  const select = make("select", OWN_KEYS, ...options.map(([value, words]) => make("option", { value }, words)));
  select.addEventListener("change", () => chosen(select.value));
  select.addEventListener("keydown", (event) => event.stopPropagation());
  return { select, element: make("label", {}, `${label} `, select) };
};

/**
 * @param {string} words
 * @param {() => void} pressed
 */
const button = (words, pressed) => {
  const element = make("button", { type: "button", ...OWN_KEYS }, words);
  element.addEventListener("click", pressed);
  return element;
};

export default {
  /** @param {Host} host */
  render(host) {
    const { model, el, signal } = host, { live, say } = announcer(host);
    const { sizes, labels, plain, factors, bounds, farthest } = model.get("given");
    const called = (/** @type {string} */ name) => plain[name] ?? name;
    /** @type {Values} */
    let values = {};
    const within = (/** @type {string} */ name) => bounds[name[0]] ?? [-farthest, farthest];
    const chosen = () => /** @type {string} */ (model.get("selected"));
    const epsilon = () => 10 ** -model.get("size");

    // ---- the drawing ----------------------------------------------------------------------------
    const lines = draw("g", {}), pulses = draw("g", { class: "pulses" });
    const svg = draw("svg", { role: "img" }, lines, pulses);
    const net = make("div", { class: "net" }, svg);
    /** @type {Record<string, HTMLElement>} */
    const numbers = {};
    /** @type {Record<string, HTMLElement>} what a link of the chain is drawn by */
    const pills = {};
    const number = (/** @type {string} */ key) => (numbers[key] = make("span", { class: "number", "data-shows": key }));
    const pill = (/** @type {string} */ key) => (pills[key] = make("div", { class: "pill", "data-link": key }));
    /** @type {Record<string, HTMLElement>} */
    const parts = {};
    const problem = make("p", { class: "bp-said problem" });
    const complain = (/** @type {string} */ words) => {
      problem.textContent = words;
      if (words) say(words);
    };
    /** @param {Values} changed */
    const become = (changed) => {
      complain("");
      const all = { ...values, ...changed };
      tell(host, "values", HANDLES.map((name) => all[name]));
    };
    const clamped = (/** @type {string} */ name, /** @type {number} */ value) =>
      Math.min(Math.max(value, within(name)[0]), within(name)[1]);
    const handles = HANDLES.map((name) => handle(labels[name], called(name), {
      get: () => values[name],
      move: (value) => become({ [name]: clamped(name, value) }),
      type: (text) => {
        const { value, problem: wrong } = read(called(name), text, within(name));
        if (wrong) complain(wrong);
        else become({ [name]: value });
      },
      chosen: () => names.parameters.includes(name) && name !== chosen() && tell(host, "selected", name),
    }));
    const rate = handle("learning rate <i>η</i>", "learning rate", {
      get: () => model.get("learning_rate"),
      move: (value) => tell(host, "learning_rate", Math.min(Math.max(value, 0), 1000)),
      type: (text) => {
        const { value, problem: wrong } = read("The learning rate", text, [0, 1000]);
        complain(wrong);
        if (!wrong) tell(host, "learning_rate", value);
      },
      chosen: () => undefined,
    });
    const byName = Object.fromEntries(HANDLES.map((name, i) => [name, handles[i]]));
    const row = (/** @type {string} */ key) => {
      const name = make("span", { class: "name" });
      name.innerHTML = labels[key];
      return make("div", { class: "row" }, name, number(key), number(`Δ${key}`));
    };
    for (const name of HANDLES) {
      const isBias = name[0] === "b";
      if (!isBias) net.append((parts[name] = make("div", { class: "part" }, byName[name].element)));
      for (const link of LINKS.filter(({ by }) => by === name)) byName[name].element.append(pill(keyOf(link)));
    }
    for (const name of names.forward.filter((key) => key[0] === "a")) {
      const z = name.replace("a", "z"), bias = byName[name.replace("a", "b")], delta = row(`δ${z}`);
      delta.classList.add("delta");
      const slopes = LINKS.filter(({ of, by }) => of === name && by[0] === "z").map((link) => pill(keyOf(link)));
      const rows = [...(bias ? [bias.element] : []), row(z), ...slopes, row(name), delta];
      net.append((parts[name] = make("div", { class: "part card" }, ...rows)));
    }
    // A factor ∂z/∂a is a weight: it is shown where that stands.
    for (const { of, by } of LINKS) {
      if (of[0] !== "z" || by[0] !== "a") continue;
      const weight = `w${of.slice(1, -1)},${by.slice(by.indexOf("[") + 1)}`;
      byName[weight].element.append(pill(keyOf({ of, by })));
    }
    const ends = names.forward.filter((key) => LINKS.some(({ of, by }) => of === "E" && by === key));
    for (const name of ends) {
      const slope = make("div", { class: "part" }, pill(keyOf({ of: "E", by: name })));
      net.append((parts[`E/${name}`] = slope));
    }
    const totals = make("div", { class: "totals" });
    for (const [key, words] of [["formula", "formula"], ["nudge", "ΔE/ε"], ["apart", "apart"]]) {
      totals.append(make("div", { class: `row ${key}` }, make("span", { class: "name" }, words), number(key)));
    }
    net.append((parts.E = make("div", { class: "part card loss" }, row("E"), totals)));

    let placed = 0;
    /** @type {Record<string, import("./layout.js").Edge>} */
    let edges = {};
    const place = () => {
      const width = Math.max(Math.floor(root.clientWidth), 320);
      if (width === placed) return;
      placed = width;
      const laid = layoutOf(sizes, Math.min(width, 1080));
      edges = laid.edges;
      Object.assign(net.style, { width: `${laid.width}px`, height: `${laid.height}px` });
      net.style.setProperty("--card", `${laid.wide}px`);
      set(svg, { width: laid.width, height: laid.height });
      for (const [name, { x, y }] of Object.entries(laid.at)) {
        Object.assign(parts[name].style, { left: `${x}px`, top: `${y}px` });
      }
      ends.forEach((name, i) => {
        const { from, to } = edges[`E/${i}`];
        const middle = { left: `${(from.x + to.x) / 2}px`, top: `${(from.y + to.y) / 2}px` };
        Object.assign(parts[`E/${name}`].style, middle);
        edges[keyOf({ of: "E", by: name })] = edges[`E/${i}`];
      });
      const drawn = Object.entries(edges).filter(([key]) => !key.includes("/a"));
      lines.replaceChildren(...drawn.map(([key, { from, to }]) =>
        draw("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, "data-edge": key })));
      paint();
    };

    // ---- the formula ----------------------------------------------------------------------------
    const chain = make("div", { class: "chain", role: "group", "aria-label": "chain rule" });
    /** @param {string} key of a link, or nothing */
    const light = (key) => {
      for (const part of root.querySelectorAll("[data-link]")) {
        part.classList.toggle("lit", part instanceof HTMLElement && part.dataset.link === key);
      }
      const edge = edgeOf(key);
      for (const line of lines.children) line.classList.toggle("lit", line.getAttribute("data-edge") === edge);
    };
    let built = "";
    const build = () => {
      if (built === chosen()) return;
      built = chosen();
      const rows = pathsOf(built).map((path, i) => {
        const factorsOf = path.map((link) => {
          const key = keyOf(link), { symbol, value } = factors[key];
          const element = make("button", { type: "button", class: "factor", "data-link": key, ...OWN_KEYS });
          element.innerHTML = `<span class="symbol">${symbol}</span><span class="value">${value}</span>`;
          element.append(number(`${key}#${i}`), number(`Δ${key}#${i}`));
          for (const [event, lit] of [["pointerenter", key], ["focus", key], ["pointerleave", ""], ["blur", ""]]) {
            element.addEventListener(event, () => light(lit));
          }
          element.addEventListener("click", () => light(key));
          return element;
        });
        const product = make("div", { class: "product" }, "= ", number(`product#${i}`));
        const lead = make("span", { class: "lead" });
        lead.innerHTML = i ? "+" : `${model.get("given").gradients[built]} =`;
        return make("div", { class: "path" }, lead, ...factorsOf, product);
      });
      const words = rows.length > 1 ? "Sum of the paths: " : "Product: ";
      const total = make("p", { class: "bp-said sum" }, words, number("sum"));
      total.append(", and the nudge measures ΔE/ε = ", number("measured"), ".");
      chain.replaceChildren(...rows, total);
    };

    // ---- everything that follows ----------------------------------------------------------------
    const said = make("p", { class: "bp-said" }), told = make("p", { class: "bp-said told" });
    let last = "";
    const write = (/** @type {string} */ key, /** @type {string} */ text) => {
      if (numbers[key] && numbers[key].textContent !== text) numbers[key].textContent = text;
    };
    const paint = () => {
      const name = chosen(), computed = compute(values), nudged = nudge(values, name, epsilon());
      const { rows, sum, made } = formula(computed, name, model.get("mistake"));
      for (const [key, value] of Object.entries(computed.quantities)) {
        write(key, shown(value, key === "E" ? 6 : 4));
        write(`Δ${key}`, nudged.changes[key] ? change(nudged.changes[key], key === "E" ? 6 : 4) : "");
      }
      for (const [key, value] of Object.entries(computed.deltas)) write(`δ${key}`, shown(value, 4));
      for (const [key, element] of Object.entries(pills)) {
        element.hidden = !(key in nudged.links);
        element.classList.remove("bad");
      }
      rows.forEach(({ links, product, missing }, i) => {
        links.forEach(({ link, value, bad }) => {
          const key = keyOf(link), { ratio } = nudged.links[key];
          write(`${key}#${i}`, shown(value));
          write(`Δ${key}#${i}`, shown(ratio));
          const slope = make("span", { class: "by-formula" }, shown(value, 4));
          pills[key].replaceChildren(slope, make("span", { class: "by-nudge" }, shown(ratio, 4)));
          const factor = numbers[`${key}#${i}`].parentElement;
          for (const part of [pills[key], factor]) part?.classList.toggle("bad", bad);
        });
        write(`product#${i}`, missing ? `${shown(product)}, left out` : shown(product));
        numbers[`product#${i}`].closest(".path")?.classList.toggle("bad", missing);
      });
      for (const key of ["sum", "formula"]) write(key, shown(sum));
      write("measured", shown(nudged.ratio));
      write("nudge", shown(nudged.ratio));
      const apart = Math.abs(sum - nudged.ratio);
      write("apart", shown(apart));
      root.classList.toggle("parted", made !== "none");
      for (const one of [...handles, rate]) one.show();
      for (const key of names.parameters) byName[key].element.classList.toggle("chosen", key === name);
      for (const line of lines.children) {
        const key = line.getAttribute("data-edge") ?? "";
        line.classList.toggle("negative", values[key] < 0);
        set(line, { "stroke-width": Math.min(1 + 2 * Math.abs(values[key] ?? 0.25), 7) });
      }
      const so = made === "none" ? "" : ` The formula makes a mistake: ${MISTAKES[made]}.`;
      const measured = `a nudge of ${brief(epsilon())} measures ${shown(nudged.ratio)}`;
      last = `∂E/∂${called(name)}: the formula says ${shown(sum)}, ${measured}; they are ${shown(apart)} apart.${so}`;
      said.textContent = last;
      told.textContent = meetings(pathsOf(name), nudged, called);
      const all = names.forward.map((key) => `${called(key)} = ${numbers[key].textContent}`).join(", ");
      svg.setAttribute("aria-label", `Network ${sizes.join("-")}. ${all}.`);
      mistakes.select.value = model.get("mistake");
      [...mistakes.select.options].forEach((option) => {
        const why = hindered(option.value, name);
        option.disabled = Boolean(why);
        option.textContent = MISTAKES[option.value] + (why ? ` (${why})` : "");
      });
      sizesOf.select.value = String(model.get("size"));
      nudging.textContent = `Nudge ${called(name)} by ${brief(epsilon())}`;
    };

    // ---- the ripple -----------------------------------------------------------------------------
    /** @param {string} key of a link @returns {string} the edge that it runs along */
    const edgeOf = (key) => {
      const [of, by] = key.split("/");
      if (of === "E") return `E/${ends.indexOf(by)}`;
      if (of?.[0] !== "z") return "";
      return by[0] === "a" ? `w${of.slice(1, -1)},${by.slice(by.indexOf("[") + 1)}` : by;
    };
    /** @type {ReturnType<typeof setTimeout>[]} */
    let timers = [];
    const still = () => {
      for (const timer of timers) clearTimeout(timer);
      timers = [];
      pulses.replaceChildren();
      root.classList.remove("rippling");
      for (const part of root.querySelectorAll(".reached")) part.classList.remove("reached");
    };
    const ripple = () => {
      still();
      const name = chosen(), nudged = nudge(values, name, epsilon());
      const words = [`${called(name)} grows by ${brief(epsilon())}.`, ran(name, nudged)];
      say([...words, meetings(pathsOf(name), nudged, called), last].filter(Boolean).join(" "));
      if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
      root.classList.add("rippling");
      const paths = pathsOf(name).map((path) => [...path].reverse()), stages = paths[0].length;
      for (let k = 0; k <= stages; k++) {
        timers.push(setTimeout(() => {
          if (k === stages) return still();
          for (const key of new Set(paths.map((path) => keyOf(path[k])))) {
            for (const part of root.querySelectorAll(`[data-link="${key}"]`)) part.classList.add("reached");
            numbers[`Δ${key.split("/")[0]}`]?.classList.add("reached");
            const edge = edges[edgeOf(key)];
            if (edge) pulses.append(pulse(edge, key.includes("/w") ? 0.5 : 0));
          }
        }, k * STAGE));
      }
    };
    /**
     * @param {string} name
     * @param {ReturnType<typeof nudge>} nudged
     */
    const ran = (name, nudged) => {
      const reached = names.forward.filter((key) => pathsOf(name).flat().some(({ of }) => of === key));
      return `${reached.map((key) => `${called(key)} changes by ${change(nudged.changes[key], 7)}`).join(", ")}.`;
    };
    signal.addEventListener("abort", still);

    // ---- controls -------------------------------------------------------------------------------
    const nudging = button("", ripple);
    /** @type {[string, string][]} */
    const powers = [1, 2, 3, 4, 5, 6].map((k) => [String(k), brief(10 ** -k)]);
    const sizesOf = choice("nudge size ε", powers, (size) => tell(host, "size", Number(size)));
    const mistakes = choice("Make a mistake", Object.entries(MISTAKES), (mistake) => tell(host, "mistake", mistake));
    const loss = make("p", { class: "bp-said step" });
    const stepping = button("Step: one update", () => {
      const [mistake, eta] = [model.get("mistake"), model.get("learning_rate")];
      const { values: moved, before, after } = update(values, chosen(), mistake, eta);
      const far = names.parameters.find((name) => !(Math.abs(moved[name]) <= farthest));
      if (far) {
        complain(`The step would lead ${called(far)} beyond ±${brief(farthest)}: choose a smaller learning rate.`);
        return;
      }
      become(moved);
      const way = after < before ? "falls" : after > before ? "rises" : "goes";
      const by = shown(Math.abs(after - before));
      loss.textContent = `One update: E ${way} from ${shown(before)} to ${shown(after)}, by ${by}.`;
      say(loss.textContent);
    });
    const again = button("Start again", () => {
      loss.textContent = "";
      const start = model.get("start");
      become(Object.fromEntries(HANDLES.map((name, i) => [name, start[i]])));
    });
    const doing = [nudging, sizesOf.element, stepping, rate.element, again, mistakes.element];
    const controls = make("div", { class: "controls" }, ...doing);
    const hint = make("p", { class: "bp-said hint" }, HINT);
    const shownParts = [hint, controls, problem, loss, net, said, told, chain, live];
    const root = make("div", { class: "bp bp-chain" }, ...shownParts);
    const take = () => {
      const given = model.get("values");
      values = Object.fromEntries(HANDLES.map((name, i) => [name, given[i]]));
    };
    const follow = (/** @type {boolean} */ speak) => {
      still();
      take();
      build();
      paint();
      if (speak) say(last);
    };
    for (const event of ["values", "selected", "size", "mistake"]) {
      listen(host, `change:${event}`, () => follow(event !== "selected"));
    }
    listen(host, "change:learning_rate", () => rate.show());
    const resized = new ResizeObserver(place);
    signal.addEventListener("abort", () => resized.disconnect());
    take();
    build();
    el.append(root);
    place();
    resized.observe(root);
  },
};

/**
 * A dot that runs along an edge, from a share of it on.
 * @param {import("./layout.js").Edge} edge
 * @param {number} share
 */
const pulse = ({ from, to }, share) => {
  const start = { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  const dot = draw("circle", { r: 7 });
  const way = [start, to].map(({ x, y }) => ({ transform: `translate(${x}px, ${y}px)` }));
  dot.animate(way, { duration: STAGE, fill: "forwards", easing: "ease-in-out" });
  return dot;
};
