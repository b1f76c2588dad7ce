"""What every import passes: nothing ahead of today, before birth or after death, and nothing off its scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from reprieve.app.clinic import ChartView
from reprieve.app.numbers import check_numbers
from reprieve.app.record.entries import BY_EVENT, check_date, check_entry, check_registration, check_words
from reprieve.app.record.muscles import check_amounts
from reprieve.core.dose import Dose, plain
from reprieve.core.errors import ConflictError, DateError, InputError, UnknownNameError
from reprieve.record.chart import Chart, Rating, Session
from reprieve.record.event_bodies import Registration
from reprieve.record.fold import FIELDS
from reprieve.reference.formulary.product import product, product_of
from reprieve.reference.scale_catalogue import scale


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The one thing of a clinic that the checks of an entry ask for."""

    day: date

    def today(self) -> date:
        return self.day


def check_charts(charts: Iterable[Chart], *, today: date, deceased: Iterable[date | None] | None = None) -> None:
    """Refuse charts that cannot be true.

    Parameters
    ----------
    today : date
        The clinic's day.
    deceased : iterable of date or None, optional
        For each chart when the patient died.

    Raises
    ------
    InputError, ConflictError
        In one line: which patient, which entry, what is wrong.
    """
    told = list(charts)
    deaths = list(deceased) if deceased is not None else [None] * len(told)
    for chart, death in zip(told, deaths, strict=True):
        _check_chart(chart, _Calendar(today), death)


def _check_chart(chart: Chart, calendar: _Calendar, death: date | None) -> None:
    store: Any = cast(Any, calendar)
    patient = f"patient {chart.patient.id!r}"
    view = ChartView(chart, 0, death)
    with _Place(patient):
        check_numbers(chart)
        registration = Registration(patient=chart.patient, jurisdiction=chart.jurisdiction, deceased=death)
        check_registration(store, registration)
    for kind, field in FIELDS.items():
        if kind not in BY_EVENT or field == "risks":
            continue
        for number, entry in enumerate(getattr(chart, field), 1):
            with _Place(f"{patient}, {field} {number}"):
                if isinstance(entry, Rating) and not _known_scale(entry.scale):
                    check_words(entry)
                    check_date(store, view, entry.date)
                else:
                    check_entry(store, view, BY_EVENT[kind], entry)
    for session in chart.sessions:
        with _Place(f"{patient}, session of {session.date}"):
            _check_session(store, view, session)


def _known_scale(name: str) -> bool:
    try:
        scale(name)
    except UnknownNameError:
        return False
    return True


def _check_session(store: Any, view: ChartView, session: Session) -> None:
    check_words(session)
    check_date(store, view, session.date)
    if product_of(session.product) is not None:
        product(session.product)  # a brand would pass for another product than the one of the other sessions
    for given in session.injections:
        if not Dose(given.units, session.product).units > 0:
            raise InputError(f"units in {given.muscle} must be positive, but got {given.units}; correct it")
    check_amounts(session.injections)
    for vial in session.reconstitution.vials if session.reconstitution else ():
        if not Dose(vial.units, session.product).units > 0:
            raise InputError(f"a vial must hold units, but got {plain(vial.units)}; correct it, or leave the vial out")
        if vial.diluent_ml is not None and not 0 <= vial.diluent_ml <= 100:
            raise InputError(
                f"diluent_ml must lie between 0 and 100 mL, but got {plain(vial.diluent_ml)} mL; correct it"
            )
    for effect in session.muscle_effects:
        if effect.date is not None:
            check_date(store, view, effect.date)
    if session.signed_at is not None and session.signed_at.date() > store.today() + timedelta(days=1):
        raise InputError(f"signed_at {session.signed_at} lies ahead of today ({store.today()}); correct it")


class _Place:
    """Says in front of a refusal where it stands."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ConflictError):
            raise ConflictError(f"{self.place}: {error}") from None
        if isinstance(error, DateError):
            raise DateError(f"{self.place}: {error}") from None
        if isinstance(error, InputError):
            raise InputError(f"{self.place}: {error}") from None
