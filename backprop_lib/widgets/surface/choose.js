// A click chooses the nearest start by moving both sliders. SHARES says where their positions lie in the picture.
// Keys that are pressed in here are no commands to the page.
const box = this.closest('.bp-surface');
if (!box) return; // replaced before it was loaded
// What is wider than the page scrolls; while it does, Tab leads there.
const view = box.querySelector('.bp-view');
const told = { tabindex: '0', role: 'group', 'aria-label': 'picture, wider than the page: it scrolls sideways' };
view.reach ??= new ResizeObserver(() => {
  const wide = view.scrollWidth > view.clientWidth;
  for (const [name, value] of Object.entries(told)) wide ? view.setAttribute(name, value) : view.removeAttribute(name);
});
view.reach.observe(view);
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
