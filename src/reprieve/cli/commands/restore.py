"""`reprieve restore`: copy a backup into an empty record, and verify it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reprieve.app.record.backup import restore
from reprieve.cli.output import print_json
from reprieve.cli.record import add_db
from reprieve.core.errors import TamperedError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="the backup")
    add_db(parser)


def run(args: argparse.Namespace) -> int:
    """Restore and print what was copied."""
    try:
        done = restore(Path(args.file).expanduser(), args.db)
    except TamperedError as error:
        sys.stderr.write(f"reprieve restore: {error}\n")
        return 1
    if args.json:
        print_json(done)
    else:
        print(f"{done.events} events are in {done.record}; the chain holds, head {done.head}")
    for problem in done.beside:
        sys.stderr.write(f"reprieve restore: copied, but no event says it: {problem}; see `reprieve audit verify`\n")
    return 0 if done.ok else 1
