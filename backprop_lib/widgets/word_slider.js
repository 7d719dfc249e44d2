// A slider over words, to stand among other controls.
import { listen, make, slider, tell } from "./parts.js";
/** @import { Host } from "./parts.js" */

export default {
  /** @param {Host} host */
  render(host) {
    const { model } = host, bar = slider(model.get("name"), (at) => tell(host, "index", at));
    const show = () => {
      bar.title.textContent = model.get("name");
      bar.show(model.get("index"), model.get("labels"));
    };
    for (const name of ["name", "labels", "index"]) listen(host, `change:${name}`, show);
    show();
    host.el.append(make("div", { class: "bp" }, bar.element));
  },
};
