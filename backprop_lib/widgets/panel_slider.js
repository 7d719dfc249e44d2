// A slider over prepared marks on panels.
import { frameSlider, panels } from "./frames.js";
import { make } from "./parts.js";
/** @import { Host } from "./parts.js" */

export default {
  /** @param {Host} host */
  render(host) {
    const frame = panels(host), bar = frameSlider(host, frame.show);
    host.el.append(make("div", { class: "bp bp-frames" }, bar.element, frame.element, bar.live));
  },
};
