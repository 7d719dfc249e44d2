"""The mistakes that have a name: the words for each of them, in one place."""

from __future__ import annotations

from enum import Enum


class Mistake(Enum):
    """The name of each mistake, and the sentence that a learner reads; {where} is a factor or a symbol."""

    SIGN = "sign", "This is exactly −1 times the right answer: look {where}."
    FACTOR = "factor", "This is exactly {where}."
    MEAN = "mean for sum", "This is exactly {where}: the loss is the sum over the outputs, not their mean."
    ERROR_FORGOTTEN = "error forgotten", "The slope of the loss is missing: the chain begins with {where}."
    SLOPE_FORGOTTEN = "slope forgotten", "The slope of the activation is missing: {where}."
    WEIGHT_FORGOTTEN = "weight forgotten", "The weight on the way back is missing: {where}."
    INPUT_FORGOTTEN = "input forgotten", "The last factor is missing: {where}."
    SLOPE_TWICE = "slope twice", "The slope of the activation is in it twice: look at {where}."
    FACTOR_TWICE = "factor twice", "A factor is in it twice: look at {where}."
    Z_FOR_A = "z for a", "A pre-activation z is in the place of its activation a: look at {where}."
    SLOPE_AT_A = "slope at a", "The activation is applied to a, which is its result already: look at {where}."
    PATH_MISSING = "path missing", "A path is missing, the one through {where}: all paths are added."
    PATH_SUBTRACTED = (
        "path subtracted",
        "A path has the wrong sign, the one through {where}: all paths are added.",
    )
    PATHS_MULTIPLIED = "paths multiplied", "The paths are multiplied: they have to be added{where}."
    TRANSPOSED = "transposed", "The two indices are swapped, as in a transposed matrix: look at {where}."
    WRONG_WEIGHT = "wrong weight", "Another weight is in the place of {where}."
    WRONG_INPUT = "wrong input", "The input is not the one that this weight multiplies: look at {where}."
    WRONG_NEURON = "wrong neuron", "Something of another neuron is in the place of {where}."
    OTHER_PART = (
        "wrong part of the product",
        "The derivative of w·a with respect to one of the two is the other one: look at {where}.",
    )
    INPUT_AT_BIAS = "input at a bias", "A bias is added, and nothing multiplies it: {where} is 1."
    NEW_WEIGHT = (
        "new weight",
        "An updated weight is in the place of {where}: compute all derivatives before you change a weight.",
    )
    RATE = "rate left in", "The learning rate is in it, and it belongs to the step: you need only {where}."
    STEP = "step taken", "This is the parameter after a step: you need only {where}."
    TARGETS_SUM = "sum of the targets", "This is right only where the targets add up to 1: look at {where}."
    NOT_A_SLOPE = "value for slope", "You have a quantity itself in the place of its derivative {where}."
    PART = "part of a factor", "Only a part of the factor is there: look at {where}."
    SIGN_INSIDE = "sign inside", "A sign inside a factor is wrong: look at {where}."
    OTHER_RULE = (
        "another function's slope",
        "Another function's slope is in the place of {where}: look at this network's activations and loss.",
    )
    UPSIDE_DOWN = "upside down", "A factor is upside down: look at {where}."
    CUT_SHORT = "chain cut short", "The chain is not complete: {where} are missing."
    ANOTHER = "another derivative", "This is {where}."
    CONSTANT = (
        "constant",
        "It does not depend on anything, and {where} changes with the numbers of the network.",
    )
    ZERO = "zero", "It is 0 whatever the numbers are, and {where} is not."
    NUMBERS = (
        "numbers for letters",
        "At this example it gives the right number, and elsewhere not: write {where}.",
    )
    ROUNDING = "rounding", "It is not far off, and agrees to {where}: round only the final result."

    @property
    def word(self) -> str:
        """The mistake's name."""
        return str(self.value[0])

    def sentence(self, where: str = "") -> str:
        """Return the sentence about this mistake.

        Examples
        --------
        >>> Mistake.SLOPE_FORGOTTEN.sentence("∂a2[0]/∂z2[0]")
        'The slope of the activation is missing: ∂a2[0]/∂z2[0].'
        """
        return str(self.value[1]).format(where=where)
