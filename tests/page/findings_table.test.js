// Which findings the two menus choose, and how many that is in words.
import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen, counted } from "../../backprop_lib/widgets/findings_table.js";

const rows = [["error", "001"], ["error", "002"], ["aged", "002"]].map(([kind, number]) => ({ kind, number }));

test("a menu that says all leaves the choice to the other", () => {
  for (const [kind, number, places] of [
    ["all", "all", [0, 1, 2]],
    ["error", "all", [0, 1]],
    ["all", "002", [1, 2]],
    ["aged", "001", []],
  ])
    assert.deepEqual(chosen(rows, kind, number), places.map((k) => rows[k]));
});

test("the count says of what", () => {
  assert.equal(counted(1, "all", "all"), "1 finding in all documents.");
  assert.equal(counted(0, "error", "all"), "0 findings of the class “error” in all documents.");
  assert.equal(counted(2, "aged", "002"), "2 findings of the class “aged” in document 002.");
});
