// What the living chain computes: quantities and factors by the printed program, and nudges without any factor.
import { definitions, names, passes } from "./program.js";

/**
 * A factor of the chain rule, ∂of/∂by.
 * @typedef {{ of: string, by: string }} Link
 * @typedef {Record<string, number>} Values
 */

/** @param {Link} link */
export const keyOf = ({ of, by }) => `${of}/${by}`;

/** @type {Link[]} */
export const LINKS = names.factors.map(([of, by]) => ({ of, by }));

/**
 * The paths from the loss back to a quantity, each a list of links in the order of the formula.
 * @param {string} name
 * @returns {Link[][]}
 */
export const pathsOf = (name) =>
  name === "E" ? [[]]
    : LINKS.filter(({ by }) => by === name).flatMap((link) => pathsOf(link.of).map((path) => [...path, link]));

/**
 * @param {string[]} keys
 * @param {number[]} numbers
 * @returns {Values}
 */
const zipped = (keys, numbers) => Object.fromEntries(keys.map((key, i) => [key, numbers[i]]));

/**
 * All numbers of one example: quantities, factors, deltas and gradients by name.
 * @param {Values} values parameters, inputs and targets
 */
export const compute = (values) => {
  const of = (/** @type {string[]} */ keys) => keys.map((key) => values[key]);
  const { forward, factors, deltas, gradients } = passes(of(names.parameters), of(names.data));
  return {
    quantities: { ...values, ...zipped(names.forward, forward) },
    factors: zipped(LINKS.map(keyOf), factors),
    deltas: zipped(names.deltas.map((name) => name.replace("delta", "z")), deltas),
    gradients: zipped(names.parameters, gradients),
  };
};

/**
 * One quantity from those it is made of.
 * @param {string} name
 * @param {Values} quantities
 */
