"""`reprieve cohort`: questions to a registry."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from reprieve.app.cohort.cells import SMALLEST_CELL
from reprieve.app.cohort.questions import QUESTIONS, Cohort, cohort
from reprieve.app.cohort.tally import Figure
from reprieve.app.response.partition_files import split_scores
from reprieve.cli.output import print_json, print_table
from reprieve.cli.progress import bar
from reprieve.compute import open_executor

ALL, SPLIT = "all", "split"
_SOURCES = """\
a SOURCE is one of
  charts.ndjson    chart documents, as `reprieve export --all` writes them; - reads standard input
  research/        the folder of a research set, as `reprieve export --research` writes it
  scores.parquet   tidy scores (CSV or Parquet) with patient, cycle, week, score, and product, units, date, site
  registry/        a folder of any one of these; each entry is a partition, and a patient is in one partition

examples
  reprieve export --all | reprieve cohort all -
  reprieve cohort durations registry/ --by centre --workers 2
  reprieve cohort split scores.csv --into registry/ --parts 20
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _SOURCES
    parser.add_argument(
        "question", metavar="QUESTION", choices=(ALL, *QUESTIONS, SPLIT), help=", ".join((ALL, *QUESTIONS, SPLIT))
    )
    parser.add_argument("source", metavar="SOURCE", help="charts, a research set, tidy scores, or a folder of them")
    parser.add_argument(
        "--by", default="product", metavar="GROUP", help="product (default), centre, indication or cycle, in a product"
    )
    parser.add_argument(
        "--smallest-cell",
        type=int,
        default=SMALLEST_CELL,
        metavar="N",
        help=f"show no group of fewer patients ({SMALLEST_CELL})",
    )
    parser.add_argument("--plots", metavar="FOLDER", help="draw the answers as SVG files (extra: plots)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes on this machine; default one a processor")
    parser.add_argument("--scheduler", metavar="URL", help="a Dask scheduler whose workers do it (extra: cluster)")
    parser.add_argument("--into", metavar="FOLDER", help="of split: a new folder for the partitions")
    parser.add_argument("--parts", type=int, default=8, metavar="N", help="of split: how many partitions (8)")


def run(args: argparse.Namespace) -> int:
    """Ask, or split."""
    if args.question == SPLIT:
        return _split(args)
    questions = QUESTIONS if args.question == ALL else (args.question,)
    workers = 1 if args.source == "-" and args.scheduler is None else args.workers
    with open_executor(args.scheduler, workers) as executor:
        answer = cohort(
            args.source,
            questions,
            by=args.by,
            smallest_cell=args.smallest_cell,
            executor=executor,
            progress=bar("partitions"),
        )
    files: Sequence[str] = ()
    if args.plots:
        from reprieve.app.plots.cohort import write_cohort_plots

        files = write_cohort_plots(answer, args.plots)
    if args.json:
        print_json(answer)
    else:
        _print(answer)
        for file in files:
            print(f"drawn: {file}")
    return 0


def _split(args: argparse.Namespace) -> int:
    if args.into is None:
        from reprieve.core.errors import InputError

        raise InputError("split needs --into FOLDER; give a new folder for the partitions")
    paths = split_scores(args.source, args.into, args.parts)
    if args.json:
        print_json({"folder": args.into, "partitions": [path.name for path in paths]})
    else:
        print(f"{len(paths)} partitions in {args.into}")
    return 0


def _print(answer: Cohort) -> None:
    patients = f"fewer than {answer.smallest_cell}" if answer.patients is None else str(answer.patients)
    print(f"{answer.source}: {answer.kind}, {patients} patients, {_cell(answer.cycles)} cycles\n")
    for rows, printer in (
        (answer.durations, _print_durations),
        (answer.dose_response, _print_dose),
        (answer.relapse, _print_relapse),
        (answer.side_effects, _print_side_effects),
        (answer.centres, _print_centres),
        (answer.waste, _print_waste),
    ):
        if rows:
            printer(rows)
            print()
    asked = {name: getattr(answer, name.replace("-", "_")) for name in QUESTIONS}
    silent = [name for name, rows in asked.items() if rows is not None and not rows]
    if silent:
        print(f"nothing in this source tells of: {', '.join(silent)}")
    for question, number in answer.hidden.items():
        print(f"{question}: {number} groups or rows of fewer than {answer.smallest_cell} patients are not shown")
    for note in answer.notes:
        print(f"- {note}")


