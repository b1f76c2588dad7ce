"""Dates and weeks: the one definition that every room uses.

All intervals are counted on calendar dates of the clinic; no clock time, no zone and so no daylight saving enters them.
A week is seven days. Ages are counted in completed years; a person born on 29 February has their birthday on 1 March
in other years.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from reprieve.core.errors import DateError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def days_between(earlier: date, later: date) -> int:
    """Return the days from `earlier` to `later`; negative when they run backwards."""
    return (later - earlier).days


def weeks_between(earlier: date, later: date) -> Decimal:
    """Return the exact weeks (days / 7) from `earlier` to `later`; "weeks since" has no other definition."""
    return Decimal(days_between(earlier, later)) / 7


def completed_weeks(earlier: date, later: date) -> int:
    """Return whole weeks gone by from `earlier` to `later`; negative dates raise `DateError`."""
    days = days_between(earlier, later)
    if days < 0:
        raise DateError(f"{later} lies before {earlier}; dates must not run backwards, check both")
    return days // 7


def age_years(birth_date: date, on: date) -> int:
    """Return completed years of age on the date `on`.

    Raises
    ------
    DateError
        If `on` lies before `birth_date`.
    """
    if on < birth_date:
        raise DateError(f"date of birth {birth_date} lies after {on}; check both dates")
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (0 if had_birthday else 1)


def years_later(day: date, years: int) -> date:
    """Return the same day `years` later; 29 February becomes 1 March where there is none, never a day too early.

    >>> years_later(date(2024, 2, 29), 10)
    datetime.date(2034, 3, 1)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def iso_date(text: str, what: str = "date") -> date:
    """Return the date written in `text` as YYYY-MM-DD, or raise `DateError` with one clear line.

    Python reads more: 20261126 and the week 2026-W48-4. Neither is what anybody means to write here.
    """
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise DateError(f"{what} must be a date as YYYY-MM-DD, but got {text!r}; correct it") from None


def iso_day(text: str, what: str = "date") -> date:
    """Return the calendar day of a date, or of a time that begins with one, as a table or another program writes it.

    >>> iso_day("2026-11-26T23:30:00+01:00")
    datetime.date(2026, 11, 26)
    """
    if isinstance(text, str) and len(text) > 10 and text[10] in "T ":
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise DateError(f"{what} begins as a date but goes on as {text[10:50]!r}; write YYYY-MM-DD") from None
        return iso_date(text[:10], what)
    return iso_date(text, what)
