"""A field to draw a digit in."""
