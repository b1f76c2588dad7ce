"""Muscles for the record: names of the catalogue, label groups and glands; rows of doses; plain words."""

from __future__ import annotations

from collections.abc import Sequence

from reprieve.core.dose import plain
from reprieve.core.errors import InputError, UnknownNameError
from reprieve.record.chart import GivenInjection
from reprieve.record.plan import Injection
from reprieve.reference.muscle_catalogue import label_groups, muscle, target_members


def check_muscle(name: str) -> None:
    """Refuse a name that is neither a catalogue muscle nor a label group or gland.

    Raises
    ------
    UnknownNameError
        With near matches.
    """
    target_members(name)


def check_injections(rows: Sequence[Injection | GivenInjection]) -> None:
    """Refuse a row without a known muscle, with units that are not positive, or sites and volume out of bounds."""
    for row in rows:
        check_muscle(row.muscle)
        if not row.units > 0:
            raise InputError(f"units of {row.muscle} must be positive, but got {plain(row.units)}; correct it")
    check_amounts(rows)


def check_amounts(rows: Sequence[Injection | GivenInjection]) -> None:
    """Refuse numbers of sites and volumes that no muscle gets; the muscle's name is not looked at."""
    for row in rows:
        if row.sites is not None and not 0 < row.sites <= 200:
            raise InputError(f"sites of {row.muscle} must lie between 1 and 200, but got {row.sites}; correct it")
        if row.volume_ml is not None and not 0 < row.volume_ml <= 100:
            raise InputError(f"volume_ml of {row.muscle} must lie above 0, but got {row.volume_ml} mL; correct it")


def muscle_words(name: str, side: str | None) -> str:
    """Return a muscle and its side in plain words: ``Splenius capitis, left``."""
    group = label_groups().get(name)
    try:
        told = group.name if group else muscle(name).name
    except UnknownNameError:
        told = name.replace("_", " ")
    told = told[:1].upper() + told[1:]
    return f"{told}, {side}" if side in ("left", "right", "both") else told
