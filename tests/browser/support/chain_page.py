"""A living chain on a page without Python, and every number that it should show."""

import json
import re
from math import isnan
from pathlib import Path

from backprop_lib import derive, widgets
from backprop_lib.widgets import living_chain

HOST = (Path(widgets.__file__).parent / "host.js").read_text(encoding="utf-8")
ADDRESS = "http://course.test/"
START = """import module from "./chain.js";
import { modelOf, show } from "./host.js";
const model = modelOf(await (await fetch("state.json")).json());
window.model = model;
show(module, model, document.getElementById("chain"));
"""
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Chain</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="style.css"><script type="module" src="start.js"></script></head>
<body><main><h1>Chain</h1><div id="chain"></div></main></body></html>"""
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'"
KINDS = {"html": "text/html", "css": "text/css", "json": "application/json", "js": "text/javascript"}
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def open_chain(page, net, x, t, learning_rate=0.5):
    """Show a chain on the page, under a policy that lets no text be evaluated."""
    chain = living_chain(net, x, t, learning_rate)
    names = ("given", "start", "values", "selected", "size", "mistake", "learning_rate")
    ground = (
        ":root { color-scheme: light dark; } body { margin: 8px; background: Canvas; color: CanvasText; }\n"
    )
    files = {
        "index.html": PAGE,
        "chain.js": chain._esm,
        "host.js": HOST,
        "start.js": START,
        "style.css": ground + chain._css,
        "state.json": json.dumps({name: getattr(chain, name) for name in names}),
    }

    def serve(route):
        name = route.request.url.removeprefix(ADDRESS)
        if name not in files:
            route.fulfill(status=204)
            return
        headers = {"Content-Security-Policy": POLICY, "Content-Type": KINDS[name.rpartition(".")[2]]}
        route.fulfill(body=files[name], headers=headers)

    page.unroute_all()
    page.route(f"{ADDRESS}**", serve)
    page.goto(f"{ADDRESS}index.html")
    page.wait_for_selector(".bp-chain .factor")


SHOWN = """root => ({
  numbers: [...root.querySelectorAll("[data-shows]")].map((e) => [e.dataset.shows, e.textContent]),
  pills: [...root.querySelectorAll(".pill:not([hidden])")].map((e) =>
    [e.dataset.link, ...[...e.children].map((part) => part.textContent)]),
  fields: [...root.querySelectorAll(".net input")].map((e) => [e.getAttribute("aria-label"), e.value]),
  sentence: root.querySelector(".bp-said:not(.hint, .problem, .step, .told, .sum)").textContent,
  told: root.querySelector(".told").textContent,
  problem: root.querySelector(".problem").textContent,
  step: root.querySelector(".step").textContent,
})"""


def shown(view):
    """Return all that a chain shows: the one on a page, or the one that a locator names."""
    return (view if hasattr(view, "evaluate_all") else view.locator(".bp-chain").first).evaluate(SHOWN)


def number(text):
    """Return what a text says, and what half a unit of its last digit is."""
    digits, _, power = text.replace("−", "-").partition("·10")
    scale = 10.0 ** int(power.translate(RAISED) or 0)
    decimals = len(digits.partition(".")[2])
    return float(digits) * scale, 0.501 * 10.0**-decimals * scale


def faults(state, net, x, t, name, size):
    """Yield every number that is not what the network and the derivation say."""
    expected = everything(net, x, t, name, size)
    rounding = 1e-15 * (1 + expected["E"]) / size  # of a difference of two losses that are nearly equal
    for key, text in [*state["numbers"], *state["fields"]]:
        if not text and key.startswith("Δ"):
            continue  # nothing arrives here
        yield from _fault(key, text, expected.get(key), rounding)
    for key, factor, ratio in state["pills"]:
        yield from _fault(key, factor, expected.get(key), rounding)
        yield from _fault(f"Δ{key}", ratio, expected.get(f"Δ{key}"), rounding)
    links = {key for key in expected if "/" in key and "#" not in key and key[0] != "Δ"}
    if {key for key, *_ in state["pills"]} != links:
        yield f"links {sorted(links)} are not those drawn"


def _fault(key, text, value, rounding):
    if value is None or isnan(value):
        if text != "–":
            yield f"{key} is shown as {text}, expected nothing"
        return
    got, unit = number(text)
    measured = key.startswith("Δ") or key in ("measured", "nudge", "apart")
    allowed = 1e-8 * abs(value) + rounding if measured else 1e-12 * abs(value)
    if abs(got - value) > unit + allowed:
        yield f"{key} is shown as {text}, expected {value:.12g}"


def everything(net, x, t, name, size):
    d = derive(net)
    here = {str(symbol): float(value) for symbol, value in d.numbers(x, t).items()}
    there = derive(net.with_values({name: net.by_name()[name] + size})).numbers(x, t)
    there = {str(symbol): float(value) for symbol, value in there.items()}
    single = max(net.sizes) == 1
    expected = dict(here) | {f"Δ{key}": there[key] - here[key] for key in here}
    expected |= {widget_name(key, single): value for key, value in here.items()}
    for layer, delta in enumerate(net.gradients(x, t).deltas, 1):
        expected |= {f"δz{layer}[{i}]": float(value) for i, value in enumerate(delta[0])}
    total, paths = 0.0, {tuple((str(f.of), str(f.by)) for f in path): path for path in d.factors(name)}
    for i, links in enumerate(page_paths(d, name)):
        product = 1.0
        for f in paths[links]:
            key, change = f"{f.of}/{f.by}", there[str(f.by)] - here[str(f.by)]
            factor = float(f.value.xreplace({d.symbols[k]: v for k, v in here.items()}))
            moved = {d.symbols[k]: v for k, v in here.items()} | {f.by: there[str(f.by)]}
            part = float(d.definitions[f.of].xreplace(moved)) - here[str(f.of)]
            for place in ("", f"#{i}"):
                expected |= {f"{key}{place}": factor, f"Δ{key}{place}": part / change if change else None}
            product *= factor
        expected[f"product#{i}"] = product
        total += product
    ratio = (there["E"] - here["E"]) / size
    expected |= dict.fromkeys(["sum", "formula"], total) | dict.fromkeys(["measured", "nudge"], ratio)
    return expected | {"apart": abs(total - ratio)}


def page_paths(d, name):
    """Yield the paths of a parameter in the order of the page: that of the printed program."""
    from backprop_lib.symbols import program

    links = [(of, by) for of, by, _ in program(d).factors]

    def paths(by):
        if by == "E":
            return [()]
        return [(*path, link) for link in links if link[1] == by for path in paths(link[0])]

    return paths(name)


def widget_name(key, single):
    from backprop_lib.text import plain_name

    return plain_name(key, single)


def said(state):
    """Return the numbers of the sentence: formula, size, measured, apart."""
    return [
        number(text)[0]
        for text in re.findall(r"−?\d+\.?\d*(?:·10[⁻⁰-⁹¹²³]+)?", state["sentence"].partition(":")[2])
    ]
