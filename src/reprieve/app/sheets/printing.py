"""Printed sheets as PDF: injection sheet, letter, patient's summary, packet for a payer, report of a visit.

Each carries the head hash of the record, so that paper and record can be compared, and the hash of its own content.
Patients' sheets name no dose and no instruction to inject (S22).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any, Literal

from reprieve.app.authorisation import AuthorisationPacket
from reprieve.app.forecast import CycleForecast
from reprieve.app.sheets.adverse import AdverseDraft, adverse_data
from reprieve.app.sheets.injection import injection_data
from reprieve.app.sheets.letter import letter_data
from reprieve.app.sheets.patient import patient_data
from reprieve.app.sheets.reports import packet_data, visit_data
from reprieve.app.sheets.visit import Delivery
from reprieve.core.documents import canonical
from reprieve.core.errors import InputError, SetupError
from reprieve.core.findings import Finding
from reprieve.record.chart import Chart, Session
from reprieve.record.plan import Plan

INTENDED_USE = (
    "Decision support for licensed clinicians, who review the basis of every number. Not a medical device; not "
    "validated in patients. Units of one product are never those of another."
)
PATIENT_USE = (
    "For the patient's own information. It replaces no advice of the clinic. Not a medical device; not validated in "
    "patients."
)
HASH_SHOWN = 16
Format = Literal["pdf", "png"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands on every sheet: the clinic, when it is printed, and the head hash of the record at that moment."""

    clinic: str
    audit_head: str
    printed_at: datetime
    clinic_phone: str | None = None
    emergency_number: str | None = None


def injection_sheet(
    chart: Chart,
    plan: Plan,
    head: Letterhead,
    *,
    findings: Sequence[Finding] = (),
    kind: Format = "pdf",
) -> bytes:
    """Return the sheet for the treatment room: body map, doses, vials, syringes, tick boxes, QR code.

    Parameters
    ----------
    chart : Chart
    plan : Plan
        As signed or drafted; the sheet says which product, and nothing on it is converted.
    head : Letterhead
    findings : sequence of Finding
        Of the plan's check; errors and warnings are printed in the box at the top.
    kind : {"pdf", "png"}

    Raises
    ------
    InputError
        If the plan injects nothing.
    SetupError
        If the libraries for printing are not installed.
    """
    if not plan.injections:
        raise InputError("the plan has no injection; nothing to print, add a muscle first")
    return _printed("injection", injection_data(chart, plan, findings), chart, head, kind, INTENDED_USE, code=True)


def letter(
    chart: Chart, session: Session, head: Letterhead, *, recipient: str, on: date, kind: Format = "pdf"
) -> bytes:
    """Return the letter to the referring doctor about one session as given.

    Parameters
    ----------
    recipient : str
        Name of the doctor, as it is to stand on the letter.
    on : date
        Date of the letter; entries of a later date are not used.
    """
    if not recipient.strip():
        raise InputError("a letter needs its recipient; enter the doctor's name")
    return _printed("letter", letter_data(chart, session, recipient.strip(), on), chart, head, kind, INTENDED_USE)


def patient_summary(
    chart: Chart, forecast: CycleForecast, head: Letterhead, *, on: date, kind: Format = "pdf"
) -> bytes:
    """Return the patient's page: what was done, what to expect when, what to watch for. No dose is on it."""
    data = patient_data(chart, forecast, on, clinic_phone=head.clinic_phone, emergency=head.emergency_number)
    return _printed("patient", data, chart, head, kind, PATIENT_USE)


def authorisation_sheet(chart: Chart, packet: AuthorisationPacket, head: Letterhead, *, kind: Format = "pdf") -> bytes:
    """Return the packet for a payer's prior authorisation; what is missing stands in the box at the top."""
    return _printed("report", packet_data(packet), chart, head, kind, INTENDED_USE)


def visit_sheet(chart: Chart, visit: Delivery, head: Letterhead, *, kind: Format = "pdf") -> bytes:
    """Return the report of one visit: planned against given, vials, checklist with times, billing units."""
    return _printed("report", visit_data(visit), chart, head, kind, INTENDED_USE)


def adverse_sheet(chart: Chart, draft: AdverseDraft, head: Letterhead, *, kind: Format = "pdf") -> bytes:
    """Return the draft of an adverse event report; it names no person but the clinic's own id of the patient."""
    return _printed("report", adverse_data(draft), chart, head, kind, INTENDED_USE, named=False)


def _printed(
    name: str,
    data: dict[str, Any],
    chart: Chart,
    head: Letterhead,
    kind: Format,
    use: str,
    *,
    code: bool = False,
    named: bool = True,
) -> bytes:
    if head.printed_at.tzinfo is None:
        raise InputError(f"printed_at {head.printed_at.isoformat()} has no zone; give the time with its zone")
    person = chart.patient
    names = [part for part in (person.given_name, person.family_name) if part and named]
    nobody = "name not on record" if named else "Name left out on purpose"
    born = person.birth_date.isoformat() if person.birth_date else "unknown"
    content = {
        **data,
        "clinic": head.clinic,
        "printed": f"printed {head.printed_at:%Y-%m-%d %H:%M %Z}",
        "audit_head": head.audit_head[:HASH_SHOWN],
        "intended_use": use,
        "patient": {
            "name": " ".join(names) or nobody,
            "birth_date": born if named else "left out",
            "id": person.id,
        },
    }
    digest = hashlib.sha256(canonical(content)).hexdigest()
    # The code names no person: whoever finds the paper's photograph learns nothing from it.
    told = f"reprieve sheet {digest[:HASH_SHOWN]} record {head.audit_head}"
    content |= {"sheet_hash": digest[:HASH_SHOWN], "qr": _code(told) if code else None}
    return _compiled(name, content, kind)


def _code(text: str) -> str:
    try:
        import segno
    except ModuleNotFoundError:
        raise _missing("segno") from None
    stream = BytesIO()
    segno.make(text, micro=False, error="m").save(stream, kind="svg", border=1, scale=4)
    return stream.getvalue().decode()


def _compiled(name: str, content: dict[str, Any], kind: Format) -> bytes:
    try:
        import typst
    except ModuleNotFoundError:
        raise _missing("typst") from None
    with as_file(files("reprieve.app.sheets") / "templates") as folder:
        made = typst.compile(
            folder / f"{name}.typ",
            root=folder,
            format=kind,
            ppi=110.0,
            # Only the fonts that come with the library: the same sheet on every machine.
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        )
    return made if isinstance(made, bytes) else bytes(made[0])


def _missing(library: str) -> SetupError:
    return SetupError(f"printing needs {library}, which is not installed; install reprieve[pdf]")
