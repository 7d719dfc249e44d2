"""The live trainer and the field to paint in, driven as a person would, in a real JupyterLab."""

import re

import pytest
from opened import SETTLED, write_notebook

CELLS = [
    (
        "code",
        """
from backprop_lib import Network
from backprop_lib.datasets import mnist, one_hot
from backprop_lib.widgets import LiveTrainer
from backprop_lib.widgets import PaintField
digits = mnist()
x, t = digits.x_train.reshape(-1, 784)[:20000], one_hot(digits.y_train[:20000], 10)
net = Network.random([784, 16, 10], loss="binary_cross_entropy")
live = LiveTrainer(net, x, t, 0.5, epochs=500, batch_size=32, scale=1 / 255)
live""",
    ),
    ("code", "live.epochs_done, bool(live._run)"),
    ("code", "PaintField(live, digits.x_test)"),
    ("code", "print('waiting', flush=True)\nlive.wait()"),
    ("code", "LiveTrainer._busy and LiveTrainer._busy.wait(10)\nLiveTrainer._busy is None"),
]


@pytest.fixture(scope="module")
def digits(lab, folder):
    write_notebook(folder / "digits.ipynb", CELLS)
    with lab.open("digits.ipynb") as notebook:
        assert not list(notebook.execution())
        yield notebook


def wait(page, expression, arg=None):
    return page.wait_for_function(expression, arg=arg, timeout=SETTLED).json_value()


DONE = """n => {
  const shown = document.querySelector("[data-epochs]")?.dataset.epochs;
  return Number(shown) >= n && shown;
}"""


RUN = """async number => {
  const { content } = jupyterapp.shell.currentWidget;
  content.activeCellIndex = number;
  await jupyterapp.commands.execute("notebook:run-cell");
  return content.model.cells.get(number).outputs.get(0).data["text/plain"];
}"""


def test_one_update_at_a_time_by_keys(digits):
    page = digits.page
    page.get_by_role("button", name="One update", exact=True).focus()
    for number in (1, 2):
        page.keyboard.press("Enter")
        said = re.compile(rf"^Update {number} of 625 in epoch 1: loss \d\.\d+\.$")
        page.locator("p.bp-said", has_text=said).wait_for(timeout=SETTLED)
    assert wait(page, DONE, 0) == "0"
    assert page.evaluate("() => document.activeElement.innerText") == "One update"
    page.get_by_role("button", name="One epoch", exact=True).click()
    page.locator("p.bp-said", has_text=re.compile(r"^Done\. Epoch 1: loss 0\.\d+\.$")).wait_for(
        timeout=SETTLED
    )
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).wait_for(timeout=SETTLED)


def test_training_starts_stops_and_resumes_by_keys_while_cells_run(digits):
    page = digits.page
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Enter")
    wait(page, "() => document.activeElement.innerText === 'Stop'")  # the same button, still focused
    reached = int(wait(page, DONE, 1))
    epochs, running = re.fullmatch(r"\((\d+), (True|False)\)", page.evaluate(RUN, 1)).groups()
    assert int(epochs) >= reached
    assert running == "True"
    page.get_by_role("button", name="Stop", exact=True).focus()
    page.keyboard.press("Space")
    wait(page, "() => document.activeElement.innerText === 'Resume'")
    status = page.locator("p.bp-said", has_text=re.compile(r"^Stopped\. Epoch \d+: loss 0\.\d+"))
    status.wait_for(timeout=SETTLED)
    kept = re.search(r"(\d+):", status.inner_text())
    page.keyboard.press("Enter")
    wait(page, DONE, int(kept[1]) + 1)
    page.keyboard.press("Enter")
    wait(page, "() => document.activeElement.innerText === 'Resume'")
    assert not digits.faults("pictures")
    assert not digits.faults("overflow", patience=1000)


def test_an_interrupt_ends_the_cell_and_not_the_training(digits):
    page = digits.page
    page.get_by_role("button", name="Resume", exact=True).click()
    wait(page, "() => document.activeElement.innerText === 'Stop'")
    failed = page.evaluate(
        "async () => { const { content, sessionContext } = jupyterapp.shell.currentWidget;"
        " content.activeCellIndex = 3;"
        " const { outputs } = content.model.cells.get(3);"
        " outputs.clear();"
        " const ran = jupyterapp.commands.execute('notebook:run-cell');"
        " while (!outputs.length) await new Promise((done) => setTimeout(done, 50));"
        " await sessionContext.session.kernel.interrupt(); await ran;"
        " return JSON.stringify(outputs.toJSON()) }"
    )
    assert '"ename":"KeyboardInterrupt"' in failed
    reached = int(wait(page, DONE, 1))
    wait(page, DONE, reached + 1)
    page.get_by_role("button", name="Stop", exact=True).click()
    wait(page, "() => document.activeElement.innerText === 'Resume'")


