"""Write docs/references.bib from the sources of the reference data. Run: python tools/make_references.py"""

from __future__ import annotations

import re
from pathlib import Path

from reprieve.reference.all_sources import SourceEntry, all_sources

PAGE = Path(__file__).resolve().parent.parent / "docs" / "references.bib"
HEAD = """% Written by tools/make_references.py from the sources of the reference data; do not edit.
% The citation stands as the data have it. "grade" tells the kind of document, "read" what was really seen of it.
"""
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s;,\"<>]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def bibliography() -> str:
    """Return the text of the file: one entry for each source, by key."""
    return HEAD + "".join(_entry(entry) for _, entry in sorted(all_sources().items()))


def key_of(key: str) -> str:
    """Return `key` as BibTeX takes it; keys that are addresses lose their slashes."""
    return re.sub(r"[^A-Za-z0-9_:.+-]+", "_", key).strip("_")


def _entry(entry: SourceEntry) -> str:
    doi, years = _DOI.search(entry.citation), _YEAR.findall(entry.citation)
    fields = {
        "title": entry.citation,
        "year": years[-1] if years else None,
        "doi": doi.group().rstrip(".)") if doi else None,
        "howpublished": entry.where,
        "note": f"grade: {entry.grade}; read: {entry.read}; used by: {', '.join(entry.catalogues)}",
    }
    lines = [f"  {name} = {{{_escaped(value)}}}," for name, value in fields.items() if value]
    return "\n@misc{" + key_of(entry.key) + ",\n" + "\n".join(lines) + "\n}\n"


def _escaped(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "/").replace("{", "(").replace("}", ")")
    return re.sub(r"([%&#$])", r"\\\1", plain)


if __name__ == "__main__":
    PAGE.write_text(bibliography(), encoding="utf-8")
