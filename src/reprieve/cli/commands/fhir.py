"""`reprieve fhir`: the record as FHIR R4, out and in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprieve.cli.output import print_json
from reprieve.cli.record import add_db, operator, tell_namesakes
from reprieve.core.errors import InputError

if TYPE_CHECKING:
    from reprieve.interop.fhir.reader import Batch, Remark

GROUPS_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="export|import|launch|profile")
    export = verbs.add_parser("export", help="write a Bundle, or a Bulk Data folder of NDJSON files")
    export.add_argument("chart", nargs="?", metavar="CHART", help="chart documents to write; - reads input")
    export.add_argument("--patient", metavar="ID", help="one patient of the record")
    export.add_argument("--all", action="store_true", help="all patients of the record")
    add_db(export)
    export.add_argument("-o", "--output", metavar="FILE", help="file for the Bundle; standard output by default")
    export.add_argument("--bulk", metavar="FOLDER", help="write one NDJSON file a resource type into a new folder")
    export.add_argument("--no-history", action="store_true", help="leave out who wrote and who read")
    _json(export)
    come_in = verbs.add_parser("import", help="read a Bundle, an NDJSON file or a Bulk Data folder")
    come_in.add_argument("source", metavar="SOURCE", help="file or folder; - reads input")
    add_db(come_in)
    come_in.add_argument("--id", metavar="ID", help="the id that the one imported patient gets here")
    come_in.add_argument("--to-charts", action="store_true", help="print chart documents; nothing is recorded")
    come_in.add_argument("--kept", metavar="FILE", help="with --to-charts: NDJSON of what a chart has no place for")
    _json(come_in)
    launch = verbs.add_parser("launch", help="SMART App Launch: read one patient from an EHR, with its consent")
    launch.add_argument("ehr", metavar="EHR.json", help="iss, client_id, secret_file or key_file and kid, scope, port")
    launch.add_argument("--wait", type=float, default=300.0, metavar="S", help="how long to wait for the browser (300)")
    add_db(launch)
    launch.add_argument("--id", metavar="ID", help="the id that the patient gets here")
    launch.add_argument("--to-charts", action="store_true", help="print the chart document; nothing is recorded")
    launch.add_argument("--kept", metavar="FILE", help="with --to-charts: NDJSON of what a chart has no place for")
    _json(launch)
    profile = verbs.add_parser("profile", help="write this project's profiles and examples")
    profile.add_argument("-o", "--output", metavar="FILE", help="file for the Bundle; standard output by default")
    _json(profile)


def _json(parser: argparse.ArgumentParser) -> None:
    told = argparse.SUPPRESS  # so that --json before the verb holds too
    parser.add_argument("--json", action="store_true", default=told, help="one JSON document on standard output")


def run(args: argparse.Namespace) -> int:
    """Carry out the verb."""
    return {"export": _export, "import": _import, "launch": _launch, "profile": _profile}[args.verb](args)


def _export(args: argparse.Namespace) -> int:
    if sum((args.chart is not None, args.patient is not None, args.all)) != 1:
        raise InputError("give one of CHART, --patient ID and --all")
    if args.bulk and args.output:
        raise InputError("--bulk and --output are two places; give one")
    if args.chart is not None:
        from reprieve.app.documents import read_text
        from reprieve.app.fhir.bundles import resources_of_charts
        from reprieve.app.transfer.charts import read_charts

        where = "standard input" if args.chart == "-" else args.chart
        return _write(args, resources_of_charts(read_charts(read_text(args.chart), where)))
    from reprieve.app.clinic import Clinic
    from reprieve.app.fhir.bundles import export_resources
    from reprieve.store.engine import Database

    database = Database(args.db, create=False)
    try:
        store = Clinic(database)
        return _write(args, export_resources(store, args.patient, by=operator(), history=not args.no_history))
    finally:
        database.close()


def _write(args: argparse.Namespace, resources: Iterable[dict[str, Any]]) -> int:
    from reprieve.app.clock import now
    from reprieve.app.transfer.new_files import write_new_file
    from reprieve.interop.fhir.bulk import write_folder
    from reprieve.interop.fhir.bundle import collection_text

    if args.bulk:
        counts = write_folder(resources, Path(args.bulk).expanduser(), now())
        told = {"folder": args.bulk, "resources": counts}
        if args.json:
            print_json(told)
        else:
            print(f"{sum(counts.values())} resources of {len(counts)} types in {args.bulk}")
        return 0
    pieces = chain(collection_text(resources, now()), ["\n"])
    if args.output in (None, "-"):
        sys.stdout.writelines(pieces)
    else:
        write_new_file(args.output, pieces)
        if args.json:
            print_json({"file": args.output})
    return 0


def _import(args: argparse.Namespace) -> int:
    from reprieve.app.fhir.bundles import read_source

    if args.kept and not args.to_charts:
        raise InputError("--kept goes with --to-charts; a record keeps everything itself")
    return _take_in(args, read_source(args.source))


def _launch(args: argparse.Namespace) -> int:
    from reprieve.app.documents import load
    from reprieve.app.fhir.smart import EhrDocument, client_of
    from reprieve.app.fhir.smart_listener import LaunchListener

    if args.kept and not args.to_charts:
        raise InputError("--kept goes with --to-charts; a record keeps everything itself")
    document = load(EhrDocument, args.ehr)
    with LaunchListener(document.port) as listener:
        client = client_of(document, Path(args.ehr).expanduser().parent, listener.redirect_uri)
        sys.stderr.write(f"open {listener.address}/launch in a browser, or start from the EHR\n")
        sys.stderr.flush()
        batch = listener.wait(client, args.wait)
    return _take_in(args, batch)


def _take_in(args: argparse.Namespace, batch: Batch) -> int:
    if args.to_charts:
        return _to_charts(args, batch)
    from reprieve.app.clinic import Clinic
    from reprieve.app.fhir.bundles import import_batch
    from reprieve.store.engine import Database

    database = Database(args.db)
    try:
        done = import_batch(Clinic(database), batch, by=operator(), new_patient_id=args.id)
    finally:
        database.close()
    if args.json:
        print_json(done)
        return 0
    print(f"{len(done.patients)} patients came in as {done.events} events; head {done.head}")
    tell_namesakes(done.namesakes)
    if done.kept:
        print(f"{done.kept} resources are kept as they came, beside the charts")
    _tell(done.remarks, sys.stdout)
    return 0


def _to_charts(args: argparse.Namespace, batch: Batch) -> int:
    from reprieve.app.clock import now
    from reprieve.app.transfer.charts import document_lines
    from reprieve.app.transfer.checks import check_charts
    from reprieve.app.transfer.new_files import write_new_file

    charts = [record.chart for record in batch.records]
    check_charts(charts, today=now().date(), deceased=[record.deceased for record in batch.records])
    kept = [entry for record in batch.records for entry in record.kept] + list(batch.kept)
    if args.kept:
        write_new_file(args.kept, "".join(entry.text + "\n" for entry in kept))
    if args.json:
        print_json({"charts": charts, "kept": kept, "remarks": batch.remarks})
        return 0
    for line in document_lines(iter(charts)):
        print(line)
    if kept and not args.kept:
        sys.stderr.write(f"{len(kept)} resources have no place in a chart document; --kept FILE keeps them\n")
    _tell(batch.remarks, sys.stderr)
    return 0


def _tell(remarks: tuple[Remark, ...], stream: Any) -> None:
    """Tell the remarks: those that say the same together, with the first of them as an example."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for remark in remarks:
        kind = remark.resource.split("/")[0]
        groups.setdefault((kind, remark.what, remark.why), []).append(remark.resource)
    for (kind, what, why), found in list(groups.items())[:GROUPS_SHOWN]:
        name = found[0] if len(found) == 1 else f"{len(found)} of {kind} (the first is {found[0]})"
        stream.write(f"  {name}: {what}; {why}\n")
    if len(groups) > GROUPS_SHOWN:
        stream.write(f"  and {len(groups) - GROUPS_SHOWN} more kinds of remark; --json tells each\n")


def _profile(args: argparse.Namespace) -> int:
    from reprieve.app.transfer.new_files import write_new_file
    from reprieve.interop.fhir.bundle import collection
    from reprieve.interop.fhir.json_text import write_json
    from reprieve.interop.fhir.profile import conformance_resources

    text = write_json(collection(conformance_resources())) + "\n"
    if args.output in (None, "-"):
        sys.stdout.write(text)
    else:
        write_new_file(args.output, text)
        if args.json:
            print_json({"file": args.output})
    return 0
