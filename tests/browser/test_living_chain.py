"""The living chain, driven on a page that has no Python: every number follows mouse, keyboard and touch."""

import numpy as np
import pytest
from axe import violations
from browser_choice import require_browser
from chain_page import faults, number, open_chain, said, shown
from opened import write_notebook

from backprop_lib import Network

W, B = [[[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]], [[0.35, 0.35], [0.6, 0.6]]
EXAMPLES = {
    "1-1-1": (Network([[[0.5]], [[0.5]]]), [0.1], [0.9]),
    "2-2-2": (Network(W, B), [0.05, 0.1], [0.01, 0.99]),
    "cross-entropy": (
        Network.random([2, 2, 1], seed=1, activation=["tanh", "sigmoid"], loss="binary_cross_entropy"),
        [0.5, -1.0],
        [1.0],
    ),
    "2-2-2-2": (Network.random([2, 2, 2, 2], seed=3, activation="softplus"), [0.5, -0.2], [0.1, 0.4]),
    "softmax": (
        Network.random([2, 2], seed=4, activation="softmax", loss="categorical_cross_entropy"),
        [0.4, -0.7],
        [0.0, 1.0],
    ),
}


@pytest.fixture(scope="module")
def browser(playwright):
    executable = require_browser(playwright.chromium.executable_path)
    running = playwright.chromium.launch(executable_path=executable, args=["--disable-gpu"])
    yield running
    running.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1000, "height": 900}, has_touch=True)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield page
    assert not heard
    context.close()


def field(page, name):
    return page.get_by_role("spinbutton", name=name, exact=True)


def values(page):
    return page.evaluate("() => model.get('values')")


def drag_by_mouse(page, name, pixels):
    label = field(page, name).locator("..").locator(".name")
    label.scroll_into_view_if_needed()
    box = label.bounding_box()
    x, y = box["x"] + 4, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y, steps=4)
    page.mouse.up()


def drag_by_touch(page, name, pixels):
    field(page, name).scroll_into_view_if_needed()
    box = field(page, name).bounding_box()
    touch = page.context.new_cdp_session(page)
    points = [box["x"] + 10 + share * pixels for share in (0, 0.3, 0.6, 1)]
    for kind, x in zip(["touchStart", *["touchMove"] * 3], points, strict=True):
        point = {"x": x, "y": box["y"] + box["height"] / 2}
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def typed(page, name, text):
    field(page, name).fill(text)
    field(page, name).press("Enter")