SAID = "document.querySelector('.bp-paint .bp-said').textContent"


def answer(page, seen=None):
    """Wait for another drawing than `seen` of what the network is shown and answers, and return it."""
    return wait(
        page,
        "seen => { const { outerHTML } = document.querySelector('.bp-paint svg');"
        " return outerHTML !== seen && outerHTML }",
        seen,
    )


OUTPUTS = "() => document.querySelector('.bp-paint svg').getAttribute('aria-label')"
AS_PAINTED = """() => {
  const pixels = (picture) => {
    const pen = new OffscreenCanvas(28, 28).getContext("2d");
    pen.imageSmoothingEnabled = false;
    pen.drawImage(document.querySelector(`.bp-paint ${picture}`), 0, 0, 28, 28);
    return pen.getImageData(0, 0, 28, 28).data.join();
  };
  return pixels("svg image") === pixels("canvas") ? "as painted" : "otherwise";
}"""


def test_a_stroke_of_the_mouse_is_read_at_once(digits):
    page, canvas = digits.page, digits.page.locator(".bp-paint canvas")
    canvas.scroll_into_view_if_needed()
    before = answer(page)
    page.get_by_role("button", name="Clear").click()
    empty = answer(page, before)
    wait(page, f"() => {SAID} === 'Nothing is painted yet.'")
    outputs = page.evaluate(OUTPUTS)
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"]
    page.mouse.move(x, y + 60)
    page.mouse.down()
    page.mouse.move(x, y + 220, steps=8)
    page.mouse.up()
    answer(page, empty)
    wait(page, f"() => {SAID}.includes('a 1, with')")
    assert page.evaluate(OUTPUTS) != outputs
    assert page.evaluate(AS_PAINTED) == "otherwise"  # a stroke at the left, put in the middle
    switch = page.get_by_role("checkbox", name="fit and center it as MNIST does")
    assert switch.is_checked()
    switch.press("Space")
    wait(page, f"() => ({AS_PAINTED})() === 'as painted'")


def test_keys_paint_and_erase_and_move_no_cell(digits):
    page, canvas = digits.page, digits.page.locator(".bp-paint canvas")
    chosen = "() => jupyterapp.shell.currentWidget.content.activeCellIndex"
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Enter")
    empty = answer(page)
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if canvas.evaluate("c => c === document.activeElement"):
            break
    assert canvas.evaluate("c => c.matches(':focus-visible')")
    before = page.evaluate(chosen)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    painted = answer(page, empty)
    for _ in range(4):
        page.keyboard.press("Shift+ArrowDown")
    painted = answer(page, painted)
    assert page.locator(".bp-field [aria-live]").inner_text() == "row 17, column 14: ink"
    page.keyboard.press("x")
    answer(page, painted)
    assert page.locator(".bp-field [aria-live]").inner_text() == "row 17, column 14: paper"
    assert page.evaluate(chosen) == before
    assert canvas.evaluate("c => c === document.activeElement")


def test_a_test_image_can_be_taken(digits):
    page = digits.page
    before = answer(page)
    page.get_by_role("button", name="Another test image").click()
    answer(page, before)


def test_a_cell_that_is_run_again_stops_its_training(digits):
    page = digits.page
    page.get_by_role("button", name="Resume", exact=True).click()
    wait(page, "() => document.activeElement.innerText === 'Stop'")
    assert page.evaluate(RUN, 0).startswith("Live trainer: ")
    assert page.evaluate(RUN, 4) == "True"
    assert page.evaluate(RUN, 1) == "(0, False)"


def test_without_a_kernel_the_field_says_so(digits):
    assert not digits.complaints
    assert digits.stop_kernel()
    canvas = digits.page.locator(".bp-paint canvas")
    canvas.focus()
    canvas.press("Space")
    digits.page.wait_for_selector(".bp-paint .bp-silence", timeout=SETTLED)
    assert not digits.complaints
