"""A table that can be filtered by two menus, in the browser alone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import escape
from typing import Any

import traitlets
from latex2mathml.converter import convert

from backprop_lib.documents import Document, Finding, FindingClass, Findings
from backprop_lib.text import counted
from backprop_lib.widgets.carrier import Carried, module, sheet

_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_HARMLESS = {"accent", "display", "fence", "form", "stretchy", "width"}


class FilteredFindings(Carried):
    """The findings of several tutorials as a table, with a menu of classes and a menu of tutorials.

    Attributes
    ----------
    rows : list of dict
        Of each finding its class, `kind`, the `name` of its tutorial, and the `cells` of its row as HTML.
    kinds, names : list of str
        What the menus hold, after "all".
    kind, name : str
        What they choose.

    Examples
    --------
    >>> from backprop_lib.documents import Judge
    >>> FilteredFindings(Findings([Judge("002")]))
    Table of 3 findings, with a menu for their class (error, wording, aged) and one for tutorials (2016 post).
    """

    _esm = module(__file__, "findings_table.js")
    _css = sheet(__file__, "findings_table.css")
    rows: Any = traitlets.List().tag(sync=True)
    kinds: Any = traitlets.List().tag(sync=True)
    names: Any = traitlets.List().tag(sync=True)
    kind = traitlets.Unicode("all").tag(sync=True)
    name = traitlets.Unicode("all").tag(sync=True)

    def __init__(self, findings: Findings) -> None:
        rows = [
            {"kind": str(finding.class_), "name": document.short_name, "cells": _cells(document, finding)}
            for document in findings.documents
            for finding in document.findings
        ]
        used = {row["kind"] for row in rows}
        super().__init__(
            rows=rows,
            kinds=[str(class_) for class_ in FindingClass if class_ in used],
            names=[document.short_name for document in findings.documents],
        )

    def __repr__(self) -> str:
        return (
            f"Table of {counted(len(self.rows), 'finding')}, with a menu for their class "
            f"({', '.join(self.kinds)}) and one for tutorials ({', '.join(self.names)})."
        )


def _cells(document: Document, finding: Finding) -> list[str]:
    words = {"says": finding.says, "right": finding.right, "why it matters": finding.why}
    words["where"] = document.place_of(finding)
    said = "<br>".join(f"<b>{name}</b> {_html(text)}" for name, text in words.items())
    weight = f"<b>{escape(finding.class_)}</b><br>{escape(finding.weight)}"
    return [escape(document.number_of(finding)), weight, said]


def _html(markdown: str) -> str:
    """Return a line of Markdown with code, emphasis and formulas as HTML; formulas become MathML."""
    parts = re.split(r"\$([^$]*)\$", markdown)
    parts[1::2] = map(_mathml, parts[1::2])
    for i in range(0, len(parts), 2):  # what is not between dollars
        parts[i] = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(parts[i], quote=False))
        parts[i] = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", parts[i])
    return "".join(parts)


def _mathml(formula: str) -> str:
    """Return a formula as MathML; as it is written if it cannot be converted, or holds more than mathematics.

    Examples
    --------
    >>> _mathml("x")[-24:], _mathml("x_1_2")
    ('<mi>x</mi></mrow></math>', '$x_1_2$')
    """
    try:
        converted: str = convert(formula)
        nodes = list(ET.fromstring(converted).iter())
    except Exception:  # the converter has no base class for its own
        nodes = []
    if nodes and all(node.tag.startswith(f"{_MATHML}m") and set(node.attrib) <= _HARMLESS for node in nodes):
        return converted
    return escape(f"${formula}$")
