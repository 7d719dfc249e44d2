"""What a screen reader gets from the widgets, and what everybody is told when Python does not answer."""

import pytest
from axe import serious
from opened import HANDLE, SETTLED, disagreements, write_notebook
from playwright.sync_api import expect

from backprop_lib import Network, sweep
from backprop_lib.widgets.rates.rates import training_in_words

CELLS = [
    """
from backprop_lib import Network
from backprop_lib.widgets import LiveTrainer, log_rates, rate_explorer, stepper

net = Network([[[0.5]], [[0.5]]])
rate_explorer(net, [0.1], [0.9], log_rates(0.9, 1, 1), 500, goal=5e-5, start=0.9)""",
    "stepper(net, [0.1], [0.9], learning_rate=0.4)",
    """
live = LiveTrainer(Network([[[0.5, 0.5]]]), [[0, 1], [1, 0]], [[1], [0]], 1.0, epochs=9, batch_size=1)
live""",
    """
import ipywidgets
from backprop_lib.widgets.frame_slider import WordSlider
from backprop_lib.widgets.spoken import Spoken

ipywidgets.VBox([WordSlider("n", [("3", 3), ("4", 4)]), Spoken()]).add_class("bp-heard")""",
]

BUSY = """
import time
from pathlib import Path

import ipywidgets
from backprop_lib.widgets.spoken import Spoken

spoken, button, field = Spoken(), ipywidgets.Button(description="ask"), ipywidgets.Text(description="name")

def answer():
    while not Path("patience.txt").exists():
        time.sleep(0.05)
    spoken.say("Here I am.")

button.on_click(spoken.guarded(answer))
ipywidgets.VBox([field, button, spoken]).add_class("bp-heard")"""


def test_the_notice_goes_when_the_answer_comes(lab, folder):
    write_notebook(folder / "busy.ipynb", [("code", BUSY)])
    with lab.open("busy.ipynb") as notebook:
        page, silence = notebook.page, notebook.page.locator(".bp-silence")
        page.get_by_role("textbox", name="name").press("a")  # typing asks nothing yet
        page.wait_for_timeout(3500)
        assert not silence.count()
        page.get_by_role("button", name="ask").click()
        silence.wait_for(timeout=SETTLED)
        (folder / "patience.txt").touch()
        page.locator(".bp-said", has_text="Here I am.").wait_for(timeout=SETTLED)
        assert not silence.count()
        page.get_by_role("button", name="ask").click()
        page.wait_for_timeout(3500)
        assert not silence.count()


BAD = [
    "import ipywidgets\n\nipywidgets.SelectionSlider(options=['a', 'b'], description='bad')",
    "from IPython.display import HTML\n\n"
    "HTML('<button></button><p style=\"color: #bbb; background: #ccc\">pale</p>')",
    'HTML(\'<div role="img" style="width: 9px; height: 9px"></div><input type="text">\')',
]


def test_a_bad_widget_is_found(lab, folder):
    write_notebook(folder / "bad.ipynb", [("code", cell) for cell in BAD])
    with lab.open("bad.ipynb") as notebook:
        notebook.page.wait_for_selector(".noUi-handle", timeout=SETTLED)
        found = {wrong.partition(":")[0] for wrong in serious(notebook.page)}
    assert {"aria-input-field-name", "button-name", "color-contrast", "role-img-alt", "label"} <= found


# Note every sentence that the live region of a box is given, and when.
LISTEN = """box => {
  const live = box.querySelector(".bp-live");
  window.heard = [];
  const note = () => live.textContent && heard.push([live.textContent, performance.now()]);
  new MutationObserver(note).observe(live, { childList: true });
}"""

# Press a key again and again, as one that is held down, and return when.
HOLD = """async (handle, times) => {
  const pressed = [];
  while (pressed.length < times) {
    pressed.push(performance.now());
    handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await new Promise((done) => setTimeout(done, 30));
  }
  return pressed;
}"""
REST = 195  # milliseconds at least: spoken.js waits for 200


def heard_at_rest(page, handle, times):
    """Hold a key down and return the one sentence that is announced afterwards; on the way only rests are."""
    pressed = handle.evaluate(HOLD, times)
    page.wait_for_function("end => heard.some(([, time]) => time > end)", arg=pressed[-1], timeout=SETTLED)
    page.wait_for_timeout(500)
    heard = page.evaluate("() => heard")
    for _, time in heard:
        assert time - max(press for press in pressed if press < time) >= REST
    (words,) = (words for words, time in heard if time > pressed[-1])
    return words


@pytest.fixture(scope="module")
def widgets(lab, folder):
    """Open one notebook with several widgets."""
    write_notebook(folder / "widgets.ipynb", [("code", cell) for cell in CELLS])
    with lab.open("widgets.ipynb") as notebook:
        assert not list(notebook.execution())
        notebook.page.wait_for_selector(".bp-live", state="attached", timeout=SETTLED)
        yield notebook


def box(notebook, number):
    """Return the outermost box of a cell's widget."""
    cell = notebook.page.query_selector_all(".jp-Notebook .jp-CodeCell")[number]
    return cell.query_selector(".jp-OutputArea-output :is(.bp, .widget-vbox)")


def test_a_slider_has_a_name_and_says_what_it_shows(widgets):
    for slider, name, last in zip(widgets.sliders[:2], ("learning rate η", "step"), (30, 14), strict=True):
        handle = slider.element(HANDLE)
        for key in ("End", "Home", "PageUp", "ArrowRight"):
            state = slider.press(key)
            assert handle.get_attribute("aria-valuetext") == state["readout"]
            assert handle.get_attribute("max") == str(last)
        assert handle.evaluate("handle => [handle.type, handle.labels[0].innerText]") == ["range", name]


