"""Forecasts of the current cycles, computed once for each chart version and day."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from reprieve.app.clinic import Clinic
from reprieve.core.documents import as_json
from reprieve.core.errors import ReprieveError
from reprieve.store.tables import forecasts

KEPT = 3000
STORED_AT_ONCE = 50

Key = tuple[str, str, int, str]


class Forecasts:
    """Forecast documents by clinic, patient, chart version and day: in memory, and in the store for a restart.

    The cache can be lost at any time; a changed chart has another version and so another key.
    """

    def __init__(self, store: Clinic) -> None:
        self.store = store
        self._kept: OrderedDict[Key, dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._loaded: set[tuple[str, str]] = set()

    def of(self, clinic: str, patient: str, on: date) -> dict[str, Any]:
        """Return the forecast document of `patient` on the day `on`."""
        view = self.store.view(clinic, patient)
        key = (clinic, patient, view.version, on.isoformat())
        known = self._look(key)
        if known is not None:
            return known
        # The forecast pulls in SciPy; a server that answers no forecast should not wait for it.
        from reprieve.app.forecast import forecast_chart

        document: dict[str, Any] = as_json(forecast_chart(view.chart, on=on))
        self._keep(key, document)
        return document

    def known(self, clinic: str, versions: Iterable[tuple[str, int]], on: date) -> dict[str, dict[str, Any]]:
        """Return the forecasts that need no computing, by patient."""
        self._load(clinic, on)
        day = on.isoformat()
        with self._lock:
            return {
                patient: self._kept[key]
                for patient, version in versions
                if (key := (clinic, patient, version, day)) in self._kept
            }

    def warm(self, clinic: str, patients: Sequence[str], on: date, seconds: float | None = None) -> int:
        """Compute the missing forecasts of `patients`, for at most `seconds`, and return how many were computed."""
        end = None if seconds is None else time.monotonic() + seconds
        done: list[tuple[Key, dict[str, Any]]] = []
        count = 0
        self._load(clinic, on)
        for patient in patients:
            if end is not None and time.monotonic() > end:
                break
            try:
                version = self.store.view(clinic, patient).version
                key = (clinic, patient, version, on.isoformat())
                if self._look(key) is not None:
                    continue
                done.append((key, self.of(clinic, patient, on)))
                count += 1
            except ReprieveError:
                continue  # a chart that cannot be forecast has no line in the cache; its page says why
            if len(done) >= STORED_AT_ONCE:
                self._store(done)
                done = []
        self._store(done)
        return count

    def _look(self, key: Key) -> dict[str, Any] | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _keep(self, key: Key, document: dict[str, Any]) -> None:
        with self._lock:
            self._kept[key] = document
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _load(self, clinic: str, on: date) -> None:
        day = on.isoformat()
        with self._lock:
            if (clinic, day) in self._loaded:
                return
            self._loaded.add((clinic, day))
        query = select(forecasts).where(forecasts.c.clinic == clinic, forecasts.c.on_date == day).limit(KEPT)
        with self.store.database.read() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            self._keep((clinic, row.patient, row.version, day), json.loads(row.answer))

    def _store(self, done: Sequence[tuple[Key, dict[str, Any]]]) -> None:
        if not done:
            return
        with self.store.database.write() as connection:
            for (clinic, patient, version, day), document in done:
                connection.execute(
                    delete(forecasts).where(forecasts.c.clinic == clinic, forecasts.c.patient == patient)
                )
                connection.execute(
                    insert(forecasts).values(
                        clinic=clinic, patient=patient, version=version, on_date=day, answer=json.dumps(document)
                    )
                )
