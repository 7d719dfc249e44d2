"""Calls checked by beartype: an int will do for a float, and a float for a complex number."""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
