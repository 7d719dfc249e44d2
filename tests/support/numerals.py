"""The numbers in a text, whether written in digits, in words or in a formula.

Digits that count nothing are passed over, by narrow rules: names (`w1[0,2]`, a₂, document 002, chapter 3,
Python 2), addresses, the dates of sources, the numbers of headings and of the entries of a list, indices and
squares, and a few formulas exactly as they stand, as the 1 of a(1 − a) and the ½ of ½(t − a)².
"""

import re
from dataclasses import dataclass
from functools import lru_cache

UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
PARTS = [
    "half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
]  # fmt: skip
TENTHS = {f"{ten[:-1]}ieth": 10 * (i + 2) for i, ten in enumerate(TENS)}
SMALL_PARTS = TENTHS | {"hundredth": 100, "thousandth": 1000, "millionth": 1_000_000}
MULTIPLES = {"once": 1, "twice": 2, "thrice": 3, "double": 2, "triple": 3, "dozen": 12}
GLYPHS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")

# “one” is a number before what can be counted; elsewhere it is a pronoun.
COUNTABLE = {
    "input", "output", "weight", "bias", "neuron", "node", "hidden", "layer", "path", "factor", "example",
    "image", "document", "formula", "number", "digit", "mistake", "slip", "sign", "step", "update", "epoch",
    "forward", "backward", "pass", "row", "column", "bit", "term", "product", "minute", "answer", "training",
    "variable", "test", "loss", "matrix", "gradient", "letter", "lost", "wrong", "single", "more", "lucky",
    "thing",
}  # fmt: skip

UNIT = "|".join(UNITS)
SMALL = rf"(?:(?:{'|'.join(TENS)})(?:-(?:{UNIT}))?|{UNIT})"
SCALE = "|".join(SCALES)
PART = "|".join([*PARTS[1:], *SMALL_PARTS])
WORDS = re.compile(
    rf"""\b(?:
        (?P<part>(?:(?P<many>an?|{UNIT})\s)(?P<of>{PART})s?)(?!\s(?:time|reading|digit))
      | (?P<half>hal(?:f|ve[sd]?)|quarters?)
      | (?P<fold>(?:an?\s)?(?P<times>{UNIT}|{SCALE})fold)
      | (?P<multiple>{"|".join(MULTIPLES)})(?:[sd])?
      | (?P<ordinal>{PART}|fourth|{"|".join(PARTS)})(?=\s(?:digit|decimal))
      | (?P<cardinal>(?:(?:{SMALL})(?:\s(?:{SCALE}))*|an?(?:\s(?:{SCALE}))+|(?<!\w\s)(?:{SCALE})))
    )\b(?![’'])""",
    re.VERBOSE | re.IGNORECASE,
)
DIGITS = re.compile(
    r"""(?P<sign>(?:(?<=[\s(\[,=≠≈:/|`$*“{])|^)[-−](?=\.?\d))?
        (?<![\w.])
        (?P<mantissa>(?:\d{1,3}(?:(?:\\[,\ ]|[, \u00a0\u2009\u202f])\d{3})+(?!\d)|\d[\d_]*)(?:\.\d+)?|\.\d+)
        (?: e(?P<e>[-+−]?\d+)
          | \s*(?:\\cdot|\\times|[·×])\s*10(?:\^\{?(?P<power>[-−]?\d+)\}?|(?P<raised>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))
          | (?<=10)(?<!\d10)(?:\^\{?(?P<alone>[-−]?\d+)\}?|(?P<high>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?
        (?P<percent>[\s\u00a0]?\\?%)?
        (?![^\W_]|\.\d)""",
    re.VERBOSE,
)
FRACTION = re.compile(r"\\[td]?frac\{(\d+)\}\{(\d+)\}|(?<![\w./])(\d+)/(\d+)(?![\w/]|\.\d)|([½¼¾⅓⅔])")

