"""Charts out of a record and into one, as chart documents: one JSON document, or one document a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.documents import each_once, parse
from reprieve.app.ids import new_id
from reprieve.app.record.namesakes import Namesakes, namesakes
from reprieve.app.transfer.checks import check_charts
from reprieve.core.documents import as_json
from reprieve.core.errors import DocumentError, InputError
from reprieve.interop.fhir.json_text import write_json
from reprieve.record.chart import Chart
from reprieve.record.event_bodies import Transfer
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in; `namesakes` may be in the record twice now."""

    patients: tuple[str, ...]
    events: int
    head: str
    namesakes: tuple[Namesakes, ...] = ()


def charts_of(store: Clinic, patient: str | None, *, by: str, clinic: str = DEFAULT_CLINIC) -> Iterator[Chart]:
    """Yield the chart of `patient`, or of every patient; each reading is recorded.

    Raises
    ------
    NoSuchPatientError
    """
    person = Person(clinic, by, Role.ADMINISTRATOR)
    wanted = [patient] if patient is not None else [key for key, _ in store.patient_ids(clinic)]
    for key in wanted:
        yield store.read(person, key, "export").chart
    store.append([transfer(store, EventKind.RECORD_EXPORTED, "chart documents", len(wanted), by=by, clinic=clinic)])


def document_lines(charts: Iterator[Chart]) -> Iterator[str]:
    """Yield one JSON document a line."""
    for chart in charts:
        yield json.dumps(as_json(chart), ensure_ascii=False, separators=(",", ":"))


def read_charts(text: str, where: str) -> list[Chart]:
    """Return the charts in `text`: one document, a list of documents, or one document a line.

    Raises
    ------
    DocumentError
        In one line: which document, which field.
    """
    body = text.strip()
    if not body:
        raise DocumentError(f"{where} is empty; give a chart document")
    try:
        # Decimals digit by digit: an entry of a list goes through text once more.
        whole = json.loads(body, parse_float=Decimal, parse_constant=str, object_pairs_hook=each_once(where))
    except json.JSONDecodeError:
        lines = [line for line in body.splitlines() if line.strip()]
        return [parse(Chart, line, f"{where}, line {number}") for number, line in enumerate(lines, 1)]
    except RecursionError:
        raise DocumentError(f"{where} is nested too deeply for a chart; check the file") from None
    except DocumentError:
        raise
    except ValueError:  # Python reads no whole number of more than 4300 digits
        raise DocumentError(f"{where} holds a number beyond any figure of a record; correct it") from None
    if isinstance(whole, list) and not whole:
        raise DocumentError(f"{where} holds an empty list; give a chart document")
    if isinstance(whole, list):
        return [parse(Chart, write_json(entry), f"{where}, document {i}") for i, entry in enumerate(whole, 1)]
    return [parse(Chart, body, where)]


def import_charts(
    store: Clinic, charts: list[Chart], *, by: str, new_patient_id: str | None = None, clinic: str = DEFAULT_CLINIC
) -> Imported:
    """Record `charts` as new patients, all or none.

    Parameters
    ----------
    new_patient_id : str, optional
        The id that the one imported patient gets here, when the own id is taken.

    Raises
    ------
    ConflictError
        A patient of that id is in the record.
    InputError
        An entry cannot be true: a date ahead, before birth, a value off its scale.
    """
    if new_patient_id is not None:
        if len(charts) != 1:
            raise InputError(f"--id names one patient, but the file holds {len(charts)}; import them one by one")
        charts = [replace(charts[0], patient=replace(charts[0].patient, id=new_patient_id))]
    check_charts(charts, today=store.today())
    told = transfer(store, EventKind.RECORD_IMPORTED, "chart documents", len(charts), by=by, clinic=clinic)
    receipt = store.import_charts(charts, clinic=clinic, by=by, reason="imported chart document", more=[told])
    return Imported(
        tuple(chart.patient.id for chart in charts),
        receipt.last - receipt.first,  # without the event that tells of the import
        receipt.head,
        namesakes(store, clinic, (chart.patient for chart in charts)),
    )


def transfer(store: Clinic, kind: EventKind, what: str, count: int, *, by: str, clinic: str) -> Event:
    """Return the event that tells that something came in or went out; for what came in it belongs into that write."""
    return Event(id=new_id(), kind=kind, clinic=clinic, by=by, at=store.clock(), body=Transfer(what=what, count=count))
