"""Behind the requests lines and forecasts are made for everybody, and people who ask come first."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from reprieve.app.clinic import Clinic
from reprieve.app.record.forecasts import Forecasts
from reprieve.web import warming
from reprieve.web.application import make_rooms


class Watched(threading.Event):
    """An event that notes how long it was waited for, and is set after so many waits."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waits, self.left = [], waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        self.left -= 1
        if self.left <= 0:
            self.set()
        return self.is_set()


def test_everybody_has_a_forecast_in_the_end(store: Clinic) -> None:
    rooms = make_rooms(store)
    stop = Watched(1)
    warming.warm_forecasts(rooms, stop)
    assert stop.waits == [warming.PAUSE_S], "nobody asked, so it did all without a pause and then rested"
    today = store.today()
    assert rooms.work_list.missing("clinic", today) == []
    versions = store.patient_ids("clinic")
    assert set(rooms.forecasts.known("clinic", versions, today)) == {patient for patient, _ in versions}


def test_while_people_ask_it_waits_many_times_as_long_as_it_works(
    store: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = make_rooms(store)
    worked: list[float] = []
    ticks = iter(range(1000))
    monkeypatch.setattr(warming, "monotonic", lambda: float(next(ticks)))

    def a_little(_: Any) -> int:
        rooms.limits._last = float("inf")  # somebody has just asked
        worked.append(1.0)
        return 1

    monkeypatch.setattr(warming, "_a_little", a_little)
    stop = Watched(3)
    warming.warm_forecasts(rooms, stop)
    assert len(worked) == 3
    assert stop.waits == [warming.WAIT_FOR_EACH] * 3


def test_a_worker_takes_the_forecasts_that_another_has_made(store: Clinic) -> None:
    today = store.today()
    first, second = Forecasts(store), Forecasts(store)
    versions = store.patient_ids("clinic")
    patients = [patient for patient, _ in versions]
    assert second.known("clinic", versions, today) == {}  # it has looked, and there was nothing
    assert first.warm("clinic", patients, today) == len(patients)
    assert second.warm("clinic", patients, today) == 0
    assert second.known("clinic", versions, today) == first.known("clinic", versions, today)
