"""The code of other libraries that chapter 6 prints, by the library that it imports, and what it may use."""

import json
import re
from pathlib import Path

PATH = Path(__file__).parents[2] / "notebooks/06_any_depth.ipynb"
CELLS = json.loads(PATH.read_text(encoding="utf-8"))["cells"]
(TEXT,) = ("".join(cell["source"]) for cell in CELLS if cell["id"] == "bridge-text")
PRINTED = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
BLOCKS = {re.search(r"import (\w+)", block)[1]: block for block in PRINTED}


def namespace():
    """Return what the first cell of the chapter makes."""
    made = {"__name__": "__main__"}
    exec("".join(next(cell["source"] for cell in CELLS if cell["cell_type"] == "code")), made)
    return made
