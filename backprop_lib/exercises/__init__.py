"""Exercises that are checked as mathematics, and a checker that names the mistake."""
