// The brush, and a drawing on its way to Python and back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { dab, take, written } from "../../backprop_lib/widgets/paint/paint.js";

const SIDE = 28;

test("a dab is full in the middle, soft at its edge, and takes nothing away", () => {
  const ink = new Float32Array(SIDE * SIDE);
  dab(ink, 10.5, 12.5, false);
  assert.equal(ink[10 * SIDE + 12], 255);
  assert.equal(ink[11 * SIDE + 12], Math.fround((255 * 0.7) / 0.9));
  assert.equal(ink[12 * SIDE + 12], 0);
  const before = ink.slice();
  dab(ink, 10.5, 13.5, false);
  assert.ok(ink.every((value, k) => value >= before[k]));
  dab(ink, 10.5, 12.5, true);
  assert.equal(ink[10 * SIDE + 12], 0);
});

test("at the rim nothing is painted on the other side", () => {
  const ink = new Float32Array(SIDE * SIDE);
  dab(ink, 5.5, 27.5, false);
  assert.equal(ink.filter((value, k) => value && k % SIDE < 14).length, 0);
});

test("what is sent is what comes back, to the whole number", () => {
  const ink = Float32Array.from({ length: SIDE * SIDE }, (_, k) => (k * 0.7) % 255);
  const back = new Float32Array(SIDE * SIDE);
  assert.equal(written(ink).length, 2 * SIDE * SIDE);
  take(back, written(ink));
  assert.deepEqual(back, ink.map(Math.round));
  take(back, "");
  assert.deepEqual(back, ink.map(Math.round));
});
