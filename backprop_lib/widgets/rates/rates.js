// The rate explorer: a slider over prepared trainings, and a field in which another rate is asked of Python.
import { frameSlider, panels } from "../frames.js";
import { asking, listen, make } from "../parts.js";
/** @import { Host } from "../parts.js" */

export default {
  /** @param {Host} host */
  render(host) {
    const frame = panels(host), bar = frameSlider(host, frame.show), answers = asking(host, bar.say);
    const field = make("input", { type: "text", placeholder: "such as 0.9", "data-lm-suppress-shortcuts": "true" });
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") answers.ask(field.value);
    });
    const label = make("label", { class: "bp-typed" }, "or type a rate ", field);
    const typed = make("div", { class: "bp-rate" }, bar.element, label);
    const parts = [typed, answers.element, frame.element, bar.live];
    host.el.append(make("div", { class: "bp bp-frames" }, ...parts));
    listen(host, "change:answer", () => {
      if (!host.model.get("answer").sentence) field.value = ""; // so that the same rate can be typed again
    });
  },
};
