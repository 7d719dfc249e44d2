// What a race says: who has arrived, who leads, who has diverged; and a lane, before and after it has ended.
import assert from "node:assert/strict";
import { test } from "node:test";

import { runner, standing } from "../../backprop_lib/widgets/rates/race.js";

const moment = (...places) => ({ share: 50, update: 7, after: "After 7 updates: ", places });

test("one rate is at its loss, several have a leader", () => {
  const places = moment([1, "0.0312", 1], [1, "0.125", 0, 2], [2, "5", 3]);
  assert.equal(standing(places, [0, 0, 0, 0]), "After 7 updates: no rate is in the race.");
  assert.equal(standing(places, [2, 0, 0, 0]), "After 7 updates: A is at E = 0.0312.");
  assert.equal(standing(places, [1, 0, 3, 0]), "After 7 updates: A and C are at E = 0.125.");
  assert.equal(standing(places, [1, 2, 0, 0]), "After 7 updates: B leads with E = 0.0312, then A 0.125.");
  assert.equal(standing(places, [2, 2, 1, 0]), "After 7 updates: A and B lead with E = 0.0312, then C 0.125.");
  assert.equal(
    standing(places, [1, 2, 0, 4]),
    "After 7 updates: B leads with E = 0.0312, then A 0.125; D diverged at update 5.",
  );
});

test("nobody leads those who have arrived", () => {
  const places = moment([0, "3", 0, 1], [0, "6", 2], [1, "0.5", 3]);
  assert.equal(
    standing(places, [1, 2, 3, 4]),
    "After 7 updates: A and B arrived at update 3, C at 6; D is at E = 0.5.",
  );
});

test("a lane says how its training ends once that is known", () => {
  const run = { path: "", end: "", letters: [], known: 7, sentence: "η = 9.00 converges." };
  assert.equal(runner(1, undefined, undefined, 7), "B: no rate.");
  assert.equal(runner(1, run, "9.00", 6), "B: η = 9.00.");
  assert.equal(runner(1, run, "9.00", 7), "B: η = 9.00 converges.");
});
