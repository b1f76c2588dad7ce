"""Dates: one definition of week and age (S26)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.dates import age_years, completed_weeks, days_between, iso_date, iso_day, weeks_between, years_later
from reprieve.core.errors import DateError

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
        (date(1970, 11, 24), date(2026, 11, 23), 55),
        (date(1970, 11, 24), date(2026, 11, 24), 56),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_S26_age_is_in_completed_years(birth: date, on: date, age: int) -> None:
    assert age_years(birth, on) == age


def test_S26_birth_after_the_day_is_refused() -> None:
    with pytest.raises(DateError, match="lies after"):
        age_years(date(2026, 1, 2), date(2026, 1, 1))


def test_S26_weeks_cross_the_change_of_clocks_unharmed() -> None:
    # 25 October 2026 has 25 hours in most of Europe; calendar days do not care.
    assert weeks_between(date(2026, 10, 18), date(2026, 11, 1)) == 2
    assert days_between(date(2028, 2, 28), date(2028, 3, 1)) == 2  # leap year


def test_completed_weeks_round_down_and_refuse_to_run_backwards() -> None:
    assert completed_weeks(date(2026, 1, 1), date(2026, 3, 25)) == 11
    assert completed_weeks(date(2026, 1, 1), date(2026, 3, 26)) == 12
    assert completed_weeks(date(2026, 1, 1), date(2026, 1, 1)) == 0
    with pytest.raises(DateError, match="must not run backwards"):
        completed_weeks(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    "text",
    ["2026-13-01", "01.02.2026", "", None, "2026-02-30", "20261126", "2026-W48-4", " 2026-11-26", "２０２６-11-26"],
)
def test_what_is_no_date_is_one_clear_line(text: object) -> None:
    with pytest.raises(DateError, match="expires must be a date as YYYY-MM-DD"):
        iso_date(text, "expires")  # type: ignore[arg-type]


def test_a_date_without_a_name_is_called_a_date() -> None:
    for read in (iso_date, iso_day):
        with pytest.raises(DateError, match=r"^date must be"):
            read("tomorrow")


def test_29_february_is_1_march_years_later_and_never_a_day_too_early() -> None:
    assert years_later(date(2024, 2, 29), 10) == date(2034, 3, 1)
    assert years_later(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert years_later(date(2024, 3, 1), 10) == date(2034, 3, 1)


def test_iso_dates_are_read() -> None:
    assert iso_date("2026-11-23") == date(2026, 11, 23)


@pytest.mark.parametrize(
    "text", ["2026-11-26", "2026-11-26 10:30", "2026-11-26T23:59:59+14:00", "2026-11-26T00:00:00Z"]
)
def test_a_time_is_read_as_its_own_calendar_day(text: str) -> None:
    assert iso_day(text) == date(2026, 11, 26)


@pytest.mark.parametrize(
    "text",
    ["2026-11-263", "2026-11-26X10:30", "2026-11-26x", "2026-11-26T", "2026-11-26T25:00", "20261126T10:00", None],
)
def test_what_only_begins_as_a_date_is_refused(text: object) -> None:
    with pytest.raises(DateError, match="YYYY-MM-DD"):
        iso_day(text)  # type: ignore[arg-type]


@given(days, days, st.integers(-5000, 5000))
def test_S26_shifting_both_dates_changes_no_interval(a: date, b: date, shift: int) -> None:
    moved = timedelta(days=shift)
    assert weeks_between(a + moved, b + moved) == weeks_between(a, b) == Decimal((b - a).days) / 7
