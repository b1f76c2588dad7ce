"""Today's list: who comes, who is fading by the own curve, what needs attention."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from reprieve.app.clinic import Clinic
from reprieve.app.record.forecasts import Forecasts
from reprieve.app.record.lines import Flag, Line, store_lines, stored_lines
from reprieve.core.dates import days_between
from reprieve.core.dose import plain
from reprieve.record.chart import Chart
from reprieve.store.tables import patients

# What the first look at a list may spend on forecasts; the rest says "pending" and is computed behind it.
FIRST_LOOK_S = 0.6
LINES_S = 0.6
MOST_ROWS = 300
# A red flag stays on the list while it is not over and not older than this.
FLAG_DAYS = 60
# Beyond the horizon of the forecast nothing of the last session is left to predict.
FORECAST_DAYS = 364
# Symptoms that can mean spread of the toxin beyond the muscle; each label names them in its boxed warning.
RED_FLAGS = frozenset(
    {"dysphagia", "breathing_difficulty", "dysphonia", "dysarthria", "generalised_weakness", "diplopia"}
)


class WorkList:
    """The list of a clinic, kept in memory and brought up to date by the versions of the charts."""

    def __init__(self, store: Clinic, known: Forecasts) -> None:
        self.store = store
        self.forecasts = known
        self._lines: dict[str, dict[str, Line]] = {}
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def on(self, clinic: str, day: date) -> dict[str, Any]:
        """Return the list of the day: comers first, then by the chance that the effect has faded."""
        lines, waiting = self._up_to_date(clinic)
        active = _active(lines, day)
        versions = [(line.patient_id, line.version) for line in active]
        known = self.forecasts.known(clinic, versions, day)
        if len(known) < len(versions):
            missing = [patient for patient, _ in versions if patient not in known]
            self.forecasts.warm(clinic, missing, day, FIRST_LOOK_S)
            known = self.forecasts.known(clinic, versions, day)
        # A large clinic's list shows whom the day concerns, and rows are made for those alone.
        large = len(lines) > MOST_ROWS
        week = (day + timedelta(days=7)).isoformat()
        shown = [line for line in lines if not large or _may_belong(line, known.get(line.patient_id), day, week)]
        shown.sort(key=lambda line: _order(line, known.get(line.patient_id), day))
        rows: list[dict[str, Any]] = []
        for line in shown:
            row = _row(line, known.get(line.patient_id), day)
            if not large or _belongs(row, day):
                rows.append(row)
            if len(rows) == MOST_ROWS:
                break
        return {
            "date": day.isoformat(),
            "today": self.store.today().isoformat(),
            "rows": rows,
            "pending": len(versions) - len(known) + waiting,
            "patients": len(lines),
        }

    def missing(self, clinic: str, day: date) -> list[str]:
        """Return the patients whose forecast for `day` is not computed yet."""
        active = [(line.patient_id, line.version) for line in _active(self._up_to_date(clinic)[0], day)]
        known = self.forecasts.known(clinic, active, day)
        return [patient for patient, _ in active if patient not in known]

    def make_lines(self, clinic: str, seconds: float) -> int:
        """Bring lines up to date for at most `seconds` and return how many were made anew."""
        return self._catch_up(clinic, seconds)[0]

    def _up_to_date(self, clinic: str) -> tuple[list[Line], int]:
        """Return the lines, and how many charts wait for theirs (after a large import, for some minutes)."""
        _, waiting = self._catch_up(clinic, LINES_S)
        return list(self._lines[clinic].values()), waiting

    def _catch_up(self, clinic: str, seconds: float) -> tuple[int, int]:
        """Make lines in the order in which the charts were written, and return how many were made and are missing."""
        end = time.monotonic() + seconds
        query = (
            select(patients.c.patient, patients.c.version)
            .where(patients.c.clinic == clinic, patients.c.version > self._seen.get(clinic, 0))
            .order_by(patients.c.version)
        )
        with self._lock:
            first = clinic not in self._lines
            lines = self._lines.setdefault(clinic, {})
            with self.store.database.read() as connection:
                changed = [(row.patient, row.version) for row in connection.execute(query)]
            if first and changed:
                lines.update(stored_lines(self.store.database, self.store.accounts.vault, clinic, dict(changed)))
            made: list[Line] = []
            done = 0
            for patient, version in changed:
                if patient not in lines or lines[patient].version < version:
                    if made and time.monotonic() > end:
                        break
                    view = self.store.view(clinic, patient)
                    lines[patient] = line_of(view.chart, view.version)
                    made.append(lines[patient])
                self._seen[clinic] = max(self._seen.get(clinic, 0), version)
                done += 1
            store_lines(self.store.database, self.store.accounts.vault, clinic, made)
            return len(made), len(changed) - done


def line_of(chart: Chart, version: int) -> Line:
    """Return the line of one chart."""
    given = sorted((session for session in chart.sessions if session.injections), key=lambda session: session.date)
    last = given[-1] if given else None
    person = chart.patient
    return Line(
        patient_id=person.id,
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date.isoformat() if person.birth_date else None,
        condition=chart.conditions[0].condition if chart.conditions else None,
        version=version,
        appointments=tuple(
            {"date": entry.date.isoformat(), "purpose": entry.purpose, "state": entry.state}
            for entry in sorted(chart.appointments, key=lambda entry: entry.date)
        ),
        last_date=last.date if last else None,
        last_product=last.product if last else None,
        last_units=last.units if last else None,
        flags=tuple(_flags(chart)),
    )


def _flags(chart: Chart) -> Iterable[Flag]:
    sessions = sorted(chart.sessions, key=lambda session: session.date)
    last = sessions[-1].date if sessions else None
    for symptom in chart.symptoms:
        told = symptom.symptom.replace("_", " ")
        if symptom.resolved is None and (symptom.seriousness == "serious" or symptom.symptom in RED_FLAGS):
            values = {"symptom": symptom.symptom, "seriousness": symptom.seriousness}
            yield Flag("red_flag", f"{told}, {symptom.seriousness}", {**values, "date": symptom.date.isoformat()})
    for session in sessions:
        if session.signed_by is None and session.signed_at is None:
            values = {"date": session.date.isoformat()}
            yield Flag("unsigned", f"session of {session.date} is not signed", values)
    elsewhere = [exposure for exposure in chart.exposures if last is None or exposure.date >= last]
    own = {(session.date, session.product) for session in sessions}
    for exposure in elsewhere:
        if (exposure.date, exposure.product) not in own:
            place = f" at {exposure.place}" if exposure.place else " elsewhere"
            values = {"date": exposure.date.isoformat(), "place": exposure.place or ""}
            yield Flag("duplicate_exposure", f"toxin given{place} on {exposure.date}", values)
    if not sessions:
        yield Flag("never_injected", "not injected here yet")


def _active(lines: Iterable[Line], day: date) -> list[Line]:
    """Return those whose last session still has a course to predict."""
    earliest = day - timedelta(days=FORECAST_DAYS)
    return [line for line in lines if line.last_date is not None and earliest <= line.last_date <= day]


def _row(line: Line, forecast: dict[str, Any] | None, day: date) -> dict[str, Any]:
    told = forecast if forecast is not None and not forecast["abstains"] else None
    appointment = _appointment(line, day)
    flags = _flags_on(line, day)
    days = days_between(line.last_date, day) if line.last_date else None
    return {
        "patient_id": line.patient_id,
        "family_name": line.family_name,
        "given_name": line.given_name,
        "birth_date": line.birth_date,
        "condition": line.condition,
        "appointment": appointment,
        "state": _state(appointment, line, day),
        "product": line.last_product,
        "last_session": None
        if line.last_date is None or line.last_units is None
        else {"date": line.last_date.isoformat(), "units": plain(line.last_units), "product": line.last_product},
        "weeks_since": None if days is None else round(days / 7, 2),
        "wear_off": told["wear_off"] if told else None,
        "fading": told["fading"] if told else None,
        "chance_faded": told["faded_share"] if told else None,
        "no_forecast": forecast["reason"] if forecast is not None and forecast["abstains"] else None,
        "flags": [{"kind": flag.kind, "text": flag.text, "values": flag.values} for flag in flags],
    }


def _flags_on(line: Line, day: date) -> list[Flag]:
    flags: list[Flag] = []
    for flag in line.flags:
        if flag.kind == "red_flag":
            told_on = date.fromisoformat(flag.values["date"])
            if not 0 <= days_between(told_on, day) <= FLAG_DAYS:
                continue
        flags.append(flag)
    missed = [entry for entry in line.appointments if entry["date"] < day.isoformat() and _open(entry)]
    after_last = [entry for entry in missed if line.last_date is None or entry["date"] > line.last_date.isoformat()]
    if after_last:
        when = after_last[-1]["date"]
        flags.append(Flag("overdue", f"appointment of {when} was missed", {"date": when}))
    return flags


def _open(entry: dict[str, str]) -> bool:
    return entry["state"] in ("booked", "missed")


def _appointment(line: Line, day: date) -> dict[str, str] | None:
    coming = [e for e in line.appointments if e["date"] >= day.isoformat() and e["state"] in ("booked", "kept")]
    return coming[0] if coming else None


def _state(appointment: dict[str, str] | None, line: Line, day: date) -> str | None:
    if line.last_date == day:
        return "signed" if not any(flag.kind == "unsigned" for flag in line.flags) else "injecting"
    if appointment is None:
        return None
    return "checked_in" if appointment["state"] == "kept" and appointment["date"] == day.isoformat() else "planned"


def _order(line: Line, forecast: dict[str, Any] | None, day: date) -> tuple[Any, ...]:
    """Red flags first, then by the chance that the effect has faded, then by name."""
    chance = forecast["faded_share"] if forecast is not None and not forecast["abstains"] else None
    urgent = any(flag.kind == "red_flag" for flag in line.flags) and any(
        flag.kind == "red_flag" for flag in _flags_on(line, day)
    )
    return (not urgent, chance is None, -(chance or 0.0), line.family_name or "", line.patient_id)


def _may_belong(line: Line, forecast: dict[str, Any] | None, day: date, week: str) -> bool:
    """Return whether a line may be shown; cheap, and never False for one that `_belongs`."""
    if line.last_date == day:
        return True
    for flag in line.flags:
        if flag.kind != "never_injected":
            return True
    if forecast is not None and not forecast["abstains"] and (forecast["faded_share"] or 0.0) >= 0.5:
        return True
    # Most have no visit booked after the last session: their list is not gone through.
    if not line.appointments or (line.last_date is not None and line.appointments[-1]["date"] <= str(line.last_date)):
        return False
    return _has_near_appointment(line, day.isoformat(), week)


def _has_near_appointment(line: Line, today: str, week: str) -> bool:
    """Return whether a visit is booked within the week, or was booked after the last session and not kept."""
    last = line.last_date.isoformat() if line.last_date else ""
    for entry in reversed(line.appointments):  # sorted by date
        when = entry["date"]
        if when >= today:
            if when <= week and entry["state"] in ("booked", "kept"):
                return True
        elif when <= last:
            return False
        elif _open(entry):
            return True
    return False


def _belongs(row: dict[str, Any], day: date) -> bool:
    """Return whether a row of a large clinic is shown: comes within a week, is fading, or needs attention."""
    coming = row["appointment"] is not None and row["appointment"]["date"] <= (day + timedelta(days=7)).isoformat()
    attention = any(flag["kind"] != "never_injected" for flag in row["flags"])
    return coming or attention or (row["chance_faded"] or 0.0) >= 0.5
