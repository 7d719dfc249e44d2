"""What the five documents print, and the judge of it."""

from __future__ import annotations

from backprop_lib.documents.document_003 import epoch_of_batches, train_like_document_003
from backprop_lib.documents.facts import Document, Finding, FindingClass
from backprop_lib.documents.findings import Findings
from backprop_lib.documents.mnist_runs import causes, deviations
from backprop_lib.documents.rounding import WRONG
from backprop_lib.documents.verdict_words import EQUAL, FOLLOWS, HANGS
from backprop_lib.documents.verdicts import Judge

__all__ = [
    "EQUAL",
    "FOLLOWS",
    "HANGS",
    "WRONG",
    "Document",
    "Finding",
    "FindingClass",
    "Findings",
    "Judge",
    "causes",
    "deviations",
    "epoch_of_batches",
    "train_like_document_003",
]