def moved(page, how, name, rng):
    """Move one number in one of four ways."""
    if how == "mouse":
        drag_by_mouse(page, name, int(rng.integers(20, 90) * rng.choice([-1, 1])))
    elif how == "touch":
        drag_by_touch(page, name, int(rng.integers(20, 60)))
    elif how == "keys":
        for key in rng.choice(["ArrowUp", "ArrowDown", "PageUp", "PageDown"], 4):
            field(page, name).press(key)
    else:
        typed(page, name, f"{rng.uniform(-2, 2):.4f}".replace("-", "−"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_number_follows_mouse_keyboard_touch_and_typing(page, example):
    """Ten settings of each of five networks."""
    net, x, t = EXAMPLES[example]
    open_chain(page, net, x, t)
    rng, parameters = np.random.default_rng(len(example)), list(net.by_name())
    plain = page.evaluate("() => model.get('given').plain")
    seen = set()
    for k in range(10):
        how, inputs = ["mouse", "keys", "touch", "typed"][k % 4], [f"x[{i}]" for i in range(len(x))]
        before = values(page)
        for name in (str(rng.choice(parameters)), str(rng.choice(inputs))):
            moved(page, how, plain[name], rng)
        chosen, power = str(rng.choice(parameters)), int(rng.integers(1, 7))
        field(page, plain[chosen]).focus()
        page.get_by_label("nudge size ε").select_option(str(power))
        now = values(page)
        assert now != before, how
        end = len(parameters) + len(x)
        now_net = net.with_values(dict(zip(parameters, now, strict=False)))
        given = (now_net, now[len(parameters) : end], now[end:], chosen, 10.0**-power)
        state = shown(page)
        assert list(faults(state, *given)) == [], (how, chosen, power)
        formula, size, ratio, _ = said(state)
        numbers = dict(state["numbers"])
        assert (formula, ratio) == (number(numbers["sum"])[0], number(numbers["measured"])[0])
        assert size == 10.0**-power
        assert not state["problem"]
        seen.add(tuple(map(tuple, state["numbers"])))
    assert len(seen) == 10


def test_a_wrong_number_would_be_told(page):
    net, x, t = EXAMPLES["2-2-2"]
    open_chain(page, net, x, t)
    state = shown(page)
    assert list(faults(state, net, x, t, "w1[0,0]", 0.01)) == []
    assert list(faults(state, net, x, [0.02, 0.99], "w1[0,0]", 0.01))
    assert list(faults(state, net, x, t, "w1[0,0]", 0.1))
    assert list(faults(state, net, x, t, "w1[0,1]", 0.01))


def test_what_makes_no_sense_gets_one_sentence(page):
    open_chain(page, *EXAMPLES["cross-entropy"])
    before = values(page)
    for text in ("nan", "1e9", "two", "", "Infinity", "<img src=x onerror=alert(1)>", "9" * 500):
        typed(page, "w1[0,0]", text)
        state = shown(page)
        assert state["problem"].count("expected a number from −100 to 100, such as 0.5.") == 1, text
        assert values(page) == before
        assert dict(state["fields"])["w1[0,0]"] == dict(state["fields"])["w1[0,0]"].strip() != text
    typed(page, "t[0]", "1.5")
    assert "expected a number from 0 to 1" in shown(page)["problem"]
    typed(page, "w1[0,0]", "0.75")
    assert not shown(page)["problem"]
    assert values(page)[0] == 0.75
    typed(page, "learning rate", "fast")
    assert "The learning rate is “fast”" in shown(page)["problem"]
    typed(page, "learning rate", "1000")
    for _ in range(3):
        page.get_by_role("button", name="Step: one update").click()
    assert all(abs(value) <= 100 for value in values(page))
    page.get_by_role("button", name="Start again").click()
    assert values(page) == before


def test_a_mistake_parts_formula_and_nudge_in_numbers(page):
    net, x, t = EXAMPLES["2-2-2"]
    open_chain(page, net, x, t)
    nudge, right = number(dict(shown(page)["numbers"])["nudge"])[0], dict(shown(page)["numbers"])["formula"]
    for mistake in ("slope", "input", "sign", "path"):
        page.get_by_label("Make a mistake").select_option(mistake)
        numbers = dict(shown(page)["numbers"])
        assert number(numbers["nudge"])[0] == nudge
        assert numbers["formula"] != right
        assert "The formula makes a mistake" in shown(page)["sentence"]
        assert page.locator(".factor.bad, .path.bad").count() >= 1
    page.get_by_label("Make a mistake").select_option("none")
    assert dict(shown(page)["numbers"])["formula"] == right
    field(page, "b1[0]").focus()
    disabled = page.locator("option:disabled").all_text_contents()
    assert [text.partition("(")[2] for text in disabled] == ["a bias has no input that could be mixed up)"]


def test_a_step_updates_and_says_both_losses(page):
    net, x, t = EXAMPLES["2-2-2"]
    open_chain(page, net, x, t, learning_rate=0.5)
    page.get_by_role("button", name="Step: one update").click()
    after = net.step(net.gradients(x, t), 0.5)
    np.testing.assert_allclose(values(page)[:12], list(after.by_name().values()), rtol=1e-13)
    assert shown(page)["step"] == (
        f"One update: E falls from {net.loss(x, t):.6f} to {after.loss(x, t):.6f}, "
        f"by {net.loss(x, t) - after.loss(x, t):.6f}."
    )


def test_a_factor_lights_its_link_by_mouse_and_by_keyboard(page):
    open_chain(page, *EXAMPLES["2-2-2"])
    for act in ("hover", "focus"):
        for k in (0, 2, 4):
            factor = page.locator(".factor").nth(k)
            getattr(factor, act)()
            key = factor.get_attribute("data-link")
            lit = page.locator(".pill.lit").evaluate_all("all => all.map((e) => e.dataset.link)")
            assert lit == [key]
            assert page.locator("line.lit").count() == 1
        colours = page.locator(".lit").evaluate_all("all => all.map((e) => getComputedStyle(e).boxShadow)")
        assert len({c for c in colours if c != "none"}) == 1
        page.mouse.move(0, 0)


def test_a_nudge_ripples_and_is_said_in_words(page):
    open_chain(page, *EXAMPLES["2-2-2"])
    page.get_by_role("button", name="Nudge w1[0,0] by 0.01").click()
    page.wait_for_selector(".reached")
    assert page.locator(".pulses circle").count() >= 1
    live = page.locator("[aria-live]")
    page.wait_for_function("() => document.querySelector('[aria-live]').textContent")
    words = live.text_content()
    for part in (
        "w1[0,0] grows by 0.01.",
        "It splits in 2 at a1[0].",
        "At E the arrivals add:",
        "changes by +",
    ):
        assert part in words
    page.wait_for_function("() => !document.querySelector('.reached, .pulses circle')")


def test_without_motion_nothing_runs(page):
    page.emulate_media(reduced_motion="reduce")
    open_chain(page, *EXAMPLES["2-2-2"])
    page.get_by_role("button", name="Nudge w1[0,0] by 0.01").click()
    page.wait_for_function("() => document.querySelector('[aria-live]').textContent")
    assert page.locator(".reached, .pulses circle").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 800, 1280])
