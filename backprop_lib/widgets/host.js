// A page without Python: brings the course's modules to life from their saved state.
/** @import { Model, Host } from "./parts.js" */

/**
 * The state of one widget. What is set is heard at once by every view of it, and by nobody else.
 * @param {Record<string, unknown>} state
 * @returns {Model}
 */
export const modelOf = (state) => {
  const values = new Map(Object.entries(state));
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  return {
    get: (name) => values.get(name),
    set(name, value) {
      if (values.get(name) === value) return;
      values.set(name, value);
      for (const heard of [...(listeners.get(`change:${name}`) ?? [])]) heard();
    },
    on(event, heard) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(heard));
    },
    off(event, heard) {
      listeners.get(event)?.delete(heard);
    },
    save_changes() {}, // nobody to tell
  };
};

/**
 * Show a model in an element, and return what ends the view.
 * @param {{ render(host: Host): void }} module
 * @param {Model} model
 * @param {HTMLElement} el
 */
export const show = (module, model, el) => {
  const ending = new AbortController();
  module.render({ model, el, signal: ending.signal });
  return () => {
    ending.abort();
    el.replaceChildren();
  };
};
