// What the tests ask the page. Each check returns a list of faults in words.
(() => {
  const OUTPUTS = ".jp-OutputArea-output, .jp-MarkdownOutput";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const panel = () => jupyterapp.shell.currentWidget;
  const frame = () => new Promise((done) => requestAnimationFrame(done));

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
    return `cell ${all(".jp-Notebook .jp-Cell").indexOf(cell) + 1}`;
  };

  const loads = async (address) => {
    const image = new Image();
    image.src = address;
    return image.decode().then(() => image.naturalWidth > 0, () => false);
  };

  // Fresh kernel, every cell; the cells with what they put out.
  const run = async (ms) => {
    await within(ms, panel().context.ready, "opening the notebook");
    await within(ms, panel().sessionContext.ready, "starting the kernel");
    await within(ms, jupyterapp.commands.execute("notebook:run-all-cells"), "running the notebook");
    return panel().content.model.sharedModel.toJSON().cells;
  };

  const stopKernel = async (ms) => {
    const { sessionContext } = panel();
    const id = sessionContext.session?.kernel?.id;
    await within(ms, sessionContext.shutdown(), "stopping the kernel");
    const { kernels } = jupyterapp.serviceManager;
    await within(ms, kernels.refreshRunning(), "listing the kernels");
    return ![...kernels.running()].some((kernel) => kernel.id === id);
  };

  const pictures = async () => {
    const faults = [];
    for (const image of all("img", panel().node)) {
      const name = image.alt.trim();
      if (!name) faults.push(`${place(image)}: a picture without alternative text`);
      if (!(await loads(image.src))) faults.push(`${place(image)}: picture not loaded: ${name}`);
    }
    const drawn = all(OUTPUTS, panel().node).flatMap((output) => all("svg:not(svg svg)", output));
    for (const svg of drawn.filter(visible)) {
      const name = svg.getAttribute("aria-label")?.trim();
      const hidden = svg.closest("[aria-hidden=true]");
      if (!hidden && !(name && svg.getAttribute("role") === "img"))
        faults.push(`${place(svg)}: a drawing without role and name`);
      const [, address] = getComputedStyle(svg).backgroundImage.match(/^url\("(.*)"\)$/s) ?? [];
      if (address && !(await loads(address.replaceAll('\\"', '"'))))
        faults.push(`${place(svg)}: background not loaded: ${name}`);
    }
    return faults;
  };

  const widgets = async () => {
    const faults = [];
    for (const cell of panel().content.widgets) {
      for (const [i, area] of (cell.outputArea?.widgets ?? []).entries()) {
        if (!(VIEW in cell.outputArea.model.get(i).data)) continue;
        const view = area.node.querySelector(".jupyter-widgets");
        if (!view || !visible(view))
          faults.push(`${place(cell.node)}: no widget, but “${area.node.innerText.trim()}”`);
      }
    }
    for (const output of all(".jp-OutputArea-output")) {
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
      for (const element of [output, ...all("*:not(svg *, mjx-container *)", output)]) {
        const { scrollWidth, clientWidth } = element;
        if (clientWidth > 0 && scrollWidth > clientWidth + 2 && clips(element))
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
      await frame();
    }
  };

  // Sliders over prepared frames: a box with a slider and, in a stack beside it, a sentence and drawings.
  const boxes = () =>
    all(".jp-OutputArea-output .widget-vbox", panel().node).filter(
      (box) => box.querySelector(":scope > .widget-hslider") && box.querySelector("p[role=status]"),
    );

  const announced = () =>
    panel()
      .content.model.sharedModel.toJSON()
      .cells.flatMap((cell) => cell.outputs ?? [])
      .filter((output) => output.data?.["text/plain"]?.startsWith("Slider “")).length;

  const state = (box) => {
    const shown = (selector) => all(selector, box).filter(visible);
    const handle = box.querySelector(".noUi-handle");
    const number = (name) => Number(handle.getAttribute(name));
    return {
      name: box.querySelector(".widget-hslider .widget-label").innerText.trim(),
      readout: box.querySelector(".widget-readout").innerText.trim(),
      sentences: shown("p[role=status]").map((p) => p.innerText.trim()),
      names: shown("svg[role=img]").map((svg) => svg.getAttribute("aria-label")),
      paths: shown("svg[role=img] path").map((path) => path.getAttribute("d")),
      ends: shown("svg[role=img]").map((svg) => {
        const dot = all("circle", svg).at(-1);
        return dot && [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))];
      }),
      position: number("aria-valuenow"),
      last: number("aria-valuemax"),
    };
  };

  window.course = {
    run, stopKernel, pictures, widgets, typeset, overflow, settled, boxes, announced, state, frame,
  };
})();
