"""`reprieve remind`: send the day's reminders of the diary to the phones that asked for them."""

from __future__ import annotations

import argparse

from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.reminders.sending import send_reminders
from reprieve.cli.output import print_json
from reprieve.cli.record import add_db
from reprieve.core.documents import as_json
from reprieve.store.engine import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_db(parser)
    parser.add_argument(
        "--contact", required=True, metavar="ADDRESS", help="mailto:NAME@HOST that a push service can complain to"
    )
    parser.add_argument(
        "--service",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="a push service of your own, beside those of the browsers' makers; repeatable",
    )
    parser.add_argument("--clinic", metavar="NAME", default=DEFAULT_CLINIC, help="the clinic, where there are several")


def run(args: argparse.Namespace) -> int:
    """Send once; a timer of the machine runs this at the hour the clinic chooses."""
    database = Database(args.db, create=False)
    try:
        done = send_reminders(Clinic(database), args.clinic, contact=args.contact, services=args.service)
    finally:
        database.close()
    if args.json:
        print_json(as_json(done))
    else:
        print(
            f"{done.sent} sent, {done.written_today} had written today, "
            f"{done.gone} gone and forgotten, {done.failed} failed."
        )
        for reason in done.reasons:
            print(f"  {reason}")
    return 1 if done.failed else 0
