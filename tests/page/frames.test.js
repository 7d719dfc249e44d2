// Where keys lead on a slider, and which marks belong to a position.
import assert from "node:assert/strict";
import { test } from "node:test";

import { marksOf } from "../../backprop_lib/widgets/frames.js";
import { modelOf } from "../../backprop_lib/widgets/host.js";
import { listen, stride, tell } from "../../backprop_lib/widgets/parts.js";

test("keys lead as far as they say, and commands nowhere", () => {
  const event = { altKey: false, ctrlKey: false, metaKey: false };
  const led = ["ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "PageUp", "PageDown", "Home", "End", "b", "Enter"];
  assert.deepEqual(led.map((key) => stride({ ...event, key })), [1, 1, -1, -1, 5, -5, -Infinity, Infinity, 0, 0]);
  for (const held of ["altKey", "ctrlKey", "metaKey"]) assert.equal(stride({ ...event, key: "End", [held]: true }), 0);
});

test("marks that joined later stand where the order says", () => {
  const model = modelOf({ order: [0, 2, 1, 3], marks: [["first"], ["second"]], joined: [["third"], ["fourth"]] });
  assert.deepEqual([0, 1, 2, 3].map((at) => marksOf(model, at)[0]), ["first", "third", "second", "fourth"]);
});

test("a view that has ended hears nothing more", () => {
  const ending = new AbortController(), model = modelOf({ index: 0 });
  const host = { model, el: null, signal: ending.signal };
  let count = 0;
  listen(host, "change:index", () => count++);
  tell(host, "index", 1);
  ending.abort();
  tell(host, "index", 2);
  assert.equal(count, 1);
});
