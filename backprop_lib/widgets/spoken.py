"""The line in which a box of controls speaks, with a picture beneath it where there is one."""

from __future__ import annotations

from typing import Any

import traitlets

from backprop_lib.widgets.carrier import Answering, module, sheet


class Spoken(Answering):
    """A line that screen readers read out, for the controls of the box of class `bp-heard` that it stands in.

    Attributes
    ----------
    picture : str
        HTML beneath the line. A click into a rectangle in it chooses the nearest of the `places`.
    grounds : list of str
        Addresses of what lies behind the picture.
    places : list of list of float
        Across and up, as shares of the rectangle.
    clicked : int, int, int
        How often somebody clicked, and the last time on which places.

    Examples
    --------
    >>> spoken = Spoken()
    >>> spoken.say("It is 3 < 4.")
    >>> spoken
    It is 3 < 4.
    """

    _esm = module(__file__, "spoken.js")
    _css = sheet(__file__, "spoken.css")
    picture = traitlets.Unicode().tag(sync=True)
    grounds: Any = traitlets.List().tag(sync=True)
    places: Any = traitlets.List([[], []]).tag(sync=True)
    clicked = traitlets.Tuple(traitlets.Int(), traitlets.Int(), traitlets.Int(), default_value=(0, 0, 0)).tag(
        sync=True
    )

    def say(self, sentence: str, lines: str = "", picture: str = "") -> None:
        """Say a sentence, and show a picture beneath it; what was there before goes."""
        with self.hold_sync():
            self.picture = picture
            super().say(sentence, lines)

    def __repr__(self) -> str:
        return self.sentence