NAMES = [
    r"\]\([^)]*\)",  # where a link leads
    r"https?://\S+",
    r"^#+ (?:Part )?\d+ ·",  # the number of a heading
    r"^### (?:2016 post|“Understanding …”|Moon|Mazur|Klein|Tashfeen) \d+ ·",  # … and of a finding
    r"^ *\d+\. ",  # … and of the entry of a list
    r"\b(?:[Cc]hapters?|[Pp]art|[Ee]xercises?|[Dd]ocuments?|Python|Debian|NumPy|numba|PyTorch|JAX|scikit-learn|autograd"
    r"|micrograd)(?: \d[\d.]*(?:(?:, | and | to | or )\d[\d.]*)*)(?! (?:times|updates|epochs))",
    r"\[\d\d? · [^\]]*(?=\])",  # a chapter, with its title
    r"(?<![\d.`])(?<!\d[, \u00a0])00[0-4](?![\d.`])",  # a document
    r"“\d+\. (?=[A-Z])",  # the number of a source in its title
    r"\b(?:CC BY(?:-SA)? \d\.0|BSD-3-Clause)",
    r"\b[Oo]ne\s\w+\sat a time\b",
    r"\b\d{1,2} (?:July|November) \d{4}\b",
    r"\((?:19|20)\d\d\)|(?<=[,”)*] )(?:19|20)\d\d(?=[.;)]|$)|(?<=^of )\d{4}(?=\.)",  # the year of a source
    r"(?<![\w\\])[A-Za-zσδ∂][A-Za-z∂/]*[\d₀-₉]*(?:\[[\d, :ijkl+-]*\])+",  # w1[0,2]
    r"[A-Za-z][A-Za-z_]*\d+\w*",  # w2, z10
]
NAME = re.compile("|".join(f"(?:{name})" for name in NAMES), re.MULTILINE)
MATH = re.compile(r"\$\$.+?\$\$|\$[^$\n]+(?:\n[^$\n]+)?\$", re.DOTALL)
# In a formula: indices, layers, squares, and what no reader takes for a number, exactly as it stands.
INDEX = re.compile(r"_\{[^{}]*\}|_\w|\^\{\([^{}]*\)\}|\^\{\d\+\}|\^\d(?=_)|\^2(?!\d)|\^\{2\}")
FORMULAS = [
    r"(?P<a>\\hat y|[a-zA-Z]) *(?:\\, *)?\(1 - (?P=a) *\)",  # the slope of the sigmoid
    r"\\d?frac\{1\}\{1 \+ e\^\{-z\}\}|1/\(1 \+ e\^\{-z\}\)",  # the sigmoid
    r"\\t?frac\{1\}\{2\} *(?=(?:\\sum *)?\()",  # half of a square
    r"1/n(?!\w)",
]
FACTOR = re.compile(r"(?<=\d)[a-z](?![\d-])")  # the x of 6x
HALF_SQUARE = re.compile(r"½(?=Σ?\()")
FORMULA = re.compile("|".join(f"(?:{formula})" for formula in FORMULAS))


@dataclass(frozen=True)
class Number:
    """A number of a text: where it stands, as it is written, and what it is worth."""

    start: int
    end: int
    text: str
    value: float
    step: float  # what one more in the last digit is worth
    word: bool = False
    negative: bool = False
    percent: bool = False

    def agrees(self, value, exact=False):
        """Whether a value gives this number: to its digits, or exactly."""
        if not self.negative:
            value = abs(value)
        tolerance = 1e-9 * max(abs(self.value), self.step) + (0 if exact else self.step / 2)
        return abs(value - self.value) <= tolerance


def blank(text, pattern):
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def plain(text):
    """Return a text of the same length in which only digits that count are left."""
    text = MATH.sub(lambda match: blank(blank(blank(match[0], INDEX), FORMULA), FACTOR), text)
    return blank(blank(text, HALF_SQUARE), NAME)


