// A line in which Python speaks, for the controls in the box around it; what they ask in vain is said too.
import { announcer, answering, listen, make, scrolled, tell } from "./parts.js";
/** @import { Host } from "./parts.js" */

/**
 * Hear the controls in the box around: a button, or what somebody has changed, asks Python.
 * @param {Host} host
 * @param {() => void} ask
 */
const hear = ({ el, signal }, ask) => {
  /** @param {Event} event */
  const controlOf = ({ target }) =>
    target instanceof HTMLElement && el.closest(".bp-heard")?.contains(target) ? target : null;
  const options = { capture: true, signal };
  document.addEventListener("change", (event) => controlOf(event) && ask(), options);
  document.addEventListener("click", (event) => controlOf(event)?.closest("button") && ask(), options);
  document.addEventListener("focusin", (event) => {
    const control = controlOf(event);
    if (control) control.dataset.lmSuppressShortcuts = "true"; // keys pressed in it are no commands to the notebook
  }, options);
};

/**
 * The place that is nearest, of those on a line.
 * @param {number[]} places
 * @param {number} at
 */
export const nearest = (places, at) => {
  const off = places.map((place) => Math.abs(place - at));
  return off.indexOf(Math.min(...off));
};

export default {
  /** @param {Host} host */
  render(host) {
    const { model } = host, { live, say } = announcer(host), answers = answering(host, say);
    const picture = make("div", { class: "bp-map" });
    const show = () => {
      picture.innerHTML = model.get("picture");
      const grounds = model.get("grounds").map((/** @type {string} */ address) => `url("${address}")`);
      picture.style.setProperty("--grounds", grounds.join());
    };
    for (const name of ["picture", "grounds"]) listen(host, `change:${name}`, show);
    show();
    hear(host, answers.wait);
    picture.addEventListener("click", ({ target, clientX, clientY }) => {
      if (!(target instanceof SVGRectElement)) return;
      const { left, bottom, width, height } = target.getBoundingClientRect();
      const [across, up] = model.get("places"), [count] = model.get("clicked");
      const at = [nearest(across, (clientX - left) / width), nearest(up, (bottom - clientY) / height)];
      tell(host, "clicked", [count + 1, ...at]);
      answers.wait();
    });
    host.el.append(make("div", { class: "bp" }, answers.element, scrolled(host, picture), live));
  },
};
