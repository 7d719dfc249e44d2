"""A table that can be filtered by two menus, prepared for every choice so that no kernel is needed."""

from __future__ import annotations

import re
from html import escape

import ipywidgets as ipw

from backprop_lib.documents import Document, Finding, FindingClass, Findings
from backprop_lib.text import counted
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.spoken import sheet, style

_ALL = "all"


class FilteredFindings(OfCell, ipw.VBox):  # type: ignore[misc]
    """The findings of several documents as a table, with a menu of classes and a menu of documents.

    Attributes
    ----------
    class_, document : ipywidgets.Dropdown
    stack : ipywidgets.Stack
        For each class a stack with a table for each document.

    Examples
    --------
    >>> from backprop_lib.documents import Judge
    >>> FilteredFindings(Findings([Judge("002")]))
    Table of 3 findings, with a menu for their class (error, wording, aged) and one for their document (002).
    """

    def __init__(self, findings: Findings) -> None:
        self.rows = [
            (finding.class_, document.number, _row(document, finding))
            for document in findings.documents
            for finding in document.findings
        ]
        used = {row[0] for row in self.rows}
        self.classes = [class_ for class_ in FindingClass if class_ in used]
        self.numbers = [document.number for document in findings.documents]
        self.class_, self.document = (
            ipw.Dropdown(options=[_ALL, *values], value=_ALL, description=name)
            for name, values in (("class", self.classes), ("document", self.numbers))
        )
        self.unseen: list[ipw.Widget] = []
        wide = ipw.Layout(width="100%")

        def stack(menu: ipw.Dropdown, shown: list[ipw.Widget]) -> ipw.Stack:
            made = ipw.Stack(shown, selected_index=0, layout=wide)
            self.unseen.append(ipw.jslink((menu, "index"), (made, "selected_index")))
            return made

        tables = [
            [ipw.HTMLMath(self._table(class_, n), layout=wide) for n in self.document.options]
            for class_ in self.class_.options
        ]
        self.stack = stack(self.class_, [stack(self.document, of_class) for of_class in tables])
        menus = ipw.HBox([self.class_, self.document], layout={"flex_flow": "row wrap"})
        super().__init__([ipw.HTML(style(sheet(__file__, "findings_table.css"))), menus, self.stack])
        self.add_class("bp-local")

    def _table(self, class_: str, number: str) -> str:
        chosen = [r for r in self.rows if class_ in (_ALL, r[0]) and number in (_ALL, r[1])]
        count = counted(len(chosen), "finding")
        of = "" if class_ == _ALL else f" of the class “{escape(class_)}”"
        where = "in all documents" if number == _ALL else f"in document {escape(number)}"
        head = "".join(f'<th scope="col">{name}</th>' for name in ("number", "class and weight", "finding"))
        body = "".join(row for *_, row in chosen)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if chosen else ""
        return f'<div class="findings"><p class="bp-said">{count}{of} {where}.</p>{table}</div>'

    def __repr__(self) -> str:
        return (
            f"Table of {counted(len(self.rows), 'finding')}, with a menu for their class "
            f"({', '.join(self.classes)}) and one for their document ({', '.join(self.numbers)})."
        )


def _row(document: Document, finding: Finding) -> str:
    words = {"says": finding.says, "right": finding.right, "why it matters": finding.why}
    words["where"] = document.place_of(finding)
    said = "<br>".join(f"<b>{name}</b> {_html(text)}" for name, text in words.items())
    weight = f"<b>{escape(finding.class_)}</b><br>{escape(finding.weight)}"
    return f"<tr><td>{escape(document.number_of(finding))}</td><td>{weight}</td><td>{said}</td></tr>"


def _html(markdown: str) -> str:
    """Return a line of Markdown with code, emphasis and formulas as HTML; formulas stay between dollars."""
    parts = re.split(r"(\$[^$]*\$)", escape(markdown, quote=False))
    for i in range(0, len(parts), 2):  # what is not between dollars
        parts[i] = re.sub(r"`([^`]*)`", r"<code>\1</code>", parts[i])
        parts[i] = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", parts[i])
    return "".join(parts)
