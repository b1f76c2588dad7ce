"""Write docs/reference/commands.md from the commands' own parsers. Run: python tools/document_commands.py"""

from __future__ import annotations

import importlib
import os
from argparse import ArgumentParser
from pathlib import Path

from reprieve.cli.main import COMMANDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "commands.md"
HEAD = """# Commands

Written by `tools/document_commands.py` from the program's own help. Every command takes `--json`: one JSON document on
standard output and nothing else there. Exit 0: answered. 1: the answer is "blocked" or "verification failed". 2: bad
input, with one line on standard error.
"""


def page() -> str:
    """Return the text of the page."""
    os.environ["COLUMNS"] = "100"
    return HEAD + "".join(_section(name, module, text) for name, (module, text) in COMMANDS.items())


def _section(name: str, module: str, text: str) -> str:
    parser = ArgumentParser(prog=f"reprieve {name}", description=text)
    command = importlib.import_module(f"reprieve.cli.commands.{module}")
    command.configure(parser)
    if not any("--json" in action.option_strings for action in parser._actions):
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return f"\n## {name}\n\n```\n{parser.format_help().rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