def test_it_is_accessible_and_nothing_sticks_out(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for example in EXAMPLES:
        open_chain(page, *EXAMPLES[example])
        page.get_by_label("Make a mistake").select_option("sign")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), example
        found = [what for impact, what in on_page(page) if impact in ("moderate", "serious", "critical")]
        assert found == [], example


def on_page(page):
    """What axe finds on the whole page."""
    page.evaluate("() => document.querySelector('main').classList.add('jp-OutputArea')")
    return violations(page)


# ---- in JupyterLab -------------------------------------------------------------------------------


LAB = [
    "from backprop_lib import Network\nfrom backprop_lib.widgets import living_chain",
    "chain = living_chain(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], 0.9)\nchain",
    "chain",
]


def test_in_jupyterlab_both_views_follow_also_without_a_kernel(lab, folder):
    write_notebook(folder / "chain.ipynb", [("code", cell) for cell in LAB])
    with lab.open("chain.ipynb") as notebook:
        assert not list(notebook.execution())
        page, views = notebook.page, notebook.page.locator(".bp-chain")
        assert views.count() == 2
        count = len(notebook.cells)
        for stopped in (False, True):
            if stopped:
                assert notebook.stop_kernel()
            for key, by in (("ArrowUp", 0.05), ("PageDown", -0.5)):
                weight = views.nth(0).get_by_role("spinbutton", name="w₁")
                before, _ = number(weight.input_value())
                weight.press(key)
                page.wait_for_function(
                    "([value]) => [...document.querySelectorAll('.bp-chain [aria-label=w₁]')]"
                    ".every((field) => Math.abs(Number(field.value.replace('−', '-')) - value) < 1e-9)",
                    arg=[before + by],
                )
            typed(views.nth(1), "w₂", "0.25")
            typed(views.nth(1), "x", "bad")
            assert "expected a number" in shown(views.nth(1))["problem"]
            states = [shown(views.nth(k)) for k in (0, 1)]
            assert states[0]["numbers"] == states[1]["numbers"]
            values_now = {name: number(text)[0] for name, text in states[0]["fields"]}
            net = Network([[[values_now["w₁"]]], [[values_now["w₂"]]]])
            assert list(faults(states[0], net, [values_now["x"]], [values_now["t"]], "w2[0,0]", 0.01)) == []
        assert page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.length") == count
        assert notebook.complaints == []
        assert notebook.foreign == []
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            with notebook.theme(theme):
                assert [what for impact, what in violations(page) if impact in ("serious", "critical")] == []
