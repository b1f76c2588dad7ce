"""The vials of a plan, each with the words by which findings name it."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.plan.safety.case import Case
from reprieve.record.plan import Vial


def vials_of(case: Case) -> Iterator[tuple[Vial, str]]:
    """Yield each vial of the plan and its number, with its lot where told."""
    rows = case.plan.reconstitution.vials if case.plan.reconstitution else ()
    for number, vial in enumerate(rows, start=1):
        yield vial, f"vial {number}" + (f" lot {vial.lot}" if vial.lot else "")


def begin(subject: str) -> str:
    """Return `subject` to begin a sentence; the letters of a lot stay as they are."""
    return subject[:1].upper() + subject[1:]
