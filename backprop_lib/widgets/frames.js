// Shows the prepared frame that belongs to what the slider reads.
// It is the onload handler of a style element.
const box = this.closest(".bp-frames");
if (!box || box.isShown) return; // replaced before it was loaded
box.isShown = true;

const show = () => {
  const [shown, read, handle] = [".bp-frame", ".widget-readout", ".noUi-handle"].map((part) => box.querySelector(part));
  if (!shown || !read || !handle) return; // not drawn yet
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
