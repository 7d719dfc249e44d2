"""What a walk through a widget in the browser would return, read from the widget's frames by Python alone."""

import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote


def formula(node):
    """Return a formula as walk.js does."""
    text = (node.text or "") + "".join(formula(child) + (child.tail or "") for child in node)
    if node.tag in ("sup", "sub"):
        return f"{'^' if node.tag == 'sup' else '_'}{{{text}}}"
    return text


def bracketed(root):
    """Put what is above and beneath a line into brackets, and both together, as walk.js does."""
    for node in root.iter("span"):
        if node.get("class") == "over":
            for part in (node, node[0], node[2]):
                last = part[-1] if len(part) else None
                part.text = "{" + (part.text or "")
                if last is None:
                    part.text += "}"
                else:
                    last.tail = (last.tail or "") + "}"
    return root


def drawing(name, svg, inside):
    def numbers(node, *names):
        return [float(node.get(name)) for name in names]

    return {
        "name": name,
        "texts": [[*numbers(node, "x", "y"), node.text] for node in svg.iter("text")],
        "dots": [numbers(node, "cx", "cy") for node in svg.iter("circle")],
        "paths": [node.get("d") for node in svg.iter("path")],
        "moved": [node.get("transform") for node in svg.iter("path")],
        "inside": inside,
    }


def fragment(text):
    """Return a piece of a page as the children of an element."""
    return bracketed(ET.fromstring(f"<div>{text}</div>"))


def pictures(widget, k):
    """Return the name and the marks of each drawing at a position, and the size of what is clipped."""
    if hasattr(widget, "steps"):
        return [(widget.title, widget.steps[k]["marks"], None)]
    pairs = zip(widget.panels, widget.marks_at(k), strict=True)
    return [(panel["title"], marks, panel["inside"]) for panel, marks in pairs]


def walked(widget):
    """Return what a walk over all positions of a widget would."""
    seen = []
    for k, (label, sentence) in enumerate(zip(widget.labels, widget.sentences, strict=True)):
        rows = widget.steps[k]["rows"] if hasattr(widget, "steps") else []
        seen.append(
            {
                "readout": label,
                "said": sentence,
                "rows": [[formula(fragment(part)) for part in row] for row in rows],
                "drawings": [
                    drawing(f"{title}. {sentence}", fragment(marks), inside)
                    for title, marks, inside in pictures(widget, k)
                ],
            }
        )
    given = getattr(widget, "backgrounds", None) or [panel["background"] for panel in widget.panels]
    return {
        "seen": seen,
        "grounds": [unquote(ground).removeprefix("data:image/svg+xml,") for ground in given],
    }


def digits(shown, path=()):
    """Yield for every digit and minus in what is shown its place, and what stands there if it is wrong."""
    if isinstance(shown, str):
        for match in re.finditer(r"\d|−", shown):
            other = "" if match[0] == "−" else str((int(match[0]) + 1) % 10)
            yield path, shown[: match.start()] + other + shown[match.end() :]
    elif isinstance(shown, list | dict):
        for key, part in shown.items() if isinstance(shown, dict) else enumerate(shown):
            yield from digits(part, (*path, key))
