// The findings as a table that two menus filter.
import { announcer, listen, make, tell } from "./parts.js";
/** @import { Host } from "./parts.js" */

const ALL = "all";

/** @typedef {{ kind: string, name: string, cells: string[] }} Row */

/**
 * The rows of a class and of a tutorial.
 * @param {Row[]} rows
 * @param {string} kind
 * @param {string} name
 */
export const chosen = (rows, kind, name) =>
  rows.filter((row) => [ALL, row.kind].includes(kind) && [ALL, row.name].includes(name));

/**
 * Say how many findings there are, and of which class and tutorial.
 * @param {number} count
 * @param {string} kind
 * @param {string} name
 */
export const counted = (count, kind, name) => {
  const of = kind === ALL ? "" : ` of the class “${kind}”`;
  const where = name === ALL ? "all tutorials" : name;
  return `${count} finding${count === 1 ? "" : "s"}${of} (${where})`;
};

export default {
  /** @param {Host} host */
  render(host) {
    const { model } = host, { live, say } = announcer(host);
    const said = make("p", { class: "bp-said" }), body = make("tbody");
    const heads = ["number", "class and weight", "finding"].map((head) => make("th", { scope: "col" }, head));
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
    /** @param {"kind" | "name"} trait @param {string} label @param {string[]} values */
    const menuOf = (trait, label, values) => {
      const menu = make("select", { "aria-label": label, "data-lm-suppress-shortcuts": "true" });
      menu.append(...[ALL, ...values].map((value) => make("option", {}, value)));
      menu.addEventListener("change", () => tell(host, trait, menu.value));
      return { trait, menu, label: make("label", {}, `${label} `, menu) };
    };
    const menus = [menuOf("kind", "class", model.get("kinds")), menuOf("name", "tutorial", model.get("names"))];
    const show = () => {
      const [kind, name] = menus.map(({ trait, menu }) => (menu.value = model.get(trait)));
      const rows = chosen(model.get("rows"), kind, name), words = counted(rows.length, kind, name);
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
