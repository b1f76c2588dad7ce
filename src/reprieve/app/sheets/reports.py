"""What stands on the packet for a payer and on the report of a visit."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.app.authorisation import AuthorisationPacket
from reprieve.app.record.muscles import muscle_words
from reprieve.app.sheets.visit import Delivery
from reprieve.core.dose import plain
from reprieve.deliver.billing import DrugClaim
from reprieve.deliver.plan_against_given import MuscleDifference
from reprieve.record.chart import GivenInjection, SkippedInjection

NOT_NOTED = "not noted"
CHANGES = {
    "as_planned": "as planned",
    "more": "more than planned",
    "less": "less than planned",
    "not_given": "not given",
    "not_planned": "added",
}


def packet_data(packet: AuthorisationPacket) -> dict[str, Any]:
    """Return the texts of the packet; what the record lacks stands first, so that nobody sends it unseen."""
    return {
        "title": "Prior authorisation: botulinum toxin",
        "date": packet.on.isoformat(),
        "alerts": [f"Missing: {text}" for text in packet.missing],
        "sections": [
            _lines("Diagnosis", [_condition(row) for row in packet.diagnoses]),
            _lines("Why it is needed: the patient's goals", [f"“{goal}”" for goal in packet.goals]),
            _table(
                "Sessions here and what they did",
                ["date", "product", "units", "weeks since", "outcome", "by"],
                [
                    [
                        row.date.isoformat(),
                        row.product,
                        plain(row.units),
                        "–" if row.weeks_since is None else plain(row.weeks_since),
                        row.outcome.replace("_", " "),
                        row.why,
                    ]
                    for row in packet.sessions
                ],
            ),
            _table(
                "Sites of the last session",
                ["muscle", "side", "units", "needle sites", "guidance"],
                [
                    [
                        muscle_words(row.muscle, None),
                        row.side or NOT_NOTED,
                        plain(row.units),
                        NOT_NOTED if row.sites is None else str(row.sites),
                        row.guidance or NOT_NOTED,
                    ]
                    for row in packet.sites
                ],
            ),
            _claim(packet.claim, "the vials of the last session do not carry its dose"),
            _table(
                "Earlier and other treatments",
                ["from", "until", "treatment", "remark"],
                [
                    [
                        row.date.isoformat(),
                        row.until.isoformat() if row.until else "–",
                        row.treatment.replace("_", " "),
                        row.note or "",
                    ]
                    for row in packet.earlier_treatments
                ],
            ),
            _table(
                "Side effects",
                ["from", "until", "what", "how serious"],
                [
                    [
                        row.date.isoformat(),
                        row.resolved.isoformat() if row.resolved else "not noted as over",
                        row.symptom.replace("_", " "),
                        row.seriousness,
                    ]
                    for row in packet.side_effects
                ],
            ),
        ],
        "signature": "Checked and signed by",
    }


def visit_data(visit: Delivery) -> dict[str, Any]:
    """Return the texts of the report of one visit."""
    session = visit.session
    signed = f"{session.signed_by}, {_moment(session.signed_at)}" if session.signed_by else "NOT SIGNED"
    facts = [f"{plain(visit.given.units)} units of {session.product} for {session.indication.replace('_', ' ')}."]
    if visit.opened is not None and visit.wasted is not None:
        facts.append(f"Vials held {plain(visit.opened.units)} units; {plain(visit.wasted.units)} were thrown away.")
    vials = session.reconstitution.vials if session.reconstitution else ()
    return {
        "title": "Visit report",
        "date": session.date.isoformat(),
        "alerts": [finding.message for finding in visit.checklist.findings],
        "sections": [
            _lines("Given", facts),
            _compared(visit),
            _table(
                "Vials",
                ["units", "diluent mL", "lot", "expires", "opened"],
                [
                    [
                        plain(vial.units),
                        NOT_NOTED if vial.diluent_ml is None else plain(vial.diluent_ml),
                        vial.lot or NOT_NOTED,
                        vial.expires.isoformat() if vial.expires else NOT_NOTED,
                        _moment(vial.opened_at),
                    ]
                    for vial in vials
                ],
            ),
            _table(
                "Before the first needle",
                ["step", "at"],
                [[one.step.words, _moment(one.at)] for one in visit.checklist.done]
                + [[step.words, NOT_NOTED] for step in visit.checklist.open_steps],
            ),
            _claim(visit.claim, visit.why_no_claim or ""),
        ],
        "signature": f"Signed by {signed}",
    }


def _compared(visit: Delivery) -> dict[str, Any]:
    if not visit.plan_known:
        told = {
            "title": "Planned against given",
            "lines": ["The record holds no plan of this session: nothing is compared."],
        }
        rows = [_given(row) for row in visit.session.injections] + [_skipped(row) for row in visit.session.skipped]
        columns = ["muscle", "units given", "sites", "mL", "guidance", "remark"]
        return told | {"columns": columns, "rows": rows} if rows else told
    return _table(
        "Planned against given",
        ["muscle", "planned", "given", "difference", "", "reason"],
        [_difference(row) for row in visit.differences],
    )


def _given(row: GivenInjection) -> list[str]:
    return [
        muscle_words(row.muscle, row.side),
        plain(row.units),
        NOT_NOTED if row.sites is None else str(row.sites),
        NOT_NOTED if row.volume_ml is None else plain(row.volume_ml),
        row.guidance or NOT_NOTED,
        f"lot {row.lot}" if row.lot else "",
    ]


def _skipped(row: SkippedInjection) -> list[str]:
    return [muscle_words(row.muscle, row.side), "not given", "–", "–", "–", row.reason]


def _difference(row: MuscleDifference) -> list[str]:
    off = row.difference_units
    sign = "+" if off > 0 else "−" if off < 0 else ""
    return [
        muscle_words(row.muscle, row.side),
        plain(row.planned_units),
        plain(row.given_units),
        f"{sign}{plain(abs(off))}" if off else "0",
        CHANGES[row.change],
        row.reason or "",
    ]


def _claim(claim: DrugClaim | None, why_not: str) -> dict[str, Any]:
    title = "Drug units for billing"
    if claim is None:
        return _lines(title, [f"No claim can be made: {why_not}."])
    one = plain(claim.units_per_billing_unit)
    return _table(
        title,
        ["code", "modifier", "billing units", "what"],
        [[line.code, line.modifier or "–", str(line.billing_units), _billed(line.modifier)] for line in claim.lines],
    ) | {"lines": [f"One billing unit is {_units(claim.units_per_billing_unit, one)}; rounded {claim.rounding.value}."]}


def _units(number: Decimal, shown: str) -> str:
    return f"{shown} unit of the product" if number == 1 else f"{shown} units of the product"


def _billed(modifier: str | None) -> str:
    return {"JW": "thrown away", "JZ": "given, nothing thrown away"}.get(modifier or "", "given")


def _condition(row: Any) -> str:
    side = f", {row.side}" if row.side else ""
    since = f", since {row.since}" if row.since else ""
    return f"{row.condition.replace('_', ' ')}{side}{since}"


def _moment(at: datetime | None) -> str:
    return NOT_NOTED if at is None else f"{at:%Y-%m-%d %H:%M}"


def _lines(title: str, lines: list[str]) -> dict[str, Any]:
    return {"title": title, "lines": lines or ["Nothing is on record."]}


def _table(title: str, columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"title": title, "lines": [], "columns": columns, "rows": rows} if rows else _lines(title, [])
