"""`reprieve recall LOT`: everybody who got a lot, and its vials still in the house."""

from __future__ import annotations

import argparse

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.record.recall import recall_document, recall_lot
from reprieve.cli.output import print_json, print_table
from reprieve.cli.record import add_db, operator
from reprieve.core.dose import plain
from reprieve.deliver.ledger import VialAccount
from reprieve.store.engine import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("lot", metavar="LOT", help="lot as printed on the vial")
    add_db(parser)


def run(args: argparse.Namespace) -> int:
    """Ask the record and print; the question itself stands in the record too."""
    database = Database(args.db, create=False)
    try:
        store = Clinic(database)
        found = recall_lot(store, DEFAULT_CLINIC, args.lot)
        person = Person(DEFAULT_CLINIC, operator(), Role.ADMINISTRATOR)
        store.tell_reading(person, None, f"recall of lot {found.lot}")
    finally:
        database.close()
    if args.json:
        print_json(recall_document(found))
        return 0
    counts = f"{len(found.patients)} patients, {len(found.sessions)} sessions, {len(found.vials)} vials here"
    print(f"Lot {found.lot}: {counts}")
    print_table(
        [
            [row.patient, row.date, plain(row.dose.units), row.dose.product, "; ".join(row.muscles)]
            for row in found.sessions
        ],
        ["patient", "date", "units", "product", "muscles"],
    )
    for vial in found.vials:
        print(f"in the house: {vial.vial}, {_state(vial)}, expires {vial.expires}")
    if not found.received:
        print("The stock list never had a vial of this lot: look on the shelves and in the refrigerator.")
    for other in found.similar:
        print(
            f"LOOK AT THESE TOO: the record also has a lot {other.lot!r}, with {len(other.patients)} patients and "
            f"{other.vials} vials here; compare it with the recall notice"
        )
    if not found.sessions:
        print("Nobody got this lot, as far as this record knows. Check each character of the lot.")
    return 0


def _state(vial: VialAccount) -> str:
    left = f"{plain(vial.left.units)} units of {vial.left.product}"
    if vial.opened_at is None:
        return f"unopened, {left}"
    whom = "" if vial.opened_for is None else f" for {vial.opened_for}"
    return f"open, {left} left, opened {vial.opened_at:%Y-%m-%d %H:%M}{whom}"
