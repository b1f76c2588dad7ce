"""What the commands on a record share: which one, and who asks."""

from __future__ import annotations

import argparse
import getpass
import os

DEFAULT_DB = "~/.local/share/reprieve/clinic.db"


def add_db(parser: argparse.ArgumentParser) -> None:
    """Add `--db`."""
    parser.add_argument(
        "--db",
        metavar="URL",
        default=DEFAULT_DB,
        help=f"file of the record, or postgresql+psycopg://...; by default {DEFAULT_DB}",
    )


def operator() -> str:
    """Return who stands in the record for what a command does."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # a user id without a name
        return f"command line (user {os.getuid()})"
