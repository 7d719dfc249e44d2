// What the tests ask the page. Each check returns a list of faults in words.
(() => {
  const OUTPUTS = ".jp-OutputArea-output, .jp-MarkdownOutput";
  const UNNAMED = ["", "Image"]; // JupyterLab writes “Image” where an author wrote nothing
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const panel = () => jupyterapp.shell.currentWidget;
  const frame = () => new Promise((done) => requestAnimationFrame(done));

  const painted = async () => {
    await frame();
    await frame();
  };

  const within = (ms, work, what) =>
    Promise.race([
      work,
      new Promise((_, fail) => setTimeout(() => fail(new Error(`${what} took over ${ms} ms`)), ms)),
    ]);

  const visible = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getBoundingClientRect().height > 0;

  const place = (element) => {
    const cell = element.closest(".jp-Cell");
    return `cell ${panel().content.widgets.findIndex(({ node }) => node === cell) + 1}`;
  };

  const tried = new Map();
  const loads = (address) => {
    if (!tried.has(address)) {
      const image = new Image();
      image.src = address;
      tried.set(address, image.decode().then(() => true, () => false));
    }
    return tried.get(address);
  };

  const open = async (path, ms) => {
    const opening = jupyterapp.commands.execute("docmanager:open", { path, factory: "Notebook" });
    const opened = await within(ms, opening, "opening the notebook");
    await within(ms, opened.context.ready, "loading the notebook");
    await within(ms, opened.sessionContext.ready, "starting the kernel");
  };

  // Wait until nothing has been added to the page or removed for a while.
  const still = (ms) =>
    new Promise((done) => {
      const observer = new MutationObserver(() => restart());
      let timer;
      const restart = () => {
        clearTimeout(timer);
        timer = setTimeout(() => done(observer.disconnect()), ms);
      };
      observer.observe(panel().node, { childList: true, subtree: true });
      restart();
    });

  // Run every cell and return the cells with what they put out.
  const run = async (ms) => {
    await within(ms, jupyterapp.commands.execute("notebook:run-all-cells"), "running the notebook");
    await within(ms, still(300), "rendering");
    return panel().content.model.sharedModel.toJSON().cells;
  };

  const close = () => panel()?.dispose(); // without asking whether to save

  const stopKernel = async (ms) => {
    const { sessionContext } = panel();
    const id = sessionContext.session?.kernel?.id;
    await within(ms, sessionContext.shutdown(), "stopping the kernel");
    const { kernels } = jupyterapp.serviceManager;
    await within(ms, kernels.refreshRunning(), "listing the kernels");
    return Boolean(id) && ![...kernels.running()].some((kernel) => kernel.id === id);
  };

  const pictures = async () => {
    const faults = [];
    for (const image of all("img", panel().node)) {
      const name = image.alt.trim();
      if (UNNAMED.includes(name)) faults.push(`${place(image)}: a picture without alternative text`);
      if (!image.complete || !image.naturalWidth) faults.push(`${place(image)}: picture not loaded: ${name}`);
    }
    const drawn = all(OUTPUTS, panel().node).flatMap((output) => all("svg:not(svg svg)", output));
    for (const svg of drawn.filter(visible)) {
      const name = svg.getAttribute("aria-label")?.trim();
      const hidden = svg.closest("[aria-hidden=true]");
      if (!hidden && !(name && svg.getAttribute("role") === "img"))
        faults.push(`${place(svg)}: a drawing without role and name`);
      const [, addresses = ""] = getComputedStyle(svg).backgroundImage.match(/^url\("(.*)"\)$/s) ?? [];
      for (const address of addresses.split('"), url("').filter(Boolean))
        if (!(await loads(address.replaceAll('\\"', '"'))))
          faults.push(`${place(svg)}: background not loaded: ${name}`);
    }
    return faults;
  };

  const widgets = async () => {
    const faults = [];
    for (const cell of panel().content.widgets) {
      for (const [i, area] of (cell.outputArea?.widgets ?? []).entries()) {
        if (!(VIEW in cell.outputArea.model.get(i).data)) continue;
        const view = area.node.querySelector(".jupyter-widgets, .bp");
        if (!view || !visible(view))
          faults.push(`${place(cell.node)}: no widget, but “${area.node.innerText.trim()}”`);
      }
    }
    for (const output of all(".jp-OutputArea-output", panel().node)) {
      const [error] = output.innerText.match(/(Error displaying|Error creating|Loading) widget.*/) ?? [];
      if (error) faults.push(`${place(output)}: ${error}`);
    }
    return faults;
  };

  const typeset = async () => {
    const faults = [];
    for (const text of all(".jp-RenderedHTMLCommon, .jp-RenderedLatex", panel().node)) {
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.parentElement.closest("pre, code, script, style, mjx-container")) continue;
        const [raw] = node.data.match(/\$[^$]*\$|\\[([].*|\\(begin|frac|sigma)\b.*|.*\| *:?--.*/) ?? [];
        if (raw) faults.push(`${place(text)}: not typeset: ${raw}`);
      }
    }
    // MathJax shows what it cannot parse as an error, and an unknown macro in red.
    const wrong = "mjx-merror, [data-mjx-error], mjx-mtext[style*=red]";
    for (const formula of all(wrong, panel().node))
      faults.push(`${place(formula)}: wrong formula: ${formula.textContent}`);
    return faults;
  };

  const overflow = async () => {
    const faults = [];
    for (const output of all(OUTPUTS, panel().node).filter(visible)) {
      const clips = (e) => e === output || getComputedStyle(e).overflowX !== "visible";
      const scrolls = (e) => e.matches("[tabindex='0'][aria-label*='scrolls sideways']"); // as it is told
      for (const element of [output, ...all("*:not(svg *, mjx-container *, .bp-live)", output)]) {
        const { scrollWidth, clientWidth } = element;
        if (clientWidth > 0 && scrollWidth > clientWidth + 2 && clips(element) && !scrolls(element))
          faults.push(`${place(output)}: ${scrollWidth} px in ${clientWidth} px: ${element.className}`);
      }
    }
    return faults;
  };

  // Ask again until nothing is wrong or the time is over: typesetting and loading take a while.
  const settled = async (check, ms) => {
    const end = performance.now() + ms;
    for (;;) {
      const faults = await check();
      if (!faults.length || performance.now() > end) return faults;
      await new Promise((done) => setTimeout(done, 50));
    }
  };

  // Sliders over frames: a box with a slider and, beneath it, a sentence and drawings.
  const boxes = () => all(".jp-OutputArea-output .bp-frames", panel().node);

  // Make the cell around an element the active one and give it the focus, as Escape does.
  const select = (element) => {
    const node = element.closest(".jp-Cell");
    const index = panel().content.widgets.findIndex((cell) => cell.node === node);
    panel().content.activeCellIndex = index;
    panel().content.mode = "command";
    panel().content.activate();
  };

  const announced = () =>
    panel()
      .content.model.sharedModel.toJSON()
      .cells.flatMap((cell) => cell.outputs ?? [])
      .filter((output) => output.data?.["text/plain"]?.startsWith("Slider “")).length;

  const state = (box) => {
    const shown = (selector) => all(selector, box).filter(visible);
    const handle = box.querySelector("input[type=range], .noUi-handle");
    return {
      name: box.querySelector(".bp-slider span, .widget-label").innerText.trim(),
      readout: box.querySelector(".bp-readout, .widget-readout").innerText.trim(),
      sentences: shown("p.bp-said").map((p) => p.innerText.trim()),
      names: shown("svg[role=img]").map((svg) => svg.getAttribute("aria-label")),
      axes: shown("svg[role=img]").map((svg) => getComputedStyle(svg).backgroundImage !== "none"),
      paths: shown("svg[role=img] path").map((path) => path.getAttribute("d")),
      position: Number(handle.value ?? handle.ariaValueNow),
      last: Number(handle.max ?? handle.ariaValueMax),
    };
  };

  window.course = {
    ...{ open, run, stopKernel, close },
    ...{ settled, pictures, widgets, typeset, overflow },
    ...{ boxes, announced, select, state, painted, visible },
  };
})();
