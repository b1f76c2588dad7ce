"""Write docs/reference/library.md from the docstrings of `import reprieve`. Run: python tools/document_library.py"""

from __future__ import annotations

import inspect
from pathlib import Path

import reprieve

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "library.md"
HEAD = """# Library

Written by `tools/document_library.py` from the docstrings. `import reprieve` loads none of them; each is loaded at its
first use. A document may be given as its typed value, as the mapping that its JSON reads as, or as the path of its
file. The functions that draw need the extra `plots`, data frames the extra `frames`.
"""


def page() -> str:
    """Return the text of the page."""
    names = [name for name in reprieve.__all__ if name != "__version__"]
    functions = [name for name in names if inspect.isfunction(getattr(reprieve, name))]
    types = [name for name in names if name not in functions]
    lines = [HEAD, "## Functions\n", *(_entry(name) for name in functions), "## Types\n"]
    lines += [f"- `reprieve.{name}`: {_first_line(name)}" for name in types]
    return "\n".join(lines) + "\n"


def _entry(name: str) -> str:
    found = getattr(reprieve, name)
    text = inspect.cleandoc(found.__doc__ or "")
    return f"### {name}\n\n```text\n{name}{_signature(found)}\n\n{text}\n```\n"


def _signature(found: object) -> str:
    told = inspect.signature(found)  # type: ignore[arg-type]
    parts = []
    for parameter in told.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        parts.append(parameter.name + default)
    return f"({', '.join(parts)})"


def _first_line(name: str) -> str:
    return (getattr(reprieve, name).__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
