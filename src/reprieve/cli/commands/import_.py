"""`reprieve import`: chart documents, a research set or a mapped table into a record."""

from __future__ import annotations

import argparse
from pathlib import Path

from reprieve.cli.output import print_json
from reprieve.cli.record import add_db, operator, tell_namesakes
from reprieve.core.errors import InputError
from reprieve.record.chart import Chart


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="chart documents (- reads input), the folder of a research set, or with --mapping a CSV table",
    )
    add_db(parser)
    parser.add_argument("--id", metavar="ID", help="the id that the one imported patient gets here")
    parser.add_argument("--mapping", metavar="MAP.json", help="says which column of a CSV table is what")
    parser.add_argument("--to-charts", action="store_true", help="print chart documents; nothing is recorded")


def run(args: argparse.Namespace) -> int:
    """Import, all or nothing."""
    from reprieve.app.transfer.charts import document_lines, import_charts

    charts = _charts(args)
    if args.to_charts:
        from reprieve.app.clock import now
        from reprieve.app.transfer.checks import check_charts

        check_charts(charts, today=now().date())
        if args.json:
            print_json(charts)
        else:
            for line in document_lines(iter(charts)):
                print(line)
        return 0
    from reprieve.app.clinic import Clinic
    from reprieve.store.engine import Database

    database = Database(args.db)
    try:
        done = import_charts(Clinic(database), charts, by=operator(), new_patient_id=args.id)
    finally:
        database.close()
    if args.json:
        print_json(done)
    else:
        print(f"{len(done.patients)} patients came in as {done.events} events; head {done.head}")
        tell_namesakes(done.namesakes)
    return 0


def _charts(args: argparse.Namespace) -> list[Chart]:
    from reprieve.app.documents import load, read_text
    from reprieve.app.transfer.charts import read_charts

    if args.mapping:
        from reprieve.app.transfer.mapped import CsvMapping, read_mapped

        return read_mapped(Path(args.file).expanduser(), load(CsvMapping, args.mapping))
    if args.file != "-" and Path(args.file).expanduser().is_dir():
        from reprieve.app.research.tidy import read_tidy_set

        return read_tidy_set(Path(args.file).expanduser())
    if args.file.endswith(".csv"):
        raise InputError(f"{args.file} is a table: --mapping MAP.json says which column is what")
    return read_charts(read_text(args.file), "standard input" if args.file == "-" else args.file)
