"""The packet for a payer's prior authorisation, from the record; what the record lacks is listed, not filled in.

The items are those a Medicare contractor asks for: necessity, diagnosis, dose and frequency, sites, guidance, effect so
far, earlier treatments.

References
----------
``noridian_pa``, ``cms_a58423_summary`` (drug, dose, sites, response and wasted amount must be in the record).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from reprieve.app.follow import outcomes_of
from reprieve.core.documents import as_json
from reprieve.core.dose import Dose
from reprieve.core.errors import InputError
from reprieve.deliver.billing import DrugClaim, PayerRounding, drug_claim
from reprieve.follow.last_time import last_session
from reprieve.follow.outcome import SessionOutcome
from reprieve.record.chart import Chart, Condition, GivenInjection, OtherTreatment, Session, Symptom
from reprieve.reference.preparations import product_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session as the payer sees it; units of its own product, weeks since the one before."""

    date: date
    product: str
    units: Decimal
    weeks_since: Decimal | None
    outcome: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationPacket:
    """All items; `missing` says in words what a person must still find out or write."""

    patient: str
    on: date
    diagnoses: tuple[Condition, ...]
    goals: tuple[str, ...]
    sessions: tuple[SessionLine, ...]
    sites: tuple[GivenInjection, ...]
    guidance: tuple[str, ...]
    claim: DrugClaim | None
    earlier_treatments: tuple[OtherTreatment, ...]
    side_effects: tuple[Symptom, ...]
    missing: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the packet as plain JSON."""
        return as_json(self)


def authorisation_packet(chart: Chart, *, on: date, rounding: PayerRounding = PayerRounding.UP) -> AuthorisationPacket:
    """Return the packet of a chart on the date `on`; entries of a later date are not used.

    Parameters
    ----------
    chart : Chart
    on : date
    rounding : PayerRounding
        How this payer rounds a broken billing unit of the given dose.
    """
    last = last_session(chart, on)
    lines = _lines(outcomes_of(chart, on))
    treatments = tuple(row for row in chart.other_treatments if row.date <= on)
    packet = AuthorisationPacket(
        patient=chart.patient.id,
        on=on,
        diagnoses=chart.conditions,
        goals=tuple(goal.text for goal in chart.goals if goal.date is None or goal.date <= on),
        sessions=lines,
        sites=last.injections if last else (),
        guidance=tuple(dict.fromkeys(row.guidance for row in last.injections if row.guidance)) if last else (),
        claim=_claim(last, rounding) if last else None,
        earlier_treatments=treatments,
        side_effects=tuple(row for row in chart.symptoms if row.date <= on),
        missing=(),
    )
    told = {name: getattr(packet, name) for name in packet.__slots__ if name != "missing"}
    return AuthorisationPacket(**told, missing=_missing(packet, last))


def _lines(outcomes: list[SessionOutcome]) -> tuple[SessionLine, ...]:
    days = [outcome.session.date for outcome in outcomes]
    gaps: list[Decimal | None] = [None, *(_weeks(before, after) for before, after in pairwise(days))]
    return tuple(
        SessionLine(
            date=outcome.session.date,
            product=outcome.session.product,
            units=outcome.session.units,
            weeks_since=gap,
            outcome=outcome.verdict,
            why=outcome.why,
        )
        for outcome, gap in zip(outcomes, gaps, strict=False)
    )


def _weeks(before: date, after: date) -> Decimal:
    return (Decimal((after - before).days) / 7).quantize(Decimal("0.1"))


def _claim(session: Session, rounding: PayerRounding) -> DrugClaim | None:
    """Return the drug lines of one session, or None when its vials cannot carry them."""
    vials = session.reconstitution.vials if session.reconstitution else ()
    try:
        facts = product_facts(session.product)
        given = Dose(session.units, session.product)
        return drug_claim(facts, given, [Dose(vial.units, session.product) for vial in vials], rounding)
    except InputError:
        return None


def _missing(packet: AuthorisationPacket, last: Session | None) -> tuple[str, ...]:
    checks = (
        (not packet.diagnoses, "no diagnosis is on record"),
        (not packet.goals, "no goal is on record: why is the treatment needed?"),
        (last is None, "no session is on record here"),
        (last is not None and last.signed_by is None, "the last session is not signed"),
        (any(row.sites is None for row in packet.sites), "the number of sites is not noted for every muscle"),
        (any(row.guidance is None for row in packet.sites), "the guidance is not noted for every muscle"),
        (last is not None and packet.claim is None, "the vials of the last session do not carry its dose: no claim"),
        (
            bool(packet.sessions) and all(line.outcome == "unknown" for line in packet.sessions),
            "no session's effect was rated or judged",
        ),
        (not packet.earlier_treatments, "no earlier or other treatment is on record: none tried, or not asked?"),
    )
    return tuple(text for holds, text in checks if holds)
