"""One clear line for a name that the reference data do not hold."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from reprieve.core.errors import UnknownNameError

LONGEST = 60


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Return the error for an unknown `name` of `kind`, with the nearest known names."""
    names = list(known)
    # A name as long as a file is a file in the wrong place; it need not be told back whole.
    name = str(name) if len(str(name)) <= LONGEST else f"{str(name)[:LONGEST]}..."
    wanted = name.strip().lower().replace(" ", "_").replace("-", "_")
    near = [entry for entry in names if wanted and wanted in entry]
    near += [entry for entry in get_close_matches(wanted, names, n=3, cutoff=0.6) if entry not in near]
    search = wanted if wanted.isprintable() and wanted else kind
    hint = f"near matches: {', '.join(near[:3])}" if near else f"`reprieve reference search {search}` helps"
    return UnknownNameError(f"no {kind} {name!r} in the reference data; {hint}")
