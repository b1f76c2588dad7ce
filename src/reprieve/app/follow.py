"""Follow-up of one chart: since last time, next visit, calendar file; forecast and follow-up meet here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reprieve.app.forecast import CycleForecast, forecast_chart
from reprieve.app.scales import higher_is_worse
from reprieve.core.dates import age_years
from reprieve.core.documents import as_json
from reprieve.core.errors import UnknownNameError
from reprieve.follow.calendar_file import CalendarEntry, calendar_text
from reprieve.follow.last_time import LastTime, last_session, last_time
from reprieve.follow.next_visit import Earliest, Fading, NextVisit, earliest_by_label, next_visit_window
from reprieve.follow.outcome import SessionOutcome, session_outcome
from reprieve.follow.poor_response import poor_response
from reprieve.learn.population import Population
from reprieve.record.chart import Chart, Session
from reprieve.reference.preparations import product_facts

ADULT_YEARS = 18
CURVE_STEP_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLastTime:
    """The page of the visit and the curve of the cycle."""

    page: LastTime
    forecast: CycleForecast

    def document(self) -> dict[str, Any]:
        """Return the page as plain JSON; the curve one point a week."""
        told = as_json(self.page)
        told["weeks_since"] = None if self.page.days_since is None else round(self.page.days_since / 7, 1)
        told["curve"] = _curve(self.forecast)
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitAdvice:
    """What speaks for which day of the next visit."""

    window: NextVisit

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return as_json(self.window)


def since_last_time(chart: Chart, *, on: date, population: Population | None = None) -> SinceLastTime:
    """Return what happened since the last session, up to the date `on`.

    Parameters
    ----------
    chart : Chart
    on : date
        Today at the clinic.
    population : Population, optional
        The shipped one by default.
    """
    outcomes = outcomes_of(chart, on)
    latest = last_session(chart, on)
    outcome = next((row for row in reversed(outcomes) if latest is not None and row.session == latest), None)
    page = last_time(chart, outcome, poor_response(chart, outcomes, on), on)
    return SinceLastTime(page=page, forecast=forecast_chart(chart, on=on, population=population))


def outcomes_of(chart: Chart, on: date) -> list[SessionOutcome]:
    """Return the outcome of every session up to `on`, oldest first."""
    given = sorted((row for row in chart.sessions if row.injections and row.date <= on), key=lambda row: row.date)
    return [session_outcome(chart, row, higher_is_worse) for row in given]


def next_visit(
    chart: Chart, *, on: date, slots: Sequence[date] = (), population: Population | None = None
) -> VisitAdvice:
    """Return forecast, label interval and the clinic's slots side by side; never a decision.

    Parameters
    ----------
    chart : Chart
    on : date
    slots : sequence of date
        Free days of the clinic.
    """
    last = last_session(chart, on)
    forecast = forecast_chart(chart, on=on, population=population)
    fading = None
    if forecast.fading is not None and not forecast.abstains:
        fading = Fading(low=forecast.fading.low, median=forecast.fading.median, high=forecast.fading.high)
    booked = [row.date for row in chart.appointments if row.state == "booked" and row.date >= on]
    return VisitAdvice(
        window=next_visit_window(
            last.date if last else None,
            label_interval(chart, last, on) if last else None,
            fading,
            slots=slots,
            booked=booked,
            abstains=forecast.reason,
        )
    )


def label_interval(chart: Chart, last: Session, on: date) -> Earliest | None:
    """Return the earliest day by the label of the product given last; None when no row is on file."""
    place = last.jurisdiction or chart.jurisdiction
    birth = chart.patient.birth_date
    young = None if birth is None or birth > on else age_years(birth, on) < ADULT_YEARS
    try:
        facts = product_facts(last.product)
    except UnknownNameError:
        return None
    return earliest_by_label(last.date, facts.intervals_for(last.indication, place, young)) if place else None


def calendar(chart: Chart, *, on: date, stamp: datetime, title: str = "Visit at the clinic") -> str:
    """Return the booked visits from `on` as an ``.ics`` file, without a word of what they are for.

    A calendar is synchronised to other people's servers; diagnosis, product and dose do not belong in it.
    """
    entries = [
        CalendarEntry(uid=f"{chart.patient.id}-{row.date:%Y%m%d}-{row.purpose}@reprieve", day=row.date, summary=title)
        for row in chart.appointments
        if row.state == "booked" and row.date >= on
    ]
    return calendar_text(entries, stamp)


def _curve(forecast: CycleForecast) -> dict[str, Any]:
    kept = range(0, len(forecast.days), CURVE_STEP_DAYS)
    return as_json(
        {
            "abstains": forecast.abstains,
            "reason": forecast.reason,
            "scale": forecast.scale,
            "points": [
                {"day": forecast.days[i], "mean": forecast.mean[i], "low": forecast.q10[i], "high": forecast.q90[i]}
                for i in kept
            ],
            "onset": forecast.onset,
            "peak": forecast.peak,
            "fading": forecast.fading,
            "wear_off": forecast.wear_off,
            "notes": forecast.notes,
        }
    )
