"""S26: a clinic's day is its own, wherever its server counts the hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reprieve.app.clock import ZONE, now
from reprieve.cli.main import main


@pytest.mark.parametrize(("zone", "hours"), [("Pacific/Kiritimati", 14), ("Etc/GMT+12", -12), ("Asia/Tokyo", 9)])
def test_s26_the_clinic_s_zone_decides_its_day(monkeypatch: pytest.MonkeyPatch, zone: str, hours: int) -> None:
    monkeypatch.setenv(ZONE, zone)
    told = now()
    assert told.utcoffset() == timedelta(hours=hours)
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)
    assert told.date() == (told.astimezone(UTC) + timedelta(hours=hours)).date()


def test_s26_without_a_zone_the_machine_s_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ZONE, raising=False)
    assert now().utcoffset() == datetime.now().astimezone().utcoffset()


def test_s26_hours_are_added_as_they_go_by_and_not_by_the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ZONE, "Europe/Berlin")
    told = now()
    # A named zone would add half a year of wall clock: an hour too much or too little across one change of clocks.
    assert (told + timedelta(days=182)).astimezone(UTC) - told.astimezone(UTC) == timedelta(days=182)


@pytest.mark.parametrize("zone", ["Berlin", "Europe/Nowhere", "../etc/passwd", "UTC+1"])
def test_s26_a_zone_that_is_none_is_one_line(
    zone: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ZONE, zone)
    assert main(["serve", "--demo", "--db", "/nowhere/clinic.db"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert f"REPRIEVE_ZONE must name a time zone such as Europe/Berlin, but got {zone!r}" in told.err
