// The findings as a table that two menus filter.
import { announcer, listen, make, tell } from "./parts.js";
/** @import { Host } from "./parts.js" */

const ALL = "all";

/** @typedef {{ kind: string, number: string, cells: string[] }} Row */

/**
 * The rows of a class and of a document.
 * @param {Row[]} rows
 * @param {string} kind
 * @param {string} number
 */
export const chosen = (rows, kind, number) =>
  rows.filter((row) => [ALL, row.kind].includes(kind) && [ALL, row.number].includes(number));

/**
 * Say how many findings there are, and of which class and document.
 * @param {number} count
 * @param {string} kind
 * @param {string} number
 */
export const counted = (count, kind, number) => {
  const of = kind === ALL ? "" : ` of the class “${kind}”`;
  const where = number === ALL ? "in all documents" : `in document ${number}`;
  return `${count} finding${count === 1 ? "" : "s"}${of} ${where}.`;
};

export default {
  /** @param {Host} host */
  render(host) {
    const { model } = host, { live, say } = announcer(host);
    const said = make("p", { class: "bp-said" }), body = make("tbody");
    const names = ["number", "class and weight", "finding"].map((name) => make("th", { scope: "col" }, name));
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...names)), body);
    /** @param {"kind" | "number"} trait @param {string} name @param {string[]} values */
    const menuOf = (trait, name, values) => {
      const menu = make("select", { "aria-label": name, "data-lm-suppress-shortcuts": "true" });
      menu.append(...[ALL, ...values].map((value) => make("option", {}, value)));
      menu.addEventListener("change", () => tell(host, trait, menu.value));
      return { trait, menu, label: make("label", {}, `${name} `, menu) };
    };
    const menus = [menuOf("kind", "class", model.get("kinds")), menuOf("number", "document", model.get("numbers"))];
    const show = () => {
      const [kind, number] = menus.map(({ trait, menu }) => (menu.value = model.get(trait)));
      const rows = chosen(model.get("rows"), kind, number), words = counted(rows.length, kind, number);
      said.textContent = words;
      body.innerHTML = rows.map(({ cells }) => `<tr><td>${cells.join("</td><td>")}</td></tr>`).join("");
      table.hidden = !rows.length;
      return words;
    };
    show();
    for (const { trait } of menus) listen(host, `change:${trait}`, () => say(show()));
    const row = make("div", { class: "bp-menus" }, ...menus.map(({ label }) => label));
    host.el.append(make("div", { class: "bp findings" }, row, said, table, live));
  },
};
