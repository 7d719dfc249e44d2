// A click chooses what is nearest.
import assert from "node:assert/strict";
import { test } from "node:test";

import { nearest } from "../../backprop_lib/widgets/spoken.js";

test("the nearest place is chosen, at the ends and between", () => {
  const places = [0, 0.1, 0.5, 1];
  assert.deepEqual([-3, 0.04, 0.06, 0.29, 0.31, 0.9, 7].map((at) => nearest(places, at)), [0, 0, 1, 1, 2, 3, 3]);
});
