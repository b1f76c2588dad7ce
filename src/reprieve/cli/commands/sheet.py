"""`reprieve sheet`: printed sheets as PDF, from the record."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.cli.output import print_json
from reprieve.cli.record import add_db, operator
from reprieve.core.errors import InputError, SetupError
from reprieve.record.chart import Chart, Session
from reprieve.store.engine import Database

if TYPE_CHECKING:
    from reprieve.app.sheets.printing import Letterhead

KINDS = ("injection", "letter", "patient", "visit", "adverse")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "kind",
        choices=KINDS,
        help="injection: for the treatment room, from the newest draft; letter: to a doctor; patient: for the patient; "
        "visit: report of a session; adverse: draft of an adverse event report, sent nowhere",
    )
    parser.add_argument("--patient", required=True, metavar="ID", help="of whom")
    parser.add_argument("--session", metavar="ID", help="which session (the last one)")
    parser.add_argument("--number", type=int, default=1, metavar="N", help="which side effect, serious ones first (1)")
    parser.add_argument("--recipient", metavar="NAME", help="to whom a letter goes")
    parser.add_argument("--cream", metavar="NAME", help="numbing cream that was used, for the times of a visit")
    parser.add_argument("--clinic-name", default="", metavar="NAME", help="name of the clinic on the sheet")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="PDF to write; a new file")
    add_db(parser)


def run(args: argparse.Namespace) -> int:
    """Print one sheet; the reading stands in the record."""
    with opened(args.db) as store:
        chart = store.read(reader(), args.patient, f"{args.kind} sheet").chart
        made = _made(store, chart, args)
    write_sheet(Path(args.output), made)
    told = {"file": args.output, "bytes": len(made)}
    print_json(told) if args.json else print(f"{args.output}, {len(made)} bytes")
    return 0


def _made(store: Clinic, chart: Chart, args: argparse.Namespace) -> bytes:
    from reprieve.app.sheets import printing as sheets

    head = letterhead(args.clinic_name, store.ledger.head()[1])
    if args.kind == "injection":
        if not chart.drafts:
            raise InputError("this chart has no draft of a plan; keep a draft first, then print its sheet")
        from reprieve.app.check import check_plan
        from reprieve.app.reviews.rows import reviews_of

        plan = chart.drafts[-1]
        report = check_plan(plan, today=store.today(), now=store.clock(), reviews=reviews_of(store, DEFAULT_CLINIC))
        return sheets.injection_sheet(chart, plan, head, findings=report.findings)
    if args.kind == "patient":
        from reprieve.app.forecast import forecast_chart

        return sheets.patient_summary(chart, forecast_chart(chart, on=store.today()), head, on=store.today())
    if args.kind == "adverse":
        from reprieve.app.sheets.adverse import adverse_draft

        return sheets.adverse_sheet(chart, adverse_draft(chart, on=store.today(), place=args.number), head)
    session = _session(chart, args.session)
    if args.kind == "letter":
        return sheets.letter(chart, session, head, recipient=args.recipient or "", on=store.today())
    from reprieve.app.sheets.visit import delivery_of

    visit = delivery_of(store, DEFAULT_CLINIC, chart.patient.id, session.id or "", cream=args.cream)
    return sheets.visit_sheet(chart, visit, head)


def _session(chart: Chart, wanted: str | None) -> Session:
    if not chart.sessions:
        raise InputError("this chart has no session yet; there is nothing to print")
    if wanted is None:
        return max(chart.sessions, key=lambda one: one.date)
    for one in chart.sessions:
        if one.id == wanted:
            return one
    raise InputError(f"this chart has no session {wanted!r}; take the id from the chart")


@contextmanager
def opened(target: str) -> Iterator[Clinic]:
    """Give the record at `target`, which must exist."""
    database = Database(target, create=False)
    try:
        yield Clinic(database)
    finally:
        database.close()


def reader() -> Person:
    """Return who reads on the command line, as the record tells it."""
    return Person(DEFAULT_CLINIC, operator(), Role.ADMINISTRATOR)


def letterhead(clinic_name: str, audit_head: str) -> Letterhead:
    """Return the head of a sheet that is printed now."""
    from reprieve.app.clock import now
    from reprieve.app.sheets.printing import Letterhead

    return Letterhead(clinic=clinic_name, audit_head=audit_head, printed_at=now())


def write_sheet(file: Path, made: bytes) -> None:
    """Write a sheet into a new file that only its owner can read; an old file is never overwritten."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"there is a file {file} already; give a new name") from None
    except OSError as error:
        raise SetupError(f"cannot write {file} ({error.strerror or error}); check the path") from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(made)
