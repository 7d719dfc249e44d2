"""The stepper in a real JupyterLab: every step in both directions, with a kernel and without one."""

import numpy as np
import pytest
from opened import SETTLED, disagreements, write_notebook

from backprop_lib import Network, derive
from backprop_lib.text import fixed

SETUP = """
import numpy as np
from backprop_lib import Network
from backprop_lib.widgets import stepper
"""
CASES = [
    "Network([[[0.5]], [[0.5]]]), [0.1], [0.9]",
    "Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]), [0.2, 0.5], [0.2, 0.7]",
    "Network([[[0.8]], [[0.6], [-0.9]]], [[0], [1, 2]], loss='binary_cross_entropy'), [1.5], [1.0, 0.0]",
    "Network.random([10, 3, 2], seed=0), np.arange(10) % 2, [0.0, 1.0]",
]
RATE = 0.4

# Press a key until the end, or a button, and return what each step shows.
WALK = """async ([n, key, button]) => {
  const box = course.boxes()[n];
  const handle = box.querySelector(".noUi-handle");
  const said = () => [...box.querySelectorAll("p.bp-said")].map((p) => p.innerText).join();
  const seen = [];
  const note = () => {
    const drawing = box.querySelector("svg.drawing");
    seen.push({
      said: said(),
      result: box.querySelector(".terms b:not(.over b)")?.innerText,
      drawn: [...drawing.querySelectorAll("text")].map((text) => text.textContent),
    });
  };
  note();
  const last = Number(handle.getAttribute("aria-valuemax"));
  for (let k = 0; k < last; k++) {
    const before = said();
    if (button) [...box.querySelectorAll("button")].find((b) => b.value === key).click();
    else handle.dispatchEvent(new KeyboardEvent("keydown", { key }));
    const end = performance.now() + 5000;
    while (said() === before || !said() || said().includes(",Step")) {
      if (performance.now() > end) throw new Error(`after “${before}” nothing came`);
      await new Promise((done) => requestAnimationFrame(done));
    }
    note();
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def steppers(lab, folder):
    cells = [f"{SETUP}\nstepper({case}, learning_rate={RATE})" for case in CASES]
    write_notebook(folder / "steppers.ipynb", [("code", cell) for cell in cells])
    with lab.open("steppers.ipynb") as notebook:
        yield notebook


def results(case):
    """Return what each step must give, in its order, from the network's own numbers."""
    net, x, t = eval(case, {"Network": Network, "np": np})
    trace, g, names = net.forward(x), net.gradients(x, t), derive(net).parameters
    layers = range(1, len(net.sizes))
    found = [v for m in layers for pair in zip(trace.z[m - 1], trace.a[m], strict=True) for v in pair]
    found.append(net.loss(x, t))
    for m in reversed(layers):
        z, a, delta = trace.z[m - 1], trace.a[m], g.deltas[m - 1][0]
        slope = net.activations[m - 1].slope(z, a)
        found += [v for pair in zip(delta / slope, delta, strict=True) for v in pair]
        own = [n for n in names if n[1] == str(m)]
        found += [g.by_name()[n] for i in range(net.sizes[m]) for n in own if n[3] == str(i)]
    after = net.step(g, RATE)
    return [fixed(v) for v in [*found, *after.by_name().values(), after.loss(x, t)]], trace, g


def check(seen, case):
    """Check what the steps have shown, from the first to the last."""
    wanted, trace, g = results(case)
    last = len(wanted)
    assert [step["said"].split(":")[0] for step in seen] == [f"Step {k} of {last}" for k in range(last + 1)]
    assert [step["result"] for step in seen[1:]] == wanted
    assert all(step["said"].endswith(f" = {value}.") for step, value in zip(seen[1:], wanted, strict=True))
    values = [fixed(v, 4) for array in (*trace.z, *trace.a[1:], *(d[0] for d in g.deltas)) for v in array]
    assert not [v for v in values if v not in seen[-1]["drawn"]]


def walk(notebook, number, key, button=False):
    return notebook.page.evaluate(WALK, [number, key, button])


def there_and_back(notebook, cases, button):
    for number, (case, slider) in enumerate(zip(cases, notebook.sliders, strict=False)):
        slider.element(".noUi-handle").press("Home")
        forward = walk(notebook, number, "ArrowRight", button)
        check(forward, case)
        back = walk(notebook, number, "ArrowLeft", button)
        assert back == forward[::-1]


def test_every_step_by_keyboard(steppers):
    assert not list(steppers.execution())
    assert len(steppers.sliders) == len(CASES)
    there_and_back(steppers, CASES[:3], button=False)


def test_the_buttons(steppers):
    slider = steppers.sliders[1]
    last = slider.state["last"]
    for name, position in (("Last", last), ("Back", last - 1), ("First", 0), ("Next", 1), ("Next", 2)):
        button = slider.element(f"button:has-text('{name}')")
        after = slider.after(button.click)
        assert after["position"] == position
        assert not list(disagreements(after))
        assert button.evaluate("b => b === document.activeElement")
        assert button.evaluate("b => getComputedStyle(b).outlineStyle") == "solid"
    for key, position in (("Enter", 3), ("Space", 4), ("ArrowRight", 5), ("ArrowLeft", 4), ("Home", 0)):
        assert slider.after(lambda key=key: button.press(key))["position"] == position
    assert button.evaluate("b => b === document.activeElement")


# What a drawing has behind it, and whether the edges of weights and those of gradients are shown.
LOOK = """svg => [
  getComputedStyle(svg).backgroundImage,
  ...[".w", ".g"].map((name) => getComputedStyle(svg.querySelector(name)).display !== "none"),
]"""


def test_edges_show_weights_or_gradients(steppers):
    slider = steppers.sliders[1]
    slider.press("End")
    slider.press("Home")
    before = slider.element("svg.drawing").evaluate(LOOK)
    assert before[1:] == [True, False]
    slider.element(".show-g").check()
    after = slider.element("svg.drawing").evaluate(LOOK)
    assert after[1:] == [False, True]
    assert after[0] != before[0]
    assert not list(disagreements(slider.press("End")))
    slider.element(".show-g").press("ArrowLeft")
    assert slider.element(".show-w").is_checked()
    assert slider.element("svg.drawing").evaluate(LOOK)[1:] == [True, False]


def test_readable_in_the_dark(steppers):
    assert not steppers.complaints
    page = steppers.page
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })"
    look = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e.querySelector('p')).color]"
    try:
        page.evaluate(change, "JupyterLab Dark")
        page.wait_for_selector("body[data-jp-theme-light=false]", state="attached", timeout=SETTLED)
        assert steppers.sliders[0].element(".step").evaluate(look) == [
            "rgb(255, 255, 255)",
            "rgb(31, 41, 51)",
        ]
    finally:
        page.evaluate(change, "JupyterLab Light")
        page.wait_for_selector("body[data-jp-theme-light=true]", state="attached", timeout=SETTLED)
        page.wait_for_timeout(500)
        steppers.complaints.clear()  # JupyterLab's own, if its theme is changed back too soon


@pytest.mark.parametrize(("width", "files"), [(800, False), (1280, True)])
def test_it_fits(steppers, width, files):
    steppers.resize(width, files)
    assert not steppers.faults("overflow", patience=1000)
    assert not steppers.faults("pictures")


def test_every_step_without_a_kernel(steppers):
    assert steppers.stop_kernel()
    there_and_back(steppers, CASES, button=True)
    assert not steppers.complaints
    assert not steppers.foreign