@lru_cache(10_000)
def numbers(text):
    """Return the numbers of a text in their order."""
    clear = plain(text)
    found = []
    for match in FRACTION.finditer(clear):
        a, b, c, d, glyph = match.groups()
        value = GLYPHS[glyph] if glyph else int(a or c) / int(b or d)
        found.append(Number(*match.span(), match[0], value, 1e-9, word=True))
    clear = blank(clear, FRACTION)
    found += [digits(match) for match in DIGITS.finditer(clear)]
    found += [n for match in WORDS.finditer(blank(clear, MATH)) if (n := word(match, clear)) is not None]
    return sorted(found, key=lambda number: number.start)


def digits(match):
    mantissa = re.sub(r"[^\d.]", "", match["mantissa"])
    power = 0
    if raised := match["e"] or match["power"] or match["raised"]:
        power = int(raised.translate(RAISED).replace("+", ""))
    if alone := match["alone"] or match["high"]:
        mantissa, power = "1", int(alone.translate(RAISED))
    decimals = len(mantissa.partition(".")[2])
    sign = -1 if match["sign"] else 1
    value, step = sign * float(f"{mantissa}e{power}"), float(f"1e{power - decimals}")
    return Number(*match.span(), match[0], value, step, negative=sign < 0, percent=bool(match["percent"]))


def word(match, text):
    said = match[0].lower()
    if part := match["of"]:
        count = {"a": 1, "an": 1}.get(match["many"].lower()) or UNITS.index(match["many"].lower())
        value = count / (SMALL_PARTS.get(part.lower()) or PARTS.index(part.lower()) + 2)
    elif said.startswith(("hal", "quarter")):
        value = 0.5 if said.startswith("hal") else 0.25
    elif times := match["times"]:
        value = SCALES.get(times.lower()) or UNITS.index(times.lower())
    elif multiple := match["multiple"]:
        value = MULTIPLES[multiple.lower()]
        if said == "once" and not re.match(r" (?:each|per|every|an? )", text[match.end() :]):
            return None  # at once, once more
    elif ordinal := match["ordinal"]:
        value = SMALL_PARTS.get(ordinal.lower()) or (
            ["first", "second", "third", "fourth", *PARTS[3:]].index(ordinal.lower()) + 1
        )
    else:
        value = 0
        for piece in re.split(r"[\s-]", said):
            if piece in SCALES:
                value = max(value, 1) * SCALES[piece]
            elif piece not in {"a", "an"}:
                value += UNITS.index(piece) if piece in UNITS else 10 * (TENS.index(piece) + 2)
        if said == "one":
            after = re.match(r"\W+(\w+)", text[match.end() :])
            before = re.search(r"(\w+)\W+$", text[: match.start()])
            counts = after and {after[1], after[1].removesuffix("s")} & COUNTABLE
            if not counts or (
                before and before[1].lower() in {"this", "the", "next", "each", "every", "no", "by"}
            ):
                return None
    return Number(*match.span(), match[0], value, 1e-9, word=True)


def neighbours(text):
    """Return what a number becomes if its last word is the one before or after it."""
    if glyph := [g for g in GLYPHS if g == text]:
        return [g for g in GLYPHS if g not in glyph]
    if match := re.fullmatch(r"(.*?)(\d+)(\}?)", text):  # the last digit of a fraction
        return [f"{match[1]}{int(match[2]) + 1}{match[3]}"]
    row = [*UNITS, *TENS]
    for words in (
        [*PARTS],
        [*SMALL_PARTS],
        row,
        [*SCALES],
        [f"{word}fold" for word in [*row, *SCALES]],
        [*MULTIPLES],
    ):
        for i, name in reversed(list(enumerate(words))):
            if match := re.search(rf"\b{name}(?=s?$)", text, re.IGNORECASE):
                return [text[: match.start()] + words[j] for j in (i - 1, i + 1) if 0 <= j < len(words)]
    return ["seven"]
