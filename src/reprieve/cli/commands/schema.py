"""`reprieve schema NAME`: the JSON Schema of a document."""

from __future__ import annotations

import argparse

from reprieve.app.documents import DOCUMENTS, schema
from reprieve.cli.output import print_json


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", choices=sorted(DOCUMENTS), help="the document")


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    print_json(schema(DOCUMENTS[args.name]))
    return 0