def test_the_name_is_told_at_once(widgets):
    change = """handle => {
      handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
      return Promise.resolve().then(() => handle.getAttribute("aria-valuetext"));
    }"""
    slider = widgets.sliders[1]
    slider.press("End")
    assert slider.element(HANDLE).evaluate(change) == "13 of 14"


def test_only_the_last_sentence_of_a_held_key_is_announced(widgets):
    slider, page = widgets.sliders[1], widgets.page
    for key in ("PageUp", "Home"):
        slider.press(key)
    page.wait_for_timeout(500)
    box(widgets, 1).evaluate(LISTEN)
    assert box(widgets, 1).evaluate("box => box.querySelectorAll('[aria-live], [role=status]').length") == 1
    heard = heard_at_rest(page, slider.element(HANDLE), 6)
    assert [heard] == slider.state["sentences"]
    assert heard.startswith("Step 6 of 14: ")
    page.wait_for_function(
        "box => !box.querySelector('.bp-live').textContent", arg=box(widgets, 1), timeout=SETTLED
    )


def test_what_python_says_is_announced(widgets):
    page, trainer = widgets.page, box(widgets, 2)
    trainer.evaluate(LISTEN)
    page.get_by_role("textbox", name="learning rate η").last.fill("fast")
    for _ in range(2):  # said again, it is news again
        page.get_by_role("button", name="Reset").click()
        page.wait_for_function("() => heard.length", timeout=SETTLED)
        page.wait_for_timeout(500)
        assert page.evaluate("() => heard.splice(0)[0][0]").startswith(
            "“learning rate η” is 'fast', expected"
        )
    page.get_by_role("textbox", name="learning rate η").last.fill("1")
    page.get_by_role("button", name="Reset").click()
    page.get_by_text("The network 2-1 has learned nothing yet.").first.wait_for(timeout=SETTLED)
    assert not page.query_selector(".bp-silence")


# Note every sentence that a frame shows, and be it for a moment.
PASSING = """box => {
  window.passed = [];
  const note = () => {
    const words = [...box.querySelectorAll(".bp-said:not([data-said])")].map((line) => line.innerText).join();
    if (words !== passed.at(-1)) passed.push(words);
  };
  new MutationObserver(note).observe(box, { childList: true, subtree: true });
  note();
}"""

WRONG = {"0": "η is '0'", "-3": "η is '-3'", "nan": "η is 'nan'", "fast": "η is 'fast'", " ": "η is empty"}


def test_a_rate_that_is_typed_joins_the_others_and_a_wrong_one_is_answered(widgets):
    slider, field = widgets.sliders[0], box(widgets, 0).query_selector(".bp-typed input")
    says = widgets.page.locator(".bp-said[data-said]").first

    def type_in(text):
        field.fill(text)
        field.press("Enter")

    before = slider.press("Home")
    (passed,) = before["sentences"]
    for text, answer in WRONG.items():
        type_in(text)
        expect(says).to_have_text(f"{answer}, expected a number above 0, such as 0.9.", timeout=SETTLED)
        state = slider.state
        assert state | {"sentences": state["sentences"][1:]} == before
    net, last = Network([[[0.5]], [[0.5]]]), before["last"]
    box(widgets, 0).evaluate(PASSING)
    for text, shown in (("1e9", "1.00·10⁹"), ("4.5", "4.50"), ("0.00001", "1.00·10⁻⁵")):
        said = int(says.get_attribute("data-said"))
        state, last = slider.after(lambda text=text: type_in(text)), last + 1
        (sentence,) = state["sentences"]
        runs = sweep(net, [0.1], [0.9], [float(text)], 500, stop_below=5e-5)
        assert sentence == f"η = {shown} {training_in_words(runs, 0, net)}."
        assert (state["readout"], state["last"]) == (shown, last)
        assert not list(disagreements(state))
        expect(says).to_have_attribute("data-said", str(said + 1), timeout=SETTLED)
        expect(says).to_have_text("")
        assert widgets.page.evaluate("() => passed.splice(0, passed.length - 1)") == [passed]
        passed = sentence
    assert slider.press("End")["readout"] == "1.00·10⁹"
    assert slider.press("Home")["readout"] == "1.00·10⁻⁵"
    assert slider.press("ArrowRight")["readout"] == before["readout"]


def test_running_a_cell_again_leaves_nothing_behind(widgets):
    page = widgets.page
    before = page.evaluate("() => document.querySelectorAll('.bp-live').length")
    page.evaluate(
        "async () => { const { content } = jupyterapp.shell.currentWidget; content.activeCellIndex = 1;"
        " await jupyterapp.commands.execute('notebook:run-cell') }"
    )
    page.wait_for_function(
        "n => document.querySelectorAll('.bp-live').length === n", arg=before, timeout=SETTLED
    )
    slider = widgets.sliders[1]
    assert slider.press("End")["readout"] == "14 of 14"
    assert slider.element(HANDLE).get_attribute("aria-valuetext") == "14 of 14"


def test_without_python_whoever_asks_is_told_so(widgets):
    page = widgets.page
    assert widgets.stop_kernel()
    silence = page.locator(".bp-silence")
    widgets.sliders[0].press("Home")  # needs no Python
    page.get_by_role("button", name="Start", exact=True).click()
    silence.wait_for(timeout=SETTLED)
    assert silence.inner_text().startswith("No answer from Python: it is busy, or its kernel is not running.")
    assert silence.count() == 1
    assert box(widgets, 2).query_selector("[data-said] + .bp-silence")
    field = page.get_by_role("textbox", name="or type a rate")
    field.fill("0.123")
    field.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.bp-silence').length === 2", timeout=SETTLED)
    assert box(widgets, 0).query_selector(".bp-silence")
