"""When the invented patients come: sessions backwards from the next appointment, with missed visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from reprieve.record.chart import Appointment

SHORTEST_WEEKS = 13.0  # the clinic books no injection earlier, whatever the label of the product says


@dataclass(frozen=True, slots=True)
class Visits:
    """Session dates (oldest first), all appointments, and the first contact with the clinic."""

    first_contact: date
    sessions: tuple[date, ...]
    appointments: tuple[Appointment, ...]


def on_weekday(day: date) -> date:
    """Return `day`, or the Monday after it when it falls on a weekend."""
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)


def visits(
    random: Random,
    *,
    today: date,
    next_in_days: int,
    interval_weeks: tuple[float, float],
    history_weeks: float,
    last_was_missed: bool = False,
    sessions_wanted: int | None = None,
) -> Visits:
    """Return one patient's visits.

    Parameters
    ----------
    random : random.Random
    today : date
    next_in_days : int
        Days from `today` to the next booked injection; 0 is today.
    interval_weeks : tuple of float
        Usual interval and its standard deviation.
    history_weeks : float
        Length of the history before `today`.
    last_was_missed : bool
        The patient did not come to the latest appointment before today.
    sessions_wanted : int or None
        Stop after so many sessions.
    """
    next_date = today + timedelta(days=next_in_days)
    if next_in_days:
        next_date = on_weekday(next_date)
    appointments = [Appointment(date=next_date)]
    sessions: list[date] = []
    later = next_date
    earliest = today - timedelta(weeks=history_weeks)
    missed_next = last_was_missed
    while sessions_wanted is None or len(sessions) < sessions_wanted:
        weeks = max(SHORTEST_WEEKS + 0.5, random.gauss(*interval_weeks))
        if missed_next:
            missed = on_weekday(later - timedelta(days=random.randint(18, 32)))
            appointments.append(Appointment(date=min(missed, today - timedelta(days=3)), state="missed"))
            weeks += random.uniform(3.0, 4.5)
        day = on_weekday(later - timedelta(days=round(weeks * 7)))
        if day >= today:
            day = on_weekday(today - timedelta(days=random.randint(8, 20)))
            day = day - timedelta(days=7) if day >= today else day
        if day < earliest:
            break
        sessions.append(day)
        appointments.append(Appointment(date=day, state="kept"))
        later = day
        missed_next = random.random() < 0.06
    first_contact = on_weekday(later - timedelta(days=random.randint(14, 35)))
    if not sessions:
        first_contact = min(first_contact, today - timedelta(days=7))
    appointments.append(Appointment(date=first_contact, purpose="assessment", state="kept"))
    return Visits(
        first_contact=first_contact,
        sessions=tuple(reversed(sessions)),
        appointments=tuple(sorted(appointments, key=lambda entry: (entry.date, entry.purpose))),
    )
