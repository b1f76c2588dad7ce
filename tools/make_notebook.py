"""Write docs/tutorials/response.ipynb from docs/tutorials/response.md. Run: python tools/make_notebook.py

The page is the source: its Python blocks become cells of code, its words cells of text. Outputs are left out; running
the notebook makes them.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "tutorials"
SOURCE, PAGE = FOLDER / "response.md", FOLDER / "response.ipynb"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def notebook(text: str) -> str:
    """Return the notebook of the page `text` as JSON."""
    cells: list[dict[str, Any]] = []
    position = 0
    for block in _BLOCK.finditer(text):
        _add(cells, "markdown", text[position : block.start()])
        # The text block behind a cell of code shows what it prints; a notebook prints it itself.
        if block.group(1) == "python":
            _add(cells, "code", block.group(2))
        elif block.group(1) != "text":
            _add(cells, "markdown", block.group())
        position = block.end()
    _add(cells, "markdown", text[position:])
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _add(cells: list[dict[str, Any]], kind: str, text: str) -> None:
    body = text.strip("\n")
    if not body.strip():
        return
    name = hashlib.sha256(f"{len(cells)} {body}".encode()).hexdigest()[:8]
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": body.splitlines(keepends=True)}
    cells.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))


if __name__ == "__main__":
    PAGE.write_text(notebook(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