const defined = (name, quantities) => {
  const identifier = (/** @type {string} */ key) => key.replace(/[[,]/g, "_").replace("]", "");
  return definitions[name](Object.fromEntries(Object.entries(quantities).map(([key, v]) => [identifier(key), v])));
};

/**
 * What becomes of everything when one parameter grows by `size`: a second forward pass, no factor.
 * Of a link it says how much of a change arrives through it alone, and that divided by the change that left.
 * @param {Values} values
 * @param {string} name
 * @param {number} size
 */
export const nudge = (values, name, size) => {
  const before = compute(values).quantities;
  const after = compute({ ...values, [name]: values[name] + size }).quantities;
  const changes = Object.fromEntries(Object.keys(before).map((key) => [key, after[key] - before[key]]));
  /** @type {Record<string, { part: number, ratio: number }>} */
  const links = {};
  for (const link of pathsOf(name).flat()) {
    const { of, by } = link;
    const part = defined(of, { ...before, [by]: after[by] }) - defined(of, before);
    links[keyOf(link)] = { part, ratio: part / changes[by] };
  }
  return { changes, links, ratio: changes.E / size };
};

/**
 * Classical errors, each in one factor of the formula; what they are called.
 * @type {Record<string, string>}
 */
export const MISTAKES = {
  none: "no mistake",
  slope: "forget a slope: 1 for ∂a/∂z",
  input: "take a for x: the output instead of the input",
  sign: "turn a sign: t − a for a − t",
  path: "leave out a path",
};

/**
 * Why a mistake can't be made here, or nothing.
 * @param {string} mistake
 * @param {string} name
 */
export const hindered = (mistake, name) => {
  if (mistake === "input" && name.startsWith("b")) return "a bias has no input that could be mixed up";
  if (mistake === "path" && pathsOf(name).length < 2) return "there is only one path";
  return "";
};

/**
 * The factor that a mistake changes, and what it puts in its place.
 * @param {ReturnType<typeof compute>} computed
 * @param {Link[]} path
 * @param {string} mistake
 * @returns {[Link | undefined, number]}
 */
const wrong = ({ quantities, factors }, path, mistake) => {
  const last = path[path.length - 1], slope = path[path.length - 2];
  if (mistake === "slope") return [slope, 1];
  if (mistake === "input") return [last, quantities[slope.of]];
  if (mistake === "sign") return [path[0], -factors[keyOf(path[0])]];
  return [undefined, 0];
};

/**
 * The chain rule for one parameter, in numbers: factors path by path, their products, and the sum.
 * @param {ReturnType<typeof compute>} computed
 * @param {string} name
 * @param {string} mistake one of MISTAKES
 */
export const formula = (computed, name, mistake) => {
  const paths = pathsOf(name), made = hindered(mistake, name) ? "none" : mistake;
  const [broken, instead] = wrong(computed, paths[0], made);
  const rows = paths.map((path, i) => {
    const links = path.map((link) => {
      const bad = broken !== undefined && keyOf(broken) === keyOf(link);
      return { link, value: bad ? instead : computed.factors[keyOf(link)], bad };
    });
    const product = links.reduce((all, { value }) => all * value, 1);
    return { links, product, missing: made === "path" && i === paths.length - 1 };
  });
  return { rows, sum: rows.reduce((all, { product, missing }) => (missing ? all : all + product), 0), made };
};

/**
 * One update of every parameter; of the chosen one by what the formula says, mistakes included.
 * @param {Values} values
 * @param {string} name
 * @param {string} mistake
 * @param {number} rate
 */
export const update = (values, name, mistake, rate) => {
  const computed = compute(values), slopes = { ...computed.gradients, [name]: formula(computed, name, mistake).sum };
  const moved = { ...values };
  for (const key of names.parameters) moved[key] -= rate * slopes[key];
  return { values: moved, before: computed.quantities.E, after: compute(moved).quantities.E };
};

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A number with a fixed count of decimals and a true minus sign, or with a power of ten if it would show no digit.
 * @param {number} value
 * @param {number} decimals
 */
export const shown = (value, decimals = 6) => {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (value !== 0 && (size < 0.5 * 10 ** (1 - decimals) || size >= 1e6)) {
    const [digits, power] = value.toExponential(decimals < 5 ? 1 : 2).split("e");
    const raised = power.replace(/\d/g, (digit) => RAISED[Number(digit)]).replace("-", "⁻").replace("+", "");
    return `${digits.replace("-", "−")}·10${raised}`;
  }
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};

/**
 * The same as a change: with its sign.
 * @param {number} value
 * @param {number} decimals
 */
export const change = (value, decimals) => (value >= 0 ? "+" : "") + shown(value, decimals);

/**
 * A value for a field: up to six decimals, without zeros at its end.
 * @param {number} value
 */
export const brief = (value) => {
  const text = shown(value);
  return text.includes("·") ? text : text.replace(/\.?0+$/, "");
};

/**
 * Which quantities a nudge splits at and meets at, in words.
 * @param {Link[][]} paths
 * @param {ReturnType<typeof nudge>} nudged
 * @param {(name: string) => string} plain
 */
export const meetings = (paths, nudged, plain) => {
  if (paths.length < 2) return "";
  const links = new Map(paths.flat().map((link) => [keyOf(link), link]));
  const all = [...links.values()], said = [];
  for (const from of new Set(all.map(({ by }) => by))) {
    const count = all.filter(({ by }) => by === from).length;
    if (count > 1) said.push(`It splits in ${count} at ${plain(from)}.`);
  }
  for (const to of new Set(all.map(({ of }) => of))) {
    const arrivals = all.filter(({ of }) => of === to);
    if (arrivals.length < 2) continue;
    const parts = arrivals.map((link) => shown(nudged.links[keyOf(link)].part, 7)).join(" + ").replaceAll("+ −", "− ");
    said.push(`At ${plain(to)} the arrivals add: ${parts} = ${shown(nudged.changes[to], 7)}.`);
  }
  return said.join(" ");
};

/**
 * What somebody typed, as a number, or the sentence that says what is wrong with it.
 * @param {string} what
 * @param {string} text
 * @param {[number, number]} bounds
 * @returns {{ value: number, problem: string }}
 */
export const read = (what, text, [least, most]) => {
  const plain = text.trim().replace("−", "-");
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  if (value >= least && value <= most) return { value, problem: "" };
  const got = text.trim() ? `“${text.trim().slice(0, 20)}”` : "empty";
  const expected = `expected a number from ${brief(least)} to ${brief(most)}, such as 0.5.`;
  return { value, problem: `${what} is ${got}, ${expected}` };
};
