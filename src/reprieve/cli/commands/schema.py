"""`reprieve schema NAME`: the JSON Schema of a document."""

from __future__ import annotations

import argparse

from reprieve.app.schemas import DOCUMENTS, schema
from reprieve.cli.output import print_json, print_table


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    names = ", ".join(DOCUMENTS)
    parser.add_argument("name", metavar="NAME", nargs="?", choices=list(DOCUMENTS), help=f"{names}; none: list them")


def run(args: argparse.Namespace) -> int:
    """Print the schema, or which there are."""
    if args.name is not None:
        print_json(schema(args.name))
    elif args.json:
        print_json({"documents": [{"name": name, "read_by": kind.read_by} for name, kind in DOCUMENTS.items()]})
    else:
        print_table([[name, kind.read_by] for name, kind in DOCUMENTS.items()], ["document", "read by"])
    return 0
