"""A table that can be filtered by two menus, prepared for every choice so that no kernel is needed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets as ipw

from backprop_lib.documents import KINDS
from backprop_lib.drawing import COLOURS
from backprop_lib.findings import Findings
from backprop_lib.widgets.spoken import style

__all__ = ["FilteredFindings"]

_ALL = "all"


class FilteredFindings(ipw.VBox):  # type: ignore[misc]
    """The findings of several documents as a table, with a menu of kinds and a menu of documents.

    Attributes
    ----------
    kind, document : ipywidgets.Dropdown
    stack : ipywidgets.Stack
        For each kind a stack with a table for each document.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> from backprop_lib.verdicts import Judge
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> judge = Judge("002", derive(net), [0.1], [0.9], learning_rate=0.9, stop_below=5e-5)
    >>> FilteredFindings(Findings([judge]))
    Table of 6 findings, with a menu for their kind (factor, code, words) and one for their document (002).
    """

    def __init__(self, findings: Findings) -> None:
        self.rows = [
            (finding.kind, document.number, finding.says, finding.right)
            for document in findings.documents
            for finding in document.findings
        ]
        used = {row[0] for row in self.rows}
        self.kinds = [kind for kind in KINDS if kind in used]
        self.numbers = [document.number for document in findings.documents]
        self.kind = _menu("kind", self.kinds)
        self.document = _menu("document", self.numbers)
        wide = ipw.Layout(width="100%")
        by_kind = []
        for kind in (_ALL, *self.kinds):
            tables = [ipw.HTMLMath(self._table(kind, n), layout=wide) for n in (_ALL, *self.numbers)]
            inner = ipw.Stack(tables, selected_index=0, layout=wide)
            ipw.jslink((self.document, "index"), (inner, "selected_index"))
            by_kind.append(inner)
        self.stack = ipw.Stack(by_kind, selected_index=0, layout=wide)
        ipw.jslink((self.kind, "index"), (self.stack, "selected_index"))
        menus = ipw.HBox([self.kind, self.document], layout={"flex_flow": "row wrap"})
        super().__init__([ipw.HTML(style(_RULES)), menus, self.stack])
        self.add_class("bp-local")

    def _table(self, kind: str, number: str) -> str:
        chosen = [r for r in self.rows if kind in (_ALL, r[0]) and number in (_ALL, r[1])]
        count = f"{len(chosen)} finding{'' if len(chosen) == 1 else 's'}"
        of = "" if kind == _ALL else f" of the kind “{kind}”"
        where = "in all documents" if number == _ALL else f"in document {number}"
        head = "".join(f'<th scope="col">{name}</th>' for name in ("document", "kind", "finding"))
        body = "".join(
            f"<tr><td>{number}</td><td>{kind}</td>"
            f"<td><b>says</b> {_html(says)}<br><b>right</b> {_html(right)}</td></tr>"
            for kind, number, says, right in chosen
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if chosen else ""
        return f'<div class="findings"><p class="bp-said">{count}{of} {where}.</p>{table}</div>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the view, and the words that stand where no widget can be shown."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return (
            f"Table of {len(self.rows)} findings, with a menu for their kind ({', '.join(self.kinds)}) "
            f"and one for their document ({', '.join(self.numbers)})."
        )


_RULES = (
    ".findings table { border-collapse: collapse; width: 100%; } "
    f".findings th, .findings td {{ border-bottom: 1px solid {COLOURS['line']}; padding: 4px 8px; "
    "text-align: left; vertical-align: top; white-space: normal; line-height: 1.5; } "
    ".findings td:last-child { width: 100%; }"
)


def _menu(name: str, values: Sequence[str]) -> ipw.Dropdown:
    return ipw.Dropdown(options=[_ALL, *values], value=_ALL, description=name)


def _html(markdown: str) -> str:
    """Return a line of Markdown with code, emphasis and formulas as HTML; formulas stay between dollars."""
    parts = re.split(r"(\$[^$]*\$)", escape(markdown, quote=False))
    for i in range(0, len(parts), 2):  # what is not between dollars
        parts[i] = re.sub(r"`([^`]*)`", r"<code>\1</code>", parts[i])
        parts[i] = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", parts[i])
    return "".join(parts)
