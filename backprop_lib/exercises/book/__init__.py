"""The exercises of the lessons, a module each; its `EXERCISES` are in their order."""

from __future__ import annotations

# The order of the course.
LESSONS = (
    "one-path",
    "cross-entropy",
    "two-paths",
    "biases",
    "error-shares",
    "any-depth",
    "digits",
    "your-own-network",
)
