"""reprieve response: fit a population, forecast patients."""

from __future__ import annotations

import argparse
import json
import math
import sys

from reprieve.app.response import (
    fit_scores,
    forecast_csv,
    forecast_scores,
    load_population,
    read_scores,
    write_text,
)
from reprieve.cli.output import print_json, print_table
from reprieve.core.errors import InputError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands and their arguments."""
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parts = parser.add_subparsers(dest="part", required=True, metavar="{fit,forecast}")
    fit = parts.add_parser("fit", help="fit a population to tidy scores")
    fit.add_argument("scores", metavar="SCORES.csv", help="columns patient, cycle, week, score; - is standard input")
    fit.add_argument("-o", "--output", required=True, metavar="population.json", help="where the population goes")
    forecast = parts.add_parser("forecast", help="forecast each patient's scores")
    forecast.add_argument("scores", metavar="SCORES.csv", help="what is known so far; - is standard input")
    forecast.add_argument("--population", metavar="population.json", help="default: the shipped population")
    forecast.add_argument("--at", required=True, metavar="8,12,16", help="weeks since the injection, by commas")
    forecast.add_argument("-o", "--output", metavar="out.csv", help="default: standard output")
    for part in (fit, forecast):
        part.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")


def run(args: argparse.Namespace) -> int:
    """Run the chosen part."""
    return {"fit": _fit, "forecast": _forecast}[args.part](args)


def _fit(args: argparse.Namespace) -> int:
    rows = read_scores(args.scores)
    population = fit_scores(rows, args.scores, progress=_progress if sys.stderr.isatty() else None)
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


def _progress(iteration: int) -> None:
    sys.stderr.write(f"\rfitting, iteration {iteration}")
    sys.stderr.flush()


def _forecast(args: argparse.Namespace) -> int:
    population = load_population(args.population)
    rows = forecast_scores(read_scores(args.scores), population, _weeks(args.at), args.scores)
    if args.output:
        write_text(args.output, forecast_csv(rows))
    if args.json:
        print_json({"rows": rows, "population": population.fingerprint, "model": population.family})
    elif not args.output:
        write_text("-", forecast_csv(rows))
    return 0


def _weeks(text: str) -> list[float]:
    try:
        weeks = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        weeks = []
    if not weeks or not all(math.isfinite(week) and -520 <= week <= 520 for week in weeks):
        raise InputError(f"--at must be weeks such as 8,12,16 (between -520 and 520), but got {text!r}; correct it")
    return weeks
