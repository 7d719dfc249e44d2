// Which findings the two menus choose, and how many that is in words.
import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen, counted } from "../../backprop_lib/widgets/findings_table.js";

const rows = [["error", "Moon"], ["error", "Klein"], ["aged", "Klein"]].map(([kind, name]) => ({ kind, name }));

test("a menu that says all leaves the choice to the other", () => {
  for (const [kind, name, places] of [
    ["all", "all", [0, 1, 2]],
    ["error", "all", [0, 1]],
    ["all", "Klein", [1, 2]],
    ["aged", "Moon", []],
  ])
    assert.deepEqual(chosen(rows, kind, name), places.map((k) => rows[k]));
});

test("the count says of what", () => {
  assert.equal(counted(1, "all", "all"), "1 finding (all tutorials)");
  assert.equal(counted(0, "error", "all"), "0 findings of the class “error” (all tutorials)");
  assert.equal(counted(2, "aged", "Klein"), "2 findings of the class “aged” (Klein)");
});
