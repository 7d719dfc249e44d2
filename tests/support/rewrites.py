"""Write the same derivative in other words: random steps, each of which changes the form and not the value.

A sigmoid is written with exponentials, z as w·x, a sum is multiplied out, a number becomes a decimal. The
program has the rules of a network from `slips`, and nothing from the package.
"""

import sympy as sp


class Rewriter:
    """Rewrites expressions in the symbols of a network, at random.

    Parameters
    ----------
    forward : Forward
    random : random.Random
    """

    def __init__(self, forward, random):
        self.random = random
        self.layer = {}  # symbol of an activation or a pre-activation: its layer, neuron and rule
        for layer in range(1, forward.last + 1):
            for i, (z, a) in enumerate(zip(forward.z[layer], forward.a[layer], strict=True)):
                self.layer[z] = (layer, i, None)
                self.layer[a] = (layer, i, forward.rules[layer])
        self.forward = forward

    def rewritten(self, expression, steps=4):
        """Return the expression after some random steps."""
        for _ in range(self.random.randint(1, steps)):
            step = self.random.choice(
                [
                    self.activation,
                    self.activation,
                    self.activation,
                    self.sum,
                    self.expanded,
                    self.split,
                    self.shifted,
                    self.decimal,
                    self.turned,
                    self.collected,
                ]
            )
            new = step(expression)
            if new.count_ops() < 700:
                expression = new
        return expression

    def pick(self, expression, kinds):
        found = sorted(
            (part for part in sp.preorder_traversal(expression) if isinstance(part, kinds)), key=str
        )
        return self.random.choice(found) if found else None

    def symbol(self, expression, letter):
        found = sorted(
            (s for s in expression.free_symbols if s in self.layer and s.name[0] == letter), key=str
        )
        return self.random.choice(found) if found else None

    def activation(self, expression):
        """Write an activation with its rule, in one of the forms that it has."""
        if (a := self.symbol(expression, "a")) is None:
            return expression
        layer, i, rule = self.layer[a]
        z = self.forward.z[layer][i]
        forms = [self.forward.activation(layer, i)]
        if rule == "sigmoid":
            forms += [
                sp.exp(z) / (1 + sp.exp(z)),
                1 - 1 / (1 + sp.exp(z)),
                (1 + sp.tanh(z / 2)) / 2,
                sp.Function("sigmoid")(z),
            ]
        elif rule == "tanh":
            e = sp.exp
            forms += [(e(z) - e(-z)) / (e(z) + e(-z)), 2 / (1 + e(-2 * z)) - 1, sp.sinh(z) / sp.cosh(z)]
        elif rule == "relu":
            forms += [sp.Max(0, z), z * sp.Heaviside(z), (z + sp.Abs(z)) / 2]
        return expression.xreplace({a: self.random.choice(forms)})

    def sum(self, expression):
        """Write a z as the sum that it is."""
        if (z := self.symbol(expression, "z")) is None:
            return expression
        layer, i, _ = self.layer[z]
        return expression.xreplace({z: self.forward.sum(layer, i)})

    def expanded(self, expression):
        """Multiply out a part, or all."""
        part = self.random.choice([expression, self.pick(expression, sp.Mul) or expression])
        return expression.xreplace({part: sp.expand(part, deep=self.random.random() < 0.5)})

    def split(self, expression):
        """Write u as u·s + u·(1 − s)."""
        part, s = self.pick(expression, (sp.Symbol, sp.Mul)), self.pick(expression, sp.Symbol)
        return (
            expression
            if s is None or self.in_function(expression, part)
            else expression.xreplace({part: part * s + part * (1 - s)})
        )

    def shifted(self, expression):
        """Write a(1 − a) as ¼ − (a − ½)², wherever it is."""
        a = self.symbol(expression, "a")
        if a is None or self.layer[a][2] == "relu":
            return expression
        return expression.xreplace({1 - a: 1 / a * (sp.Rational(1, 4) - (a - sp.Rational(1, 2)) ** 2)})

    def decimal(self, expression):
        """Write a number with a point."""
        number = self.pick(expression, sp.Rational)
        if number is None or number in (1, -1) or 1000 % number.q or self.in_exponent(expression, number):
            return expression
        return expression.xreplace({number: sp.Float(str(float(number)))})

    def turned(self, expression):
        """Write a difference as minus the opposite one."""
        part = self.pick(expression, sp.Add)
        return expression if part is None else expression.xreplace({part: sp.Mul(-1, -part, evaluate=False)})

    def collected(self, expression):
        """Take out what all terms share."""
        return sp.factor_terms(expression)

    def in_exponent(self, expression, part):
        return any(part in (p.exp, -p.exp) for p in expression.atoms(sp.Pow))

    def in_function(self, expression, part):
        return any(g.has(part) for g in expression.atoms(sp.Function, sp.Piecewise))
