"""Numbers that a record may hold at all."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

from reprieve.core.errors import InputError

LARGEST_EXPONENT = 15
DIGITS = 40


def check_numbers(value: Any, name: str = "a number") -> None:
    """Refuse a number beyond any figure of a record: ``1e999999999`` is eleven signs, and a gigabyte once written."""
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT or len(value.as_tuple().digits) > DIGITS:
            raise InputError(f"{name} is beyond any figure of a record; correct it")
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            check_numbers(getattr(value, field.name), field.name)
    elif isinstance(value, dict | tuple):
        for entry in value.values() if isinstance(value, dict) else value:
            check_numbers(entry, name)
