"""reprieve response: fit a population, forecast patients, evaluate the model on held-out patients."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys

from reprieve.app.response.kernel import why_slow
from reprieve.app.response.scores import (
    fit_scores,
    forecast_csv,
    forecast_scores,
    load_population,
    read_scores,
    write_text,
)
from reprieve.cli.numbers import whole
from reprieve.cli.output import print_json, print_table
from reprieve.cli.progress import bar
from reprieve.core.errors import InputError
from reprieve.learn.population import Population

_SCORES = "columns patient, cycle, week, score; CSV or Parquet, - is CSV on standard input"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands and their arguments."""
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parts = parser.add_subparsers(dest="part", required=True, metavar="{fit,forecast,evaluate}")
    fit = parts.add_parser("fit", help="fit a population to tidy scores")
    fit.add_argument("scores", metavar="SCORES", help=f"{_SCORES}; or a folder of partitions")
    fit.add_argument("-o", "--output", required=True, metavar="population.json", help="where the population goes")
    forecast = parts.add_parser("forecast", help="forecast each patient's scores")
    forecast.add_argument(
        "scores", metavar="SCORES", help=f"what is known so far: {_SCORES}; or a folder of partitions"
    )
    forecast.add_argument("--population", metavar="population.json", help="default: the shipped population")
    forecast.add_argument("--at", required=True, metavar="8,12,16", help="weeks since the injection, by commas")
    forecast.add_argument("-o", "--output", metavar="out.csv", help="default: standard output; a folder for a folder")
    forecast.add_argument(
        "--laplace",
        action="store_true",
        help="take the population as known: for large registries, several times as fast",
    )
    forecast.add_argument(
        "--explain", action="store_true", help="with --json: which scores moved it, and how much is the person"
    )
    evaluate = parts.add_parser("evaluate", help="cross-validate by patient, beside simpler models")
    evaluate.add_argument("scores", metavar="SCORES", nargs="?", help=f"{_SCORES}; default: the shipped trial")
    evaluate.add_argument("--known-until", default="4,0", metavar="4,0", help="weeks known of a held-out patient")
    evaluate.add_argument("--folds", type=int, default=5)
    evaluate.add_argument("--seed", type=whole(0), default=1, help="of the split by patient")
    evaluate.add_argument("--report", metavar="report.html", help="also write a report with reliability plots")
    for part in (fit, forecast):
        part.add_argument("--workers", type=int, metavar="N", help="processes for a folder; default one a processor")
        part.add_argument("--scheduler", metavar="URL", help="a Dask scheduler whose workers do it (extra: cluster)")
    for part in (fit, forecast, evaluate):
        part.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")


def run(args: argparse.Namespace) -> int:
    """Run the chosen part."""
    return {"fit": _fit, "forecast": _forecast, "evaluate": _evaluate}[args.part](args)


def _fit(args: argparse.Namespace) -> int:
    population = _fitted(args)
    document = population.to_document()
    write_text(args.output, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    if args.output == "-":
        return 0
    if args.json:
        print_json(document)
        return 0
    print_table(
        [[name, f"{entry['mean']:.3f}", f"{entry['sd']:.3f}"] for name, entry in document["parameters"].items()],
        ["parameter", "mean", "sd"],
    )
    print(f"\nwritten to {args.output}")
    return 0


def _fitted(args: argparse.Namespace) -> Population:
    progress = _progress if sys.stderr.isatty() else None
    if args.scheduler is None and not os.path.isdir(args.scores):
        scores = read_scores(args.scores)
        _tell_if_slow()
        return fit_scores(scores, args.scores, progress=progress)
    from reprieve.app.response.partitions import fit_partitions
    from reprieve.compute import open_executor

    _tell_if_slow()
    with open_executor(args.scheduler, args.workers) as executor:
        return fit_partitions(args.scores, executor, progress=progress)


def _tell_if_slow() -> None:
    if line := why_slow():
        print(f"reprieve response: {line}", file=sys.stderr)


def _progress(iteration: int) -> None:
    sys.stderr.write(f"\rfitting, iteration {iteration}")
    sys.stderr.flush()


def _forecast(args: argparse.Namespace) -> int:
    population = load_population(args.population)
    weeks = _weeks(args.at, "--at")
    if args.explain and args.laplace:
        raise InputError("--explain tells of the whole forecast, not of that with --laplace; leave one of them out")
    if args.scheduler is not None or os.path.isdir(args.scores):
        if args.explain:
            raise InputError("--explain is for one table, not for a folder; give the patient's scores in a file")
        return _forecast_folder(args, population, weeks)
    if args.explain and not args.json:
        raise InputError("--explain is told in the JSON document; add --json")
    scores = read_scores(args.scores)
    _tell_if_slow()
    rows = forecast_scores(scores, population, weeks, args.scores, laplace=args.laplace)
    if args.output:
        write_text(args.output, forecast_csv(rows))
    if args.json:
        document = {"rows": rows, "population": population.fingerprint, "model": population.family}
        if args.explain:
            from reprieve.app.response.explain import explain_scores

            document["explanations"] = explain_scores(scores, population, args.scores)
        print_json(document)
    elif not args.output:
        write_text("-", forecast_csv(rows))
    return 0


def _forecast_folder(args: argparse.Namespace, population: Population, weeks: list[float]) -> int:
    from reprieve.app.response.partitions import forecast_partitions
    from reprieve.compute import open_executor

    if not args.output:
        raise InputError("a folder of scores is forecast into a folder; say which with -o FOLDER")
    _tell_if_slow()
    with open_executor(args.scheduler, args.workers) as executor:
        manifest = forecast_partitions(
            args.scores,
            args.output,
            population,
            weeks,
            executor,
            laplace=args.laplace,
            progress=bar("forecasting"),
        )
    if args.json:
        print_json({"folder": args.output, "manifest": manifest})
    else:
        print(f"written to {args.output}")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    from reprieve.app.response.evaluate import evaluate_scores
    from reprieve.app.response.report import report_html
    from reprieve.app.response.scores import trial_rows

    rows = trial_rows() if args.scores is None else read_scores(args.scores)
    _tell_if_slow()
    told = evaluate_scores(
        rows,
        args.scores or "the shipped trial",
        known_until=_weeks(args.known_until, "--known-until"),
        folds=args.folds,
        seed=args.seed,
        progress=bar("cross-validating"),
    )
    if args.report:
        write_text(args.report, report_html(told))
    if args.json:
        print_json(told)
        return 0
    for task in told.tasks:
        print(f"\nknown up to week {task.known_until:g} after the last injection, later scores foretold:")
        print_table(
            [
                [name, one.scores, one.nlpd, one.crps, one.rmse, one.coverage["0.8"], one.coverage["0.9"]]
                for name, one in task.models.items()
            ],
            ["model", "scores", "NLPD", "CRPS", "RMSE", "80 % covers", "90 % covers"],
        )
    print(f"\n{told.patients} patients, {told.folds} folds by patient, seed {told.seed}")
    return 0


def _weeks(text: str, option: str) -> list[float]:
    try:
        weeks = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        weeks = []
    if not weeks or not all(math.isfinite(week) and -520 <= week <= 520 for week in weeks):
        raise InputError(f"{option} must be weeks such as 8,12,16 (between -520 and 520), but got {text!r}; correct it")
    return weeks
