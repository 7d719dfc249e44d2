// A click chooses the nearest start by moving both sliders. SHARES says where their positions lie in the picture.
// Keys that are pressed in here are no commands to the page.
const box = this.closest('.bp-surface');
if (!box) return; // replaced before it was loaded
if (!box.onclick)
  box.addEventListener('focusin', ({ target }) => (target.dataset.lmSuppressShortcuts = true));
box.onclick = ({ target, clientX, clientY }) => {
  if (!target.matches('[role=img] > rect')) return;
  const { left, bottom, width, height } = target.getBoundingClientRect();
  const at = [(clientX - left) / width, (bottom - clientY) / height];
  const sliders = box.querySelectorAll('.noUi-target');
  SHARES.forEach((shares, i) => {
    const off = shares.map((share) => Math.abs(share - at[i]));
    sliders[i].noUiSlider.set(off.indexOf(Math.min(...off)));
  });
};
