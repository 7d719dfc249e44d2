"""Many learning rates: a slider over them, and a race of a few."""
