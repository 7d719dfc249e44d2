// Shows the prepared frame that belongs to what the slider reads.
// It is the onload handler of a style element.
const box = this.closest(".bp-frames");
if (!box || box.isShown) return; // replaced before it was loaded
box.isShown = true;

// What has been taller stays so at this width: what is beneath must not jump, nor be painted anew.
let width, seen;
const grow = new ResizeObserver(([{ target, contentRect }]) => {
  if (contentRect.width !== width) target.style.minHeight = "";
  width = contentRect.width;
  target.style.minHeight = `${target.getBoundingClientRect().height}px`;
});

const show = () => {
  const [shown, read, handle] = [".bp-frame", ".widget-readout", ".noUi-handle"].map((part) => box.querySelector(part));
  if (!shown || !read || !handle) return; // not drawn yet
  if (shown !== seen) {
    grow.disconnect();
    grow.observe((seen = shown));
  }
  const frames = [...box.querySelectorAll("template")];
  const fits = (frame) => frame?.dataset.at === read.textContent;
  const there = frames[Number(handle.ariaValueNow)]; // unless a frame has come that the slider does not know yet
  const frame = fits(there) ? there : frames.find(fits);
  if (!frame || shown.frame === frame) return;
  shown.frame = frame;
  shown.replaceChildren(frame.content.cloneNode(true));
};

new MutationObserver(show).observe(box, { characterData: true, childList: true, subtree: true });
show();
