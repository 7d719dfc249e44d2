// The living chain without a page: its numbers, its mistakes, what may be typed, and where its parts stand.
import assert from "node:assert/strict";
import { test } from "node:test";

import { layoutOf } from "../../backprop_lib/widgets/chain/layout.js";
import { brief, change, compute, formula, hindered } from "../../backprop_lib/widgets/chain/numbers.js";
import { keyOf, nudge, pathsOf, read, shown, update } from "../../backprop_lib/widgets/chain/numbers.js";

const VALUES = { "w1[0,0]": 0.5, "w2[0,0]": 0.5, "x[0]": 0.1, "t[0]": 0.9 };

test("the path leads from the loss back to the weight", () => {
  const keys = ["E/a2[0]", "a2[0]/z2[0]", "z2[0]/a1[0]", "a1[0]/z1[0]", "z1[0]/w1[0,0]"];
  assert.deepEqual(pathsOf("w1[0,0]").map((path) => path.map(keyOf)), [keys]);
});

test("formula and nudge agree, the better the smaller the nudge", () => {
  const { sum, made } = formula(compute(VALUES), "w1[0,0]", "none");
  const apart = [1, 2, 3, 4].map((k) => Math.abs(sum - nudge(VALUES, "w1[0,0]", 10 ** -k).ratio));
  assert.equal(made, "none");
  apart.slice(1).forEach((gap, i) => assert.ok(gap < apart[i] / 8, `${gap} after ${apart[i]}`));
  assert.equal(shown(sum), "−0.001033");
});

test("the links of a nudge multiply to what it measures, and no factor has a part in it", () => {
  const { links, ratio, changes } = nudge(VALUES, "w1[0,0]", 0.1);
  const product = pathsOf("w1[0,0]")[0].reduce((all, link) => all * links[keyOf(link)].ratio, 1);
  assert.ok(Math.abs(product - ratio) < 1e-13);
  assert.ok(Math.abs(changes.E / 0.1 - ratio) < 1e-13);
  assert.ok(Math.abs(links["a1[0]/z1[0]"].ratio - compute(VALUES).factors["a1[0]/z1[0]"]) > 1e-5);
});

test("a mistake moves the formula alone, by its factor", () => {
  const computed = compute(VALUES), name = "w1[0,0]", { sum } = formula(computed, name, "none");
  const { quantities, factors } = computed;
  const wrong = {
    slope: sum / factors["a1[0]/z1[0]"],
    input: (sum / VALUES["x[0]"]) * quantities["a1[0]"],
    sign: -sum,
  };
  for (const [mistake, expected] of Object.entries(wrong)) {
    const { sum: got, rows } = formula(computed, name, mistake);
    assert.ok(Math.abs(got - expected) < 1e-15, mistake);
    assert.equal(rows[0].links.filter(({ bad }) => bad).length, 1);
  }
  assert.equal(formula(computed, name, "path").made, "none");
  assert.match(hindered("path", name), /only one path/);
  assert.match(hindered("input", "b1[0]"), /no input/);
});

test("a step follows the formula, and with a turned sign the loss rises", () => {
  const right = update(VALUES, "w2[0,0]", "none", 0.9), wrong = update(VALUES, "w2[0,0]", "sign", 0.9);
  assert.ok(right.after < right.before && wrong.after > wrong.before);
  assert.ok(Math.abs(right.values["w2[0,0]"] - (0.5 + 0.9 * 0.042386804)) < 1e-9);
  assert.equal(right.values["x[0]"], 0.1);
});

test("what is typed is a number within bounds, or a sentence says why not", () => {
  for (const [text, value] of [["0.5", 0.5], [" −2 ", -2], ["+.5", 0.5], ["1e1", 10], ["3.", 3]]) {
    assert.deepEqual(read("w", text, [-100, 100]), { value, problem: "" });
  }
  for (const text of ["nan", "Infinity", "1e9", "", "two", "0x10", "0,5", "1 2", "--1", "<b>1</b>", "9".repeat(999)]) {
    const { problem } = read("w", text, [-100, 100]);
    assert.match(problem, /^w is (“.{0,20}”|empty), expected a number from −100 to 100, such as 0\.5\.$/, text);
  }
  assert.match(read("t", "1.5", [0, 1]).problem, /from 0 to 1,/);
});

test("numbers are written with their decimals, or with a power of ten where none would be seen", () => {
  assert.deepEqual([0, -0.5, 1 / 3, -1e-9, 1e7, NaN, Infinity].map((value) => shown(value)),
    ["0.000000", "−0.500000", "0.333333", "−1.00·10⁻⁹", "1.00·10⁷", "–", "–"]);
  assert.deepEqual([0.00012, -0.00002, 0.5].map((value) => shown(value, 4)), ["1.2·10⁻⁴", "−2.0·10⁻⁵", "0.5000"]);
  assert.deepEqual([0.5, 10, 100, -0.25, 0, 1e-6].map(brief), ["0.5", "10", "100", "−0.25", "0", "1.00·10⁻⁶"]);
  assert.deepEqual([0.5, -0.5, 0].map((value) => change(value, 2)), ["+0.50", "−0.50", "+0.00"]);
});

test("parts stand apart in any width, and within it", () => {
  for (const sizes of [[1, 1, 1], [2, 2, 2], [1, 1], [2, 2, 2, 2], [3, 3, 1], [1, 6, 1], [2, 3, 2]]) {
    for (const width of [360, 640, 800, 1080]) {
      const { at, height } = layoutOf(sizes, width), weights = Object.keys(at).filter((name) => name[0] === "w");
      for (const [name, { x, y }] of Object.entries(at)) {
        assert.ok(x > 0 && x < width && y > 0 && y < height, `${name} of ${sizes} in ${width}`);
      }
      if (Math.max(...sizes) > 2) continue;
      for (const one of weights) {
        for (const other of weights.filter((name) => name > one)) {
          const [dx, dy] = [Math.abs(at[one].x - at[other].x), Math.abs(at[one].y - at[other].y)];
          assert.ok(dx > 80 || dy > 70, `${one} and ${other} of ${sizes} in ${width}: ${dx}, ${dy}`);
        }
      }
    }
  }
});