def _print_durations(rows: Sequence[Any]) -> None:
    print("Weeks to the next injection (Kaplan-Meier)")
    print_table(
        [
            (
                one.product,
                one.group,
                one.patients,
                one.cycles,
                one.reinjected,
                _figure(one.q25_weeks, 1),
                _figure(one.median_weeks, 1),
                _figure(one.q75_weeks, 1),
                _figure(one.weibull_shape, 1),
            )
            for one in rows
        ],
        (
            "product",
            "group",
            "patients",
            "cycles",
            "reinjected",
            "25 %",
            "median",
            "75 %",
            "Weibull shape",
        ),
    )
    for one in rows:
        told = [f"{_weeks(band)}: {_cell(band.cycles)}" for band in one.intervals if band.cycles != 0]
        print(f"  {one.product}{'' if one.group is None else ', ' + one.group}: {'; '.join(told) or 'no interval'}")


def _weeks(band: Any) -> str:
    return f"{band.from_weeks}+ weeks" if band.to_weeks is None else f"{band.from_weeks}-{band.to_weeks} weeks"


def _print_dose(rows: Sequence[Any]) -> None:
    print("Points gained in weeks 3 to 7, by units of one product")
    print_table(
        [
            (
                one.product,
                one.scale,
                f"{band.from_units:f} to <{band.to_units:f}",
                band.cycles,
                _figure(band.improvement, 1),
                _percent(band.improvement_share),
            )
            for one in rows
            for band in one.bands
        ],
        ("product", "scale", "units", "cycles", "points", "of the start"),
    )
    for one in rows:
        print(
            f"  {one.product}, {one.scale}: for a doubled dose {_figure(one.slope, 1) or '–'} points over all cycles, "
            f"{_figure(one.slope_within, 1) or '–'} within {_cell(one.patients_within)} patients with several doses"
        )


def _print_relapse(rows: Sequence[Any]) -> None:
    print("How much of the best effect was gone at the next visit")
    print_table(
        [
            (
                one.product,
                one.group,
                one.scale,
                one.cycles,
                one.no_response,
                _percent(one.half_lost),
                _percent(one.relapsed),
            )
            for one in rows
        ],
        ("product", "group", "scale", "cycles", "no response", "half gone", "four fifths gone"),
    )


def _print_side_effects(rows: Sequence[Any]) -> None:
    print("Side effects told after sessions with a muscle (not by it)")
    print_table(
        [
            (
                one.product,
                one.muscle,
                f"{one.from_units:f} to <{one.to_units:f}",
                one.symptom,
                one.sessions,
                one.with_symptom,
                _percent(one.share),
            )
            for one in rows
        ],
        ("product", "muscle", "units", "symptom", "sessions", "with it", "share"),
    )


def _print_centres(rows: Sequence[Any]) -> None:
    for funnel in rows:
        scale = "" if funnel.scale is None else f" ({funnel.scale})"
        print(f"{funnel.measure}{scale}: {100 * funnel.share:.0f} % of {funnel.patients} patients")
        print_table(
            [
                (
                    one.centre,
                    one.patients,
                    None if one.share is None else f"{100 * one.share:.0f} %",
                    f"{100 * one.limits_95[0]:.0f} to {100 * one.limits_95[1]:.0f} %",
                    one.place,
                )
                for one in funnel.centres
            ],
            ("centre", "patients", "share", "expected, 95 %", "place"),
        )


def _print_waste(rows: Sequence[Any]) -> None:
    print("Units opened and not given")
    print_table(
        [
            (
                one.product,
                one.sessions,
                f"{one.opened_units:f}",
                f"{one.given_units:f}",
                f"{one.wasted_units:f}",
                _percent(one.wasted_share),
                one.shared_vials,
                one.not_told,
            )
            for one in rows
        ],
        ("product", "sessions", "opened", "given", "wasted", "share", "shared vials", "not told"),
    )


def _cell(value: int | None) -> str:
    return "–" if value is None else str(value)


def _figure(one: Figure | None, digits: int) -> str | None:
    if one is None or one.value is None:
        return None
    if one.low is None or one.high is None:
        return f"{one.value:.{digits}f}"
    return f"{one.value:.{digits}f} ({one.low:.{digits}f} to {one.high:.{digits}f})"


def _percent(one: Figure | None) -> str | None:
    if one is None or one.value is None:
        return None
    if one.low is None or one.high is None:
        return f"{100 * one.value:.0f} %"
    return f"{100 * one.value:.0f} % ({100 * one.low:.0f} to {100 * one.high:.0f})"
