// Time from a key press in one cell's output to the frame after the one that shows another picture.
window.latency = (() => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));

  // What the cell shows: the words that belong to each drawing, how much of it, or the address of each picture.
  const shown = (cell) =>
    [...cell.querySelectorAll("svg[role=img], svg.bp-run, img")]
      .filter((picture) => picture.getClientRects().length)
      .map((picture) => picture.getAttribute("aria-label") ?? picture.src ?? getComputedStyle(picture).clipPath)
      .join("\n");

  const once = (cell, key) =>
    new Promise((done) => {
      const listen = (event) => {
        if (event.key !== key) return;
        cell.removeEventListener("keydown", listen, { capture: true });
        done(event);
      };
      cell.addEventListener("keydown", listen, { capture: true });
    });

  const press = async (cell, key) => {
    const before = shown(cell);
    const { timeStamp } = await once(cell, key);
    let now;
    do {
      await frame(); // asked at any other time, the page would have to be laid out once more
      now = shown(cell);
    } while (!now || now === before); // `interact` removes before it adds
    await cell.querySelector("img")?.decode();
    await frame();
    return performance.now() - timeStamp;
  };

  // From the last of many presses until the last picture, which is one that then stays for `rest` ms.
  const held = async (cell, rest, released) => {
    let pressed = 0;
    const listen = (event) => (pressed = event.timeStamp);
    cell.addEventListener("keydown", listen, { capture: true });
    let now, before = shown(cell), painted = performance.now();
    while (!released.done || performance.now() < Math.max(painted, pressed) + rest) {
      now = shown(cell);
      if (now !== before) painted = performance.now();
      before = now;
      await frame();
    }
    cell.removeEventListener("keydown", listen, { capture: true });
    return Math.max(0, painted - pressed);
  };

  let running, released;
  return {
    start(cell, key, ms) {
      const late = new Promise((_, fail) => setTimeout(() => fail(new Error(`no picture after ${ms} ms`)), ms));
      running = Promise.race([press(cell, key), late]);
    },
    hold(cell, rest) {
      released = { done: false };
      running = held(cell, rest, released);
    },
    release: () => (released.done = true),
    result: () => running,
  };
})();
