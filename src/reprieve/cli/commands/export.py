"""`reprieve export`: chart documents, or the de-identified research set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from reprieve.cli.output import print_json
from reprieve.cli.record import add_db, operator
from reprieve.core.errors import InputError

if TYPE_CHECKING:
    from reprieve.app.research.files import ResearchSet


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--patient", metavar="ID", help="the chart document of one patient")
    what.add_argument("--all", action="store_true", help="the chart documents of all patients, one a line")
    what.add_argument("--research", metavar="FOLDER", help="the de-identified research set, into a new folder")
    add_db(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="file to write; standard output by default")
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv", help="of the research set")
    parser.add_argument(
        "--key-file", metavar="FILE", help="keeps the secret key, so that the next set has the same pseudonyms"
    )


def run(args: argparse.Namespace) -> int:
    """Export."""
    from reprieve.app.clinic import Clinic
    from reprieve.app.research.files import write_research_set
    from reprieve.app.transfer.charts import charts_of, document_lines
    from reprieve.store.engine import Database

    if args.key_file and not args.research:
        raise InputError("--key-file goes with --research; chart documents carry no pseudonyms")
    database = Database(args.db, create=False)
    try:
        charts = charts_of(Clinic(database), args.patient, by=operator())
        if args.research:
            key_file = Path(args.key_file).expanduser() if args.key_file else None
            done = write_research_set(charts, Path(args.research).expanduser(), kind=args.format, key_file=key_file)
            _tell(args, done)
        elif args.json and args.output is None:
            told = list(charts)
            print_json(told if args.all else told[0])
        else:
            _write((line + "\n" for line in document_lines(charts)), args)
    finally:
        database.close()
    return 0


def _tell(args: argparse.Namespace, done: ResearchSet) -> None:
    if args.json:
        print_json(done)
    else:
        rows = ", ".join(f"{count} {name}" for name, count in done.rows.items())
        print(f"{rows} in {done.folder}; de-identified, dictionary.csv tells the columns")


def _write(lines: Iterable[str], args: argparse.Namespace) -> None:
    from reprieve.app.transfer.new_files import write_new_file

    if args.output is None or args.output == "-":
        sys.stdout.writelines(lines)
        return
    file = write_new_file(args.output, lines)
    if args.json:
        print_json({"file": str(file)})
