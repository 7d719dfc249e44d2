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


def drawing(svg):
    def numbers(node, *names):
        return [float(node.get(name)) for name in names]

    return {
        "name": svg.get("aria-label"),
        "texts": [[*numbers(node, "x", "y"), node.text] for node in svg.iter("text")],
        "dots": [numbers(node, "cx", "cy") for node in svg.iter("circle")],
        "paths": [node.get("d") for node in svg.iter("path")],
        "moved": [node.get("transform") for node in svg.iter("path")],
        "inside": svg[0].get("viewBox"),
    }


def walked(widget):
    """Return what a walk over all positions of a widget would."""
    seen = []
    for frame, label in zip(widget.frames, widget.slider._options_labels, strict=True):
        root = bracketed(ET.fromstring(frame))
        rows = [div for terms in root.iter("div") if terms.get("class") == "terms" for div in terms]
        seen.append(
            {
                "readout": label,
                "said": next(p.text for p in root.iter("p")),
                "rows": [[formula(span) for span in row] for row in rows],
                "drawings": [drawing(svg) for svg in root.iter("svg") if svg.get("role") == "img"],
            }
        )
    page = "".join(str(getattr(child, "value", "")) for child in widget.children)
    return {
        "seen": seen,
        "grounds": [unquote(svg) for svg in re.findall('data:image/svg.xml,([^"]*)"', page)],
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
