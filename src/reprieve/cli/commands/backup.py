"""`reprieve backup`: copy the record while it is in use, and verify the copy."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reprieve.app.record.backup import back_up
from reprieve.cli.output import print_json
from reprieve.cli.record import add_db
from reprieve.core.errors import TamperedError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="new file for the backup; it never replaces one")
    add_db(parser)


def run(args: argparse.Namespace) -> int:
    """Back up and print what was copied."""
    try:
        done = back_up(args.db, Path(args.file).expanduser())
    except TamperedError as error:
        sys.stderr.write(f"reprieve backup: {error}\n")
        return 1
    if args.json:
        print_json(done)
    else:
        print(
            f"{done.events} events of {done.record} are in {done.file}; the chain of the copy holds, head {done.head}"
        )
    for problem in done.beside:
        sys.stderr.write(f"reprieve backup: copied, but no event says it: {problem}; see `reprieve audit verify`\n")
    return 0 if done.ok else 1
