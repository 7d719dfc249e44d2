"""The widgets' modules in a page without Jupyter and without Python, under a strict content policy."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from axe import loaded
from browser_choice import require_browser
from opened import SETTLED
from playwright.sync_api import expect
from test_exported import served

from backprop_lib import Network, widgets
from backprop_lib.documents import Judge
from backprop_lib.documents.findings import Findings

NET = Network([[[0.5]], [[0.5]]]), [0.1], [0.9]
MADE = {
    "slope": ("panel_slider.js", lambda: widgets.slope_slider("sigmoid")),
    "stepper": ("stepper/stepper.js", lambda: widgets.stepper(*NET, learning_rate=0.4)),
    "rates": ("rates/rates.js", lambda: widgets.rate_explorer(*NET, [0.9, 9.0], 50, goal=1e-3, start=0.9)),
    "race": ("rates/race.js", lambda: widgets.rate_race(*NET, [0.9, 9.0], 50, goal=1e-3, start=[0.9, 9.0])),
    "findings": ("findings_table.js", lambda: widgets.FilteredFindings(Findings([Judge("002")]))),
    "paint": (
        "paint/paint.js",
        lambda: widgets.PaintField(Network.random([784, 4, 10]), np.zeros((1, 28, 28), np.uint8)),
    ),
}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Alone</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="style.css"><link rel="icon" href="data:,"></head>
<body><main><h1>Alone</h1>{places}</main>
<script type="application/json" id="states">{states}</script>
<script type="module" src="main.js"></script></body></html>"""
MAIN = """import {{ modelOf, show }} from "./widgets/host.js";
{imports}
const states = JSON.parse(document.getElementById("states").textContent);
window.ends = Object.entries({{ {names} }}).map(([name, module]) =>
  show(module, modelOf(states[name]), document.getElementById(name)));
"""


@pytest.fixture(scope="module")
def made():
    return {name: make() for name, (_, make) in MADE.items()}


@pytest.fixture(scope="module")
def page(made, tmp_path_factory, playwright):
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(Path(widgets.__file__).parent, folder / "widgets")
    own = {name: widget.get_state(widget.traits(sync=True).keys()) for name, widget in made.items()}
    states = {
        name: {key: value for key, value in state.items() if key[0] != "_" and key != "layout"}
        for name, state in own.items()
    }
    text = json.dumps(states, default=str).replace("</", "<\\/")
    places = "".join(f'<div id="{name}"></div>' for name in made)
    imports = "\n".join(f'import {name} from "./widgets/{path}";' for name, (path, _) in MADE.items())
    styles = "\n".join(dict.fromkeys(widget._css for widget in made.values()))
    for name, content in (
        ("index.html", PAGE.format(policy=POLICY, places=places, states=text)),
        ("main.js", MAIN.format(imports=imports, names=", ".join(made))),
        ("style.css", styles),
    ):
        (folder / name).write_text(content, encoding="utf-8")
    executable = require_browser(playwright.chromium.executable_path)
    browser = playwright.chromium.launch(executable_path=executable, args=["--disable-gpu"])
    try:
        with served(folder) as address:
            opened = browser.new_page()
            opened.complaints = []
            opened.on("console", lambda message: opened.complaints.append(message.text))
            opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
            opened.goto(f"{address}index.html")
            opened.wait_for_function("() => window.ends")
            yield opened
    finally:
        browser.close()


@pytest.mark.parametrize("name", ["slope", "stepper", "rates"])
def test_every_position_says_what_python_prepared(page, made, name):
    place = page.locator(f"#{name}")
    handle, said = place.get_by_role("slider"), place.locator(".bp-frame .bp-said")
    handle.press("Home")
    for k, sentence in enumerate(made[name].sentences):
        expect(said).to_have_text(sentence)
        assert handle.get_attribute("aria-valuetext") == made[name].labels[k]
        handle.press("ArrowRight")
    handle.press("ArrowRight")  # there is no further
    expect(said).to_have_text(made[name].sentences[-1])


def test_a_race_is_run(page):
    place = page.locator("#race")
    place.get_by_role("button").click()
    expect(place.locator(".bp-ahead")).to_contain_text("After 50 updates: ", timeout=SETTLED)
    place.get_by_label("B: η =").select_option("–")
    expect(place.locator(".bp-lane").nth(1)).to_have_text("B: no rate.")


def test_findings_are_filtered(page, made):
    rows = page.locator("#findings tbody tr")
    expect(rows).to_have_count(len(made["findings"].rows))
    assert page.locator("#findings math").count()
    page.get_by_label("class", exact=True).select_option("aged")
    expect(rows).to_have_count(sum(row["kind"] == "aged" for row in made["findings"].rows))


def test_who_asks_python_is_told_that_there_is_none(page):
    field = page.get_by_label("or type a rate")
    field.fill("4.5")
    field.press("Enter")
    canvas = page.locator("#paint canvas")
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    canvas.click()
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before
    for name in ("rates", "paint"):
        expect(page.locator(f"#{name} .bp-silence")).to_contain_text("No answer from Python", timeout=SETTLED)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_kept_out(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    loaded(page)
    found = page.evaluate("async () => (await axe.run()).violations")
    assert not [v["id"] for v in found if v["impact"] in ("moderate", "serious", "critical")]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_views_end(page):
    page.evaluate("() => ends.forEach((end) => end())")
    assert page.locator("main > div > *").count() == 0
    assert not page.complaints
