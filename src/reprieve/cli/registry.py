"""What the commands over a registry share: who does the work, and the response model over partitions."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reprieve.core.errors import InputError

if TYPE_CHECKING:
    from reprieve.learn.population import Population


def add_executor(parser: argparse.ArgumentParser) -> None:
    """Add `--workers` and `--scheduler`."""
    parser.add_argument("--workers", type=int, metavar="N", help="processes on this machine; default one a processor")
    parser.add_argument("--scheduler", metavar="URL", help="a Dask scheduler whose workers do it (extra: cluster)")


def is_registry(args: argparse.Namespace) -> bool:
    """Whether the scores are to be worked on in partitions: a folder, or workers were asked for."""
    asked = args.workers is not None or args.scheduler is not None
    if args.scores == "-":
        if asked:
            raise InputError("standard input cannot be shared among workers; give a file or a folder of partitions")
        return False
    return asked or Path(args.scores).expanduser().is_dir()


def fit_registry(args: argparse.Namespace, progress: Callable[[int], None] | None) -> Population:
    """Return the population fitted to the partitions at `args.scores`, on a sample where they are many."""
    from reprieve.app.registry import fit_partitions
    from reprieve.compute import open_executor

    with open_executor(args.scheduler, args.workers) as executor:
        return fit_partitions(args.scores, executor, progress=progress)


def forecast_registry(args: argparse.Namespace, population: Population, at: Sequence[float]) -> int:
    """Forecast the partitions at `args.scores` into the folder `args.output`, and tell what is there."""
    from reprieve.app.registry import forecast_partitions
    from reprieve.cli.output import print_json
    from reprieve.cli.progress import bar
    from reprieve.compute import open_executor

    if args.output is None or args.output == "-":
        raise InputError("forecasts of a registry go into a folder; give a new one with -o FOLDER")
    with open_executor(args.scheduler, args.workers) as executor:
        manifest = forecast_partitions(args.scores, args.output, population, at, executor, progress=bar("partitions"))
    if args.json:
        print_json(manifest.document())
    else:
        print(f"{manifest.rows} forecasts in {len(manifest.partitions)} partitions in {args.output}; manifest.json")
    return 0
