// What the course's widgets do in the page, with Python or without: sliders have names, what is said is announced, and
// who asks Python in vain is told so. It is the onload handler of a style element, and works on the whole output around.
const PATIENCE = 3000, REST = 200, KEPT = 5000; // milliseconds
const SILENCE =
  "No answer from Python: it is busy, or its kernel is not running. In JupyterLab wait, or run this cell again; " +
  "a page saved as HTML has no kernel: open the notebook in JupyterLab.";

if (!this.isConnected) return; // replaced before it was loaded
let box = this.closest(".jupyter-widgets");
for (let outer; (outer = box?.parentElement.closest(".jupyter-widgets")); ) box = outer;
if (!box || box.isHeard) return;
box.isHeard = true;

const all = (selector) => [...box.querySelectorAll(selector)];
const set = (element, name, value) => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};

// ipywidgets names neither a slider's handle nor the buttons of a Play, and noUiSlider tells only a position's number.
const name = () => {
  for (const slider of all(".widget-slider")) {
    const [handle, readout, label] = [".noUi-handle", ".widget-readout", ".widget-label"].map((part) =>
      slider.querySelector(part),
    );
    if (!handle || !readout) continue; // not drawn yet
    set(handle, "aria-label", label.textContent);
    set(handle, "aria-valuetext", readout.textContent);
    set(readout, "aria-label", label.textContent);
    set(readout, "role", "textbox");
    const words = Number(readout.textContent) !== Number(handle.ariaValueNow); // which cannot be typed in
    if (readout.inert !== words) readout.inert = words;
  }
  for (const play of all(".widget-play"))
    ["Play or pause", "Back to the start", "Repeat"].forEach((label, i) => set(play.children[i], "aria-label", label));
};

// One live region that stays while frames and sentences come and go; it says the last when they rest.
const live = document.createElement("div");
live.className = "bp-live";
live.setAttribute("aria-live", "polite");
box.append(live);
const keys = () => all(".bp-said").map((line) => [line.dataset.said, line.textContent].join());
let seen = String(keys()), told = keys(), touched = false, telling;
const tell = () => {
  const now = keys();
  const news = all(".bp-said").filter((_, i) => !told.includes(now[i]));
  told = now;
  if (touched) live.textContent = news.map((line) => line.textContent).join(" ");
  telling = setTimeout(() => (live.textContent = ""), KEPT); // or whoever reads on finds it twice
};
const listen = () => {
  const now = String(keys());
  if (now === seen) return;
  seen = now;
  live.textContent = "";
  clearTimeout(telling);
  telling = setTimeout(tell, REST);
};

// Who needs Python gets an answer: a new sentence, or another part that Python writes.
const note = document.createElement("p");
note.className = "bp-said bp-silence";
note.textContent = SILENCE;
let waiting;
const ask = (control) => {
  if (control.closest(".bp-local")) return; // works in the browser alone
  let around = control;
  while (around !== box && !around.querySelector("[data-said]")) around = around.parentElement;
  waiting ??= setTimeout(() => {
    waiting = null;
    around.querySelector("[data-said]")?.after(note);
  }, PATIENCE);
};
const isAnswer = ({ type, target, addedNodes, removedNodes }) =>
  type === "childList" &&
  target.matches(".widget-html-content") &&
  !target.closest(".bp-local") &&
  ![...addedNodes, ...removedNodes].includes(note);
const touch = ({ target, type }) => {
  touched = true;
  if (type === "change" || (type === "click" && target.closest("button"))) ask(target);
};
for (const type of ["pointerdown", "keydown", "click", "change"]) box.addEventListener(type, touch, true);

new MutationObserver((changes) => {
  name();
  listen();
  const moved = changes.find(({ type, target }) => type === "attributes" && target === document.activeElement);
  if (changes.some(isAnswer)) {
    clearTimeout(waiting);
    waiting = null;
    note.remove();
  } else if (moved) ask(moved.target);
}).observe(box, { attributeFilter: ["aria-valuetext"], characterData: true, childList: true, subtree: true });
name();
