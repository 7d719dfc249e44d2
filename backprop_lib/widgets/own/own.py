"""A network of one's own: its layers, its functions, its examples and its rate, chosen in fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import numpy as np

from backprop_lib.core import ACTIVATIONS, LOSSES, Array, Network
from backprop_lib.documents import Judge
from backprop_lib.drawing import draw_network, plot_decisions
from backprop_lib.symbols import check_gradients
from backprop_lib.text import counted, fixed
from backprop_lib.widgets.carrier import FieldError
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.own.recipe import Recipe, check_size, table
from backprop_lib.widgets.spoken import Spoken

_OWN = "your own examples"
_TABLES = {
    "exclusive or": "0 0 : 0\n0 1 : 1\n1 0 : 1\n1 1 : 0",
    "and": "0 0 : 0\n0 1 : 0\n1 0 : 0\n1 1 : 1",
    "three classes": "0 0 : 1 0 0\n0 1 : 0 1 0\n1 0 : 0 0 1\n1 1 : 0 1 0",
}
_TUTORIALS = {
    "chapter 1, a blog post of 2016": "002",
    "chapter 3, Evan Moon": "001",
    "chapter 4, Matt Mazur": "mazur",
}
_SEED = r"\d{1,6}"


def own_network(recipe: str = "") -> OwnNetwork:
    """Return fields in which a small network can be put together, with its drawing and its gradients.

    Parameters
    ----------
    recipe : str, optional
        A text that the field “to keep” once held; the network in it is opened.

    Raises
    ------
    ValueError
        If it holds anything else.

    Examples
    --------
    >>> own = own_network()
    >>> own.network
    Network 2-2-1, sigmoid, half_squared_error, 6 weights, 3 biases
    >>> own.layers.value = "2-3-1"
    >>> own.network
    Network 2-3-1, sigmoid, half_squared_error, 9 weights, 4 biases
    """
    if not isinstance(recipe, str):
        raise TypeError("recipe is no text, expected one from the field “to keep”.")
    return OwnNetwork(Recipe.read(recipe) if recipe else None)


class OwnNetwork(OfCell, ipw.VBox):  # type: ignore[misc]
    """Fields for a network of one's own; see `own_network`.

    Attributes
    ----------
    network : Network
    x, t : ndarray, shapes (batch, features) and (batch, outputs)
    learning_rate : float
    text : str
        All of it, to open it again with `own_network`.
    examples, layers, hidden, last, loss, biases, seed, rate, rows, keep, take : ipywidgets
        The fields.
    """

    def __init__(self, recipe: Recipe | None) -> None:
        named = {"style": {"description_width": "initial"}, "layout": {"width": "auto", "max_width": "340px"}}
        tall = {"style": {"description_width": "initial"}, "layout": {"width": "auto", "height": "110px"}}
        alone = [f.name for f in ACTIVATIONS.values() if not f.compares]
        typed = {**named, "continuous_update": False}
        every = [*_TABLES, *_TUTORIALS, _OWN]
        self.examples = ipw.Dropdown(options=every, description="examples of", **named)
        self.layers = ipw.Text(description="layers", **typed)
        self.hidden = ipw.Dropdown(options=alone, description="hidden activation", **named)
        self.last = ipw.Dropdown(options=list(ACTIVATIONS), description="last activation", **named)
        self.loss = ipw.Dropdown(options=list(LOSSES), description="loss", **named)
        self.biases = ipw.Checkbox(description="biases", indent=False)
        self.seed = ipw.Text(description="random weights, seed", **typed)
        self.rate = ipw.Text(description="learning rate η", **typed)
        self.rows = ipw.Textarea(description="inputs : targets", continuous_update=False, **tall)
        self.keep = ipw.Textarea(description="to keep", continuous_update=False, **tall)
        self.take = ipw.Button(description="Open this text", layout={"width": "max-content"})
        self.says, self.view = Spoken(), ipw.HTML()
        self._quiet = False
        self._drawn_seed = ""
        for control, do in (
            (self.examples, self._choose),
            (self.last, self._fit_loss),
            (self.loss, self._fit_last),
            *((field, self._build) for field in (self.layers, self.hidden, self.biases, self.seed)),
            *((field, self._build) for field in (self.rate, self.rows)),
        ):
            control.observe(self._answer(do), "value")
        self.take.on_click(self.says.guarded(self._take))
        columns = {
            "grid_template_columns": "repeat(auto-fit, minmax(min(300px, 100%), 1fr))",
            "max_width": "920px",
        }
        fields = [self.examples, self.layers, self.hidden, self.last, self.loss, self.biases]
        grid = ipw.GridBox([*fields, self.seed, self.rate], layout=columns)
        super().__init__([grid, self.rows, self.says, self.view, self.keep, self.take])
        self.add_class("bp-heard")
        self.add_class("bp-own")
        if recipe is None:
            self._choose()
        else:
            self._show(recipe)

    @property
    def network(self) -> Network:
        """The network, as it was last put together."""
        return self.recipe.net

    @property
    def x(self) -> Array:
        """The inputs, a row for each example."""
        return self.recipe.x

    @property
    def t(self) -> Array:
        """The targets, a row for each example."""
        return self.recipe.t

    @property
    def learning_rate(self) -> float:
        """The learning rate η."""
        return self.recipe.learning_rate

    @property
    def text(self) -> str:
        """All of it as a text, for `own_network`."""
        return self.recipe.text

    def _answer(self, do: Callable[[], None]) -> Callable[[object], None]:
        """Return what answers a field, unless it was set from here."""
        return self._kept(lambda: None if self._quiet else do())

    def _kept(self, do: Callable[[], None]) -> Callable[[object], None]:
        """Return a callback that says what makes no sense, and keeps the network there was."""

        def call() -> None:
            try:
                do()
            except (TypeError, ValueError) as error:
                raise FieldError(f"{error} The network below is as it was before.") from None

        return self.says.guarded(call)

    def _choose(self) -> None:
        """Take the examples of a menu, and a network that fits them."""
        chosen = self.examples.value
        if chosen == _OWN:
            return
        if chosen in _TUTORIALS:
            judge = Judge(_TUTORIALS[chosen])
            net, x, t = judge.example()
            rate = float(judge.document.example().numbers.get("learning_rate", 0.5))
            self._show(Recipe(net, np.atleast_2d(x), np.atleast_2d(t), rate))
            return
        outputs = len(_TABLES[chosen].splitlines()[0].partition(":")[2].split())
        x, t = table(_TABLES[chosen], 2, outputs)
        last, loss = ("softmax", "categorical_cross_entropy") if outputs > 1 else ("sigmoid",) * 2
        loss = loss if outputs > 1 else "half_squared_error"
        net = Network.random([2, 2, outputs], 0, activation=["sigmoid", last], loss=loss)
        self._show(Recipe(net, x, t, 2.0))

    def _fit_loss(self) -> None:
        """Choose a loss that goes with the last activation."""
        needed = next((f.name for f in LOSSES.values() if f.needs == self.last.value == "softmax"), None)
        if LOSSES[self.loss.value].needs not in (None, self.last.value):
            needed = needed or "half_squared_error"
        self._set(loss=needed or self.loss.value)
        self._build()

    def _fit_last(self) -> None:
        """Choose a last activation that goes with the loss."""
        needed = LOSSES[self.loss.value].needs
        if needed is None and ACTIVATIONS[self.last.value].compares:
            needed = "sigmoid"
        self._set(last=needed or self.last.value)
        self._build()

    def _build(self) -> None:
        """Put a network together from what the fields say; weights stay while their shapes do."""
        parts = re.split(r"\s*[-–,\s]\s*", self.layers.value.strip())
        if len(parts) < 2 or not all(re.fullmatch(r"[0-9]{1,4}", part) and int(part) for part in parts):
            expected = "at least two whole numbers with hyphens between, such as 2-3-1"
            raise ValueError(f"“layers” is {self.layers.value[:40]!r}, expected {expected}.")
        sizes = [int(part) for part in parts]
        check_size(sizes, biases=self.biases.value)
        if not re.fullmatch(_SEED, self.seed.value.strip(), re.ASCII):
            raise ValueError(f"“seed” is {self.seed.value[:40]!r}, expected a whole number up to 999999.")
        try:
            rate = float(self.rate.value)
        except ValueError:
            raise ValueError(f"“learning rate η” is {self.rate.value[:40]!r}, expected a number.") from None
        names = [*[self.hidden.value] * (len(sizes) - 2), self.last.value]
        x, t = table(self.rows.value, sizes[0], sizes[-1])
        if not (np.array_equal(x, self.recipe.x) and np.array_equal(t, self.recipe.t)):
            self._set(examples=_OWN)
        old, seed = self.recipe.net, self.seed.value.strip()
        with_biases = old.biases is not None
        if (old.sizes, with_biases, self._drawn_seed) == (sizes, self.biases.value, seed):
            net = Network(old.weights, old.biases, names, self.loss.value)
        else:
            random = {"biases": self.biases.value, "activation": names, "loss": self.loss.value}
            net = Network.random(sizes, int(seed), **random)
        self._show(Recipe(net, x, t, rate))

    def _take(self) -> None:
        """Open the text that stands in the field, or say what is wrong with it."""
        try:
            recipe = Recipe.read(self.keep.value)
        except (TypeError, ValueError) as error:
            raise FieldError(f"{error} The network above is as it was before.") from None
        self._set(examples=_OWN)
        self._show(recipe)

    def _set(self, **values: Any) -> None:
        """Set fields without an answer to each."""
        self._quiet = True
        try:
            for name, value in values.items():
                getattr(self, name).value = value
        finally:
            self._quiet = False

    def _show(self, recipe: Recipe) -> None:
        """Show a recipe: its fields, its numbers and its pictures."""
        net, x, t = recipe.net, recipe.x, recipe.t
        agreed = check_gradients(net, x, t)
        names = [f.name for f in net.activations]
        seed = self.seed.value.strip()
        self._set(
            layers="-".join(map(str, net.sizes)),
            hidden=names[0] if len(names) > 1 else "sigmoid",
            last=names[-1],
            loss=net.loss_rule.name,
            biases=net.biases is not None,
            seed=seed if re.fullmatch(_SEED, seed, re.ASCII) else "0",
            rate=f"{recipe.learning_rate:.15g}",
            rows="\n".join(f"{_row(a)} : {_row(b)}" for a, b in zip(x, t, strict=True)),
            keep=recipe.text,
        )
        self.recipe, self._drawn_seed = recipe, self.seed.value
        which = "For this example" if len(x) == 1 else f"For these {len(x)} examples"
        loss = f"{which} its loss is E = {fixed(net.loss(x, t))}"
        self.says.say(f"{net!r}. {loss}, with {counted(len(net.by_name()), 'gradient')}. {_agree(agreed)}")
        trace, target = net.forward(x[0]), t[0]
        drawn = [draw_network(net, trace, net.gradients(x[0], t[0]), target, net.loss(x[0], t[0]))]
        drawn += [plot_decisions(net, x, t)] if net.sizes[0] == 2 else []
        caption = "<p>The drawing shows the first example.</p>" if len(x) > 1 else ""
        pictures = "".join(p._repr_mimebundle_()["text/html"] for p in drawn)
        narrow = "display: grid; grid-template-columns: minmax(0, 1fr)"  # wide pictures scroll by themselves
        self.view.value = f'<div style="{narrow}">{caption}{pictures}</div>'

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the view, and the pictures where no widget can be shown."""
        return {**super()._repr_mimebundle_(**kwargs), "text/html": self.view.value}

    def __repr__(self) -> str:
        return f"Your own network: {self.says.sentence}"


def _agree(agreement: Any) -> str:
    """Return that the witnesses agree, in words."""
    heard = ", ".join(agreement.witnesses)
    return f"All witnesses ({heard}) agree on every one of them."


def _row(numbers: Array) -> str:
    return " ".join(f"{number:.15g}" for number in numbers.tolist())
