// Time from a key press in one cell's output to two frames after it shows another picture.
window.latency = (() => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));

  // What the cell shows: a prepared frame's sentence, or else the address of its picture.
  const shown = (cell) =>
    cell.querySelector("p[role=status]")?.textContent ?? cell.querySelector("img")?.src ?? null;

  const changed = (cell, before) =>
    new Promise((done) => {
      const observer = new MutationObserver(() => {
        const now = shown(cell);
        if (now === null || now === before) return; // `interact` removes before it adds
        observer.disconnect();
        done();
      });
      observer.observe(cell, { attributes: true, characterData: true, childList: true, subtree: true });
    });

  const measure = async (cell) => {
    const change = changed(cell, shown(cell));
    const press = await new Promise((done) => cell.addEventListener("keydown", done, { capture: true, once: true }));
    await change;
    await cell.querySelector("img")?.decode();
    await frame();
    await frame();
    return performance.now() - press.timeStamp;
  };

  let running;
  return {
    start(cell, ms) {
      const late = new Promise((_, fail) => setTimeout(() => fail(new Error(`no picture after ${ms} ms`)), ms));
      running = Promise.race([measure(cell), late]);
    },
    result: () => running,
  };
})();
