"""Numbers as they are shown: read, compared with what they must be, and computed with."""

import ast
import math
import re

NUMBER = r"−?\d[\d,]*(?:\.\d+)?(?:·10[⁻⁰¹²³⁴-⁹]+)?"
FACTOR = r"(\(−\d+(?:\.\d+)?\)|\d+(?:\.\d+)?)"  # in a formula: if negative, in brackets
HALF = 0.5 + 1e-6  # of the last digit: what rounding may take away
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text):
    """Return the number that a text shows."""
    text = re.sub("^10(?=[⁻⁰¹²³⁴-⁹])", "1·10", text.strip("()"))
    digits, _, power = text.replace(",", "").replace("−", "-").partition("·10")
    return float(digits) * 10.0 ** int(power.translate(RAISED) or 0)


def is_fixed(text, value, decimals):
    """Say whether a text is a number with just so many decimals; zero has no sign."""
    form = re.fullmatch(rf"−?\d+\.\d{{{decimals}}}", text)
    return bool(form) and abs(number(text) - value) <= HALF * 10**-decimals and text.strip("0.") != "−"


def is_short(text, value):
    """Say whether a text is a number to six decimals, or exactly with fewer."""
    decimals = decimals_of(text)
    return decimals <= 6 and abs(number(text) - value) <= (HALF * 1e-6 if decimals == 6 else 1e-12)


def is_rate(text, value):
    """Say whether a text is a number with three significant digits."""
    if not re.fullmatch(NUMBER, text) or number(text) == 0:
        return False
    return abs(number(text) - value) <= HALF * 10.0 ** (math.floor(math.log10(abs(number(text)))) - 2)


def decimals_of(text):
    return len(text.strip("()").partition(".")[2])


def computed(formula, values):
    """Return what each summand of a formula gives, with `values` in the places marked by @."""
    places = iter(range(len(values)))
    text = re.sub("@", lambda _: f"v[{next(places)}]", formula).replace("ln(", "log(").replace("e^", "exp")
    signs = {"−": "-", "·": "*", "½": "0.5", "^": "**", "{": "(", "}": ")"}
    scope = {"v": values, "log": math.log, "exp": math.exp}

    def summands(node, sign):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield from summands(node.left, sign)
            yield from summands(node.right, -sign if isinstance(node.op, ast.Sub) else sign)
        else:
            yield sign * eval(ast.unparse(node), scope)

    return list(summands(ast.parse(text.translate(str.maketrans(signs)), mode="eval").body, 1))


def with_room(formula, shown):
    """Return what the shown numbers give, and how far their rounding can have moved it."""
    values = [number(text) for text in shown]
    there, moved = sum(computed(formula, values)), 0.0
    for k, text in enumerate(shown):
        if decimals_of(text) == 6:
            nudged = [v + HALF * 1e-6 * (j == k) for j, v in enumerate(values)]
            moved += abs(sum(computed(formula, nudged)) - there)
    return there, 1.01 * moved
