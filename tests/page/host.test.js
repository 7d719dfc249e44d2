// A model without Python: who listens is told of what is new, once, until the view ends.
import assert from "node:assert/strict";
import { test } from "node:test";

import { modelOf, show } from "../../backprop_lib/widgets/host.js";

test("what is set is heard by those who listen to it, and only if it is new", () => {
  const model = modelOf({ index: 3, labels: ["a"] }), heard = [];
  const other = () => heard.push("other");
  model.on("change:index", () => heard.push(model.get("index")));
  model.on("change:labels", other);
  model.set("index", 3);
  model.set("index", 4);
  model.save_changes();
  model.set("unknown", 1);
  assert.deepEqual(heard, [4]);
  model.off("change:labels", other);
  model.set("labels", []);
  assert.deepEqual(heard, [4]);
});

test("a view ends: its signal says so, and its element is empty", () => {
  const el = { replaceChildren: () => (el.emptied = true) };
  let given;
  const end = show({ render: (host) => (given = host) }, modelOf({}), el);
  assert.equal(given.el, el);
  assert.equal(given.signal.aborted, false);
  end();
  assert.ok(given.signal.aborted && el.emptied);
});
