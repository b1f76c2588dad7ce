"""Use cases of the reference data: show a row, search, list the sources."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.core.errors import UnknownNameError
from reprieve.reference._names import unknown
from reprieve.reference.all_sources import SourceEntry, all_sources
from reprieve.reference.formulary_rows import formulary_rows
from reprieve.reference.rows import ReferenceRow, anatomy_rows, matching


@dataclass(frozen=True, slots=True)
class ShownRow:
    """What an id stands for, with the sources of its facts; exactly one of `row` and `source` is set."""

    row: ReferenceRow | None
    source: SourceEntry | None
    sources: tuple[SourceEntry, ...]


def reference_rows() -> tuple[ReferenceRow, ...]:
    """Return every row of the reference data."""
    return (*anatomy_rows(), *formulary_rows())


def show_reference(name: str) -> ShownRow:
    """Return the row or source `name`.

    Raises
    ------
    UnknownNameError
        With near matches.
    """
    rows = {row.id: row for row in reference_rows()}
    row = rows.get(name) or rows.get(name.strip().lower().replace("-", "_"))
    if row is not None:
        keys = dict.fromkeys(key for fact in row.facts for key in fact.source.split(", "))
        return ShownRow(row, None, tuple(all_sources()[key] for key in keys if key in all_sources()))
    if name in all_sources():
        return ShownRow(None, all_sources()[name], ())
    raise unknown("row or source", name, [*rows, *all_sources()])


def search_reference(text: str, *, kind: str | None = None) -> list[ReferenceRow]:
    """Return the rows in which every word of `text` occurs, the best match first.

    Raises
    ------
    UnknownNameError
        No row is of the kind `kind`.
    """
    rows = reference_rows()
    if kind is not None:
        _check_known("kind of row", kind, {row.kind for row in rows})
    return [row for row in matching(rows, text) if kind is None or row.kind == kind]


def list_sources(
    text: str | None = None, *, grade: str | None = None, catalogue: str | None = None
) -> list[SourceEntry]:
    """Return the sources whose key or citation holds `text`, of one grade or one table if asked.

    Raises
    ------
    UnknownNameError
        No source has that grade or stands in that table.
    """
    words = (text or "").lower().split()
    entries = all_sources().values()
    if grade is not None:
        _check_known("grade", grade, {entry.grade for entry in entries})
    if catalogue is not None:
        _check_known("table of sources", catalogue, {name for entry in entries for name in entry.catalogues})
    return [
        entry
        for entry in entries
        if all(word in f"{entry.key} {entry.citation}".lower() for word in words)
        and (grade is None or entry.grade == grade)
        and (catalogue is None or catalogue in entry.catalogues)
    ]


def _check_known(what: str, name: str, known: set[str]) -> None:
    """Refuse a name that selects nothing by a slip: an empty answer would read as "there is none"."""
    if name not in known:
        raise UnknownNameError(f"no {what} {name!r}; choose one of {', '.join(sorted(known))}")
