"""What the commands on a record share: which one, and who asks."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reprieve.app.record.namesakes import Namesakes

DEFAULT_DB = "~/.local/share/reprieve/clinic.db"
NAMESAKES_SHOWN = 20
RECORDS = "file of the record, sqlite+pysqlcipher:///FILE for an encrypted one, or postgresql+psycopg://..."


def add_db(parser: argparse.ArgumentParser) -> None:
    """Add `--db`."""
    parser.add_argument(
        "--db",
        metavar="URL",
        default=DEFAULT_DB,
        help=f"{RECORDS}; by default {DEFAULT_DB}",
    )


def add_action(actions: Any, name: str, words: str) -> argparse.ArgumentParser:
    """Add one action of a command on the record, with `--db` and `--json`, and return its parser."""
    parser = actions.add_parser(name, help=words, description=words)
    add_db(parser)
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document on standard output"
    )
    return parser


def tell_namesakes(found: Sequence[Namesakes]) -> None:
    """Print who may be in the record twice now."""
    for one in found[:NAMESAKES_SHOWN]:
        print(f"  LOOK: {one.words}")
    if len(found) > NAMESAKES_SHOWN:
        print(f"  and {len(found) - NAMESAKES_SHOWN} more of this kind; --json tells each")


def operator() -> str:
    """Return who stands in the record for what a command does."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # a user id without a name
        return f"command line (user {os.getuid()})"
