"""The GS1 code on a vial's carton: product number (01), expiry (17), lot (10), serial (21).

The same reader as the screen's (web/src/numbers/gs1.ts); both are held to tests/golden/gs1_vectors.json.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

SEPARATOR = "\x1d"
FIXED = {"01": 14, "11": 6, "17": 6}
LONGEST = {"10": 20, "21": 20}
# A scanner says first which kind of symbol it read: DataMatrix, Code 128, QR.
SYMBOL = re.compile(r"^\](d2|C1|Q3)")
# GS1 General Specifications 7.12: two-digit years 51 to 99 belong to the last century, seen from this one.
LAST_CENTURY_FROM = 51


@dataclass(frozen=True, slots=True, kw_only=True)
class Carton:
    """What the code says; a part that it does not hold is None."""

    gtin: str
    lot: str | None = None
    expires: date | None = None
    serial: str | None = None


def read_carton(text: str) -> Carton | None:
    """Return what a scanned code says, or None when `text` is no such code.

    Parameters
    ----------
    text : str
        As a hand scanner types it (with or without symbology identifier), or the bracketed text printed below the code.

    Notes
    -----
    A lot of its own can begin with 10 or 21; only a code with a valid product number is taken for a carton, so that a
    typed lot stays what was typed.

    References
    ----------
    .. [1] GS1 General Specifications, sections 3.2 (application identifiers), 7.9 (check digit), 7.12 (dates).
    """
    fields = _fields(_plain_text(text))
    if fields is None:
        return None
    gtin, printed = fields.get("01", ""), fields.get("17")
    expires = _day(printed) if printed else None
    if not is_gtin(gtin) or (printed and expires is None):
        return None
    return Carton(gtin=gtin, lot=fields.get("10"), expires=expires, serial=fields.get("21"))


def is_gtin(text: str) -> bool:
    """Return whether `text` is a 14-digit product number whose check digit holds."""
    if not re.fullmatch(r"[0-9]{14}", text):
        return False
    return sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(text)) % 10 == 0


def _plain_text(text: str) -> str:
    rest = SYMBOL.sub("", text.strip())
    if re.match(r"^\([0-9]{2}\)", rest):
        return re.sub(r"\(([0-9]{2})\)", SEPARATOR + r"\1", rest)[1:]
    return rest


def _fields(rest: str) -> dict[str, str] | None:
    """Return the fields by identifier, or None at the first thing that is none."""
    found: dict[str, str] = {}
    while rest:
        name, body = rest[:2], rest[2:]
        size = FIXED.get(name)
        if size is not None:
            value, rest = body[:size], body[size:].removeprefix(SEPARATOR)
            if not re.fullmatch(rf"[0-9]{{{size}}}", value):
                return None
        elif name in LONGEST:
            value, _, rest = body.partition(SEPARATOR)
            if not 1 <= len(value) <= LONGEST[name]:
                return None
        else:
            return None
        found[name] = value
    return found


def _day(text: str) -> date | None:
    """Return YYMMDD as a date; day 00 is the last of the month."""
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    if not 1 <= month <= 12:
        return None
    full = (1900 if year >= LAST_CENTURY_FROM else 2000) + year
    last = monthrange(full, month)[1]
    return date(full, month, day or last) if day <= last else None
