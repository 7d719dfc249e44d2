"""What the five documents print, and the judge of it."""

from __future__ import annotations

from backprop_lib.documents.document_003 import causes, deviations, train_like_document_003
from backprop_lib.documents.facts import Document, Finding, FindingClass
from backprop_lib.documents.findings import Findings
from backprop_lib.documents.judge import Judge
from backprop_lib.documents.verdicts import Verdict

__all__ = [
    "Document",
    "Finding",
    "FindingClass",
    "Findings",
    "Judge",
    "Verdict",
    "causes",
    "deviations",
    "train_like_document_003",
]
