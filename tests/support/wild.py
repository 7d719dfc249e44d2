"""Answers that nobody derived: random expressions, and right ones with a random part in another's place."""

import sympy as sp


def symbols_of(forward):
    """All the symbols that an answer may be written in."""
    return [
        s
        for arrays in (forward.a, forward.w[1:], forward.z[1:], [forward.t])
        for array in arrays
        for s in array.flat
    ]


def tree(random, symbols, size):
    """Return a random expression with so many leaves."""
    if size == 1:
        return random.choice(symbols) if random.random() < 0.85 else sp.Integer(random.randint(1, 3))
    left = random.randint(1, size - 1)
    one, other = tree(random, symbols, left), tree(random, symbols, size - left)
    return random.choice([sp.Add, sp.Mul, sp.Mul, lambda a, b: a - b, lambda a, b: a * (1 - b)])(one, other)


def wild(random, symbols):
    """Return a random expression of 4 to 14 leaves."""
    return tree(random, symbols, random.randint(4, 14))


def disturbed(random, symbols, right):
    """Return the right answer with two of its parts exchanged for random ones."""
    for _ in range(2):
        parts = sorted({p for p in sp.preorder_traversal(right) if p.is_Symbol or p.is_Add}, key=str)
        if parts:
            part = random.choice(parts)
            right = right.xreplace({part: tree(random, symbols, random.randint(1, 3))})
    return right
