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
from reprieve.app.record.kept import believed, marked
from reprieve.core.documents import as_json
from reprieve.core.errors import ReprieveError
from reprieve.store.tables import forecasts

# Whole forecasts kept in memory: each is a curve of a year with its bands.
WHOLE_KEPT = 200
STORED_AT_ONCE = 50
LOOKED_UP_AT_ONCE = 200
# Days of which the short ones stay in memory: today's for each clinic, and what somebody leafs through.
DAYS_KEPT = 40
# What the work list shows of a forecast.
SHORT_FIELDS = ("abstains", "reason", "wear_off", "fading", "faded_share")

Key = tuple[str, str, int, str]
Short = dict[str, Any]


class Forecasts:
    """Forecasts by clinic, patient, chart version and day: a few whole ones in memory, the short ones of a day for all.

    The short ones are in the store too, for a restart. All of it can be lost at any time; a changed chart has another
    version and so another key.
    """

    def __init__(self, store: Clinic) -> None:
        self.store = store
        self._whole: OrderedDict[Key, dict[str, Any]] = OrderedDict()
        self._short: OrderedDict[tuple[str, str], dict[str, tuple[int, Short]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, clinic: str, patient: str, on: date) -> dict[str, Any]:
        """Return the forecast document of `patient` on the day `on`."""
        view = self.store.view(clinic, patient)
        key = (clinic, patient, view.version, on.isoformat())
        with self._lock:
            known = self._whole.get(key)
            if known is not None:
                self._whole.move_to_end(key)
                return known
        # The forecast pulls in SciPy; a server that answers no forecast should not wait for it.
        from reprieve.app.forecast import forecast_chart

        document: dict[str, Any] = as_json(forecast_chart(view.chart, on=on))
        with self._lock:
            self._whole[key] = document
            while len(self._whole) > WHOLE_KEPT:
                self._whole.popitem(last=False)
        return document

    def known(self, clinic: str, versions: Iterable[tuple[str, int]], on: date) -> dict[str, Short]:
        """Return the short forecasts that need no computing, by patient."""
        of_day = self._of_day(clinic, on)
        found: dict[str, Short] = {}
        for patient, version in versions:
            kept = of_day.get(patient)
            if kept is not None and kept[0] == version:
                found[patient] = kept[1]
        return found

    def warm(self, clinic: str, patients: Sequence[str], on: date, seconds: float | None = None) -> int:
        """Compute the missing forecasts of `patients`, for at most `seconds`, and return how many were computed."""
        end = None if seconds is None else time.monotonic() + seconds
        of_day = self._of_day(clinic, on)
        of_day.update(self._stored(clinic, on, patients[:LOOKED_UP_AT_ONCE]))
        done: list[tuple[Key, Short]] = []
        count = 0
        for patient in patients:
            if end is not None and time.monotonic() > end:
                break
            try:
                version = self.store.view(clinic, patient).version
                if of_day.get(patient, (None,))[0] == version:
                    continue
                whole = self.of(clinic, patient, on)
            except ReprieveError:
                continue  # a chart that cannot be forecast has no line in the cache; its page says why
            short = {name: whole.get(name) for name in SHORT_FIELDS}
            of_day[patient] = (version, short)
            done.append(((clinic, patient, version, on.isoformat()), short))
            count += 1
            if len(done) >= STORED_AT_ONCE:
                self._store(done)
                done = []
        self._store(done)
        return count

    def _of_day(self, clinic: str, on: date) -> dict[str, tuple[int, Short]]:
        """Return the short forecasts of one day, read from the store at the first look."""
        key = (clinic, on.isoformat())
        with self._lock:
            kept = self._short.get(key)
            if kept is not None:
                self._short.move_to_end(key)
                return kept
        read = self._stored(clinic, on)
        with self._lock:
            found = self._short.setdefault(key, read)
            while len(self._short) > DAYS_KEPT:
                self._short.popitem(last=False)
        return found

    def _stored(self, clinic: str, on: date, patients: Sequence[str] | None = None) -> dict[str, tuple[int, Short]]:
        """Return what the store has of that day: this worker's own, and what others have computed since."""
        query = select(forecasts).where(forecasts.c.clinic == clinic, forecasts.c.on_date == on.isoformat())
        if patients is not None:
            query = query.where(forecasts.c.patient.in_(patients))
        with self.store.database.read() as connection:
            vault = self.store.accounts.vault
            told = (
                (row, believed(vault, row.answer, clinic, row.patient, row.version, row.on_date))
                for row in connection.execute(query)
            )
            return {row.patient: (row.version, json.loads(text)) for row, text in told if text is not None}

    def _store(self, done: Sequence[tuple[Key, Short]]) -> None:
        if not done:
            return
        vault = self.store.accounts.vault
        kept = [(key, marked(vault, json.dumps(document), *key)) for key, document in done]
        with self.store.database.write() as connection:
            for (clinic, patient, version, day), answer in kept:
                if answer is None:
                    return
                connection.execute(
                    delete(forecasts).where(forecasts.c.clinic == clinic, forecasts.c.patient == patient)
                )
                row = {"clinic": clinic, "patient": patient, "version": version, "on_date": day, "answer": answer}
                connection.execute(insert(forecasts).values(**row))
