"""Plain JSON out of typed values, the same bytes each time."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final

from reprieve.core.dose import Dose, plain

# Metadata of a dataclass field that is left out of the JSON while it is empty. For a field that came later than
# documents which are hashed or signed: they keep the bytes they had.
WHEN_SET: Final = {"told": "when set"}


def as_json(value: Any) -> Any:
    """Return `value` as dicts, lists, strings and numbers: decimals as strings, dates as ISO, enums by value."""
    fields = _fields(type(value))
    if fields is not None:
        return {name: as_json(told) for name, always in fields if (told := getattr(value, name)) or always}
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Enum):
        return as_json(value.value)
    if isinstance(value, Dose):
        return {"units": plain(value.units), "product": value.product}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): as_json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        entries = sorted(value) if isinstance(value, set | frozenset) else value
        return [as_json(entry) for entry in entries]
    if isinstance(value, float):
        # JSON has no NaN and no infinity: an unknown figure is null, never 0.
        return value if value == value and abs(value) != float("inf") else None
    listed = getattr(value, "tolist", None)  # NumPy arrays and scalars, without importing NumPy here
    if listed is not None:
        return as_json(listed())
    raise TypeError(f"no JSON form for {type(value).__name__}")


@cache
def _fields(kind: type) -> tuple[tuple[str, bool], ...] | None:
    """Return the fields of a dataclass that is told field by field, and whether each is told while it is empty.

    None for every other type.
    """
    if issubclass(kind, Dose) or not dataclasses.is_dataclass(kind):
        return None
    return tuple((field.name, field.metadata != WHEN_SET) for field in dataclasses.fields(kind))


def canonical(value: Any) -> bytes:
    """Return the one canonical UTF-8 JSON form of `value`, for hashing and for byte-identical results."""
    return json.dumps(as_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
