"""`reprieve authorise`: the packet for a payer's prior authorisation, from a chart document or the record."""

from __future__ import annotations

import argparse
from pathlib import Path

from reprieve.app.authorisation import AuthorisationPacket, authorisation_packet
from reprieve.cli.commands.sheet import letterhead, write_sheet
from reprieve.cli.output import print_json, print_table
from reprieve.cli.record import DEFAULT_DB
from reprieve.core.dates import iso_date
from reprieve.core.dose import plain
from reprieve.core.errors import InputError
from reprieve.deliver.billing import PayerRounding
from reprieve.record.chart import Chart


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("chart", nargs="?", metavar="CHART.json", help="chart document; - is standard input")
    parser.add_argument("--patient", metavar="ID", help="a patient of the record instead of a document")
    parser.add_argument("--db", metavar="URL", default=DEFAULT_DB, help=f"the record; by default {DEFAULT_DB}")
    parser.add_argument("--on", metavar="DATE", help="date of the packet (today); later entries are not used")
    parser.add_argument(
        "--rounding",
        choices=[mode.value for mode in PayerRounding],
        help="how the payer rounds a broken billing unit (up, or the clinic's policy)",
    )
    parser.add_argument("--pdf", metavar="FILE", help="also print it as PDF into a new file")
    parser.add_argument("--clinic-name", default="", metavar="NAME", help="name of the clinic on the PDF")


def run(args: argparse.Namespace) -> int:
    """Assemble and print; exit 1 when something is missing."""
    from reprieve.app.clock import now

    on = iso_date(args.on, "--on") if args.on else now().date()
    chart, rounding, head = _chart(args)
    packet = authorisation_packet(chart, on=on, rounding=PayerRounding(args.rounding or rounding))
    if args.pdf:
        from reprieve.app.sheets.printing import authorisation_sheet

        write_sheet(Path(args.pdf), authorisation_sheet(chart, packet, letterhead(args.clinic_name, head)))
    if args.json:
        print_json(packet.document())
    else:
        _print(packet)
    return 1 if packet.missing else 0


def _chart(args: argparse.Namespace) -> tuple[Chart, str, str]:
    """Return the chart, the clinic's rounding, and the head of the record (none for a document)."""
    if (args.chart is None) == (args.patient is None):
        raise InputError("give either CHART.json or --patient ID, not both and not neither")
    if args.chart is not None:
        from reprieve.app.documents import load

        return load(Chart, args.chart), PayerRounding.UP.value, "no record"
    from reprieve.app.clinic import DEFAULT_CLINIC
    from reprieve.app.reviews.policy import policy_of
    from reprieve.cli.commands.sheet import opened, reader

    with opened(args.db) as store:
        chart = store.read(reader(), args.patient, "prior authorisation").chart
        return chart, policy_of(store, DEFAULT_CLINIC).payer_rounding, store.ledger.head()[1]


def _print(packet: AuthorisationPacket) -> None:
    print(f"Prior authorisation for {packet.patient}, {packet.on}")
    for text in packet.missing:
        print(f"MISSING: {text}")
    print("diagnosis: " + ("; ".join(row.condition for row in packet.diagnoses) or "–"))
    print("goals: " + ("; ".join(packet.goals) or "–"))
    print_table(
        [[row.date, row.product, plain(row.units), row.weeks_since, row.outcome, row.why] for row in packet.sessions],
        ["date", "product", "units", "weeks since", "outcome", "by"],
    )
    if packet.claim is not None:
        for line in packet.claim.lines:
            print(f"{line.code} {line.modifier or '':<2} {line.billing_units} billing units")
    for row in packet.earlier_treatments:
        print(f"other treatment: {row.treatment}, from {row.date}")
