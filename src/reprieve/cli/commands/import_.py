"""`reprieve import`: chart documents into a record."""

from __future__ import annotations

import argparse

from reprieve.app.clinic import Clinic
from reprieve.app.documents import read_text
from reprieve.app.record_transfer import import_charts, read_charts
from reprieve.cli.output import print_json
from reprieve.cli.record import add_db, operator
from reprieve.store.engine import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="a chart document, a list of them, or one a line; - reads input")
    add_db(parser)
    parser.add_argument("--id", metavar="ID", help="the id that the one imported patient gets here")


def run(args: argparse.Namespace) -> int:
    """Import, all or nothing."""
    charts = read_charts(read_text(args.file), "standard input" if args.file == "-" else args.file)
    database = Database(args.db)
    try:
        done = import_charts(Clinic(database), charts, by=operator(), new_patient_id=args.id)
    finally:
        database.close()
    if args.json:
        print_json(done)
    else:
        print(f"{len(done.patients)} patients came in as {done.events} events; head {done.head}")
    return 0
