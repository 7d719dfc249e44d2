"""What is being computed in a step, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backprop_lib.core import Network
from backprop_lib.text import fixed, plain_name


class Words:
    """Sentences about the quantities of one network; `numbers` holds their values by name."""

    def __init__(self, net: Network, numbers: Mapping[str, float]) -> None:
        self.net, self.numbers = net, numbers
        self.single = max(net.sizes) == 1

    def start(self) -> str:
        """Return what is known before the first step."""
        given = "inputs, weights, biases" if self.net.biases is not None else "inputs, weights"
        return f"before the pass. The {given} and targets are given; everything else is still to be computed."

    def arrives(self, layer: int, i: int) -> str:
        """Return how z comes about."""
        several = self.net.sizes[layer - 1] > 1
        each = "each input times the weight of its edge, added up"
        weighed = each if several else "its input times the weight"
        bias = ", plus the bias" if self.net.biases is not None else ""
        return f"what arrives at {self._neuron(layer, i)}: {weighed}{bias}."

    def leaves(self, layer: int, i: int) -> str:
        """Return how a comes about."""
        rule = self.net.activations[layer - 1].name
        return f"what leaves {self._neuron(layer, i)}: the {rule} of {self._plain(f'z{layer}[{i}]')}."

    def loss(self) -> str:
        """Return what the loss is."""
        added = ", added up over the outputs" if self.net.sizes[-1] > 1 else ""
        return f"how wrong the answer is: {self.net.loss_rule.name.replace('_', ' ')}{added}."

    def begins(self, a: str) -> str:
        """Return what ∂E/∂a of an output asks."""
        slope = self.numbers[f"∂E/∂{a}"]
        would = "not change" if slope == 0 else "rise" if slope > 0 else "fall"
        return f"the way back begins. If {self._plain(a)} grew a little, the loss would {would}. How fast?"

    def meets(self, a: str, uses: Sequence[str], effects: Sequence[float]) -> str:
        """Return why the effects of a on the loss are added: `uses` are the z it goes to."""
        name, through = self._plain(a), [self._plain(k) for k in uses]
        if len(uses) == 1:
            back = f"what arrived there, δ = ∂E/∂{through[0]}, times the weight between"
            return f"{name} reaches the loss only through {through[0]}. So: {back}."
        at_once = "both" if len(uses) == 2 else "all"
        against = " Here they pull in opposite directions." if min(effects) < 0 < max(effects) else ""
        return (
            f"{name} reaches the loss on {len(uses)} paths, through {', '.join(through[:-1])} and "
            f"{through[-1]}. A nudge of {name} takes {at_once} of them at once, "
            f"so their effects on the loss are added.{against}"
        )

    def slope(self, z: str, a: str, cancels: bool) -> str:
        """Return how ∂E/∂z follows from ∂E/∂a."""
        extra = " The same slope stands below the line and cancels." if cancels else ""
        z, a = self._plain(z), self._plain(a)
        return f"back through the activation. A nudge of {z} reaches {a} times the slope there.{extra}"

    def gradient(self, w: str, z: str, came_in: str) -> str:
        """Return how ∂E/∂w follows from ∂E/∂z; `came_in` is what w is multiplied by, "1" for a bias."""
        p, q, v = self._plain(w), self._plain(z), self._plain(came_in)
        if came_in == "1":
            return f"a nudge of the bias {p} moves {q} by just as much. So its gradient is δ itself."
        words = f"a nudge of {p} moves {q} by {v} times as much. So: δ of {q} times what came in."
        if self.numbers[came_in] == 0:
            words += " Nothing came in, so this weight can change nothing now."
        return words

    def update(self, w: str, rate: float) -> str:
        """Return which way a parameter goes."""
        g = self.numbers[f"∂E/∂{w}"]
        sign = "zero" if g == 0 else "positive" if g > 0 else "negative"
        moves = "stays" if g * rate == 0 else "falls" if g * rate > 0 else "grows"
        step, too = "a step against the gradient", ""
        if rate <= 0:
            step, which = ("a step of no length", "zero") if rate == 0 else ("a step uphill", "negative")
            too = f" and the learning rate {which}"
        return f"{step}. The gradient is {sign}{too}, so {self._plain(w)} {moves}."

    def after(self, loss: float) -> str:
        """Return what the update has done to the loss."""
        old = self.numbers["E"]
        change = "fell" if loss < old else "rose" if loss > old else "is as it was"
        return f"a second forward pass, with the new weights. The loss was {fixed(old)} and {change}."

    def _plain(self, name: str) -> str:
        return plain_name(name, self.single)

    def _neuron(self, layer: int, i: int) -> str:
        which = "output" if layer == len(self.net.weights) else "hidden"
        if self.net.sizes[layer] == 1:
            return f"the {which} neuron" if len(self.net.sizes) < 4 or which == "output" else f"layer {layer}"
        return f"{which} neuron {i}" + (f" of layer {layer}" if len(self.net.sizes) > 3 else "")
