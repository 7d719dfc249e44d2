"""A reader's numbers beside a document's: where they differ, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_lib.core import Network
from backprop_lib.documents.setting import Setting
from backprop_lib.text import Sentence


def beside(document: str, setting: Setting, net: Network, numbers: Mapping[str, Any]) -> Sentence:
    """Say whether a network and further numbers are those of a document's example; None is not compared.

    Examples
    --------
    >>> from backprop_lib.documents.facts import load
    >>> from backprop_lib.documents.examples import setting_of
    >>> beside("002", setting_of(load("002")), Network([[[0.5]], [[0.5]]]), {"x": [0.1], "t": None})
    This page has the numbers of document 002.
    """
    theirs, differs = setting.d.net, []
    if net.sizes != theirs.sizes or (net.biases is None) != (theirs.biases is None):
        differs.append(f"the network is a {net!r}, there it is a {theirs!r}")
    else:
        both = ((n, net.by_name()[n], value) for n, value in theirs.by_name().items())
        differs += [f"{n} is {ours!r}, there it is {own!r}" for n, ours, own in both if ours != own]
    names = [f.name for f in net.activations], [f.name for f in theirs.activations]
    if len(names[0]) == len(names[1]) and names[0] != names[1]:
        differs.append(f"the activation is {names[0][0]}, there it is {names[1][0]}")
    if net.loss_rule.name != theirs.loss_rule.name:
        differs.append(f"the loss is {net.loss_rule.name}, there it is {theirs.loss_rule.name}")
    theirs_by_name = {"x": setting.x, "t": setting.t, **setting.numbers}
    for name, value in numbers.items():
        own = theirs_by_name.get(name)
        if value is not None and not np.array_equal(np.asarray(value), np.asarray(own)):
            differs.append(f"{name} is {_short(value)}, there it is {_short(own)}")
    if not differs:
        return Sentence(f"This page has the numbers of document {document}.")
    more = f", and {len(differs) - 3} more" if len(differs) > 3 else ""
    return Sentence(
        f"Your page differs from document {document}: {'; '.join(differs[:3])}{more}. "
        f"The verdicts below are about the document's own numbers, so they stay as they are."
    )


def _short(value: Any) -> str:
    text = str(np.asarray(value, dtype=object).tolist())
    return text if len(text) <= 40 else text[:39] + "…"
