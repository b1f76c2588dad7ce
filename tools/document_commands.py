"""Write docs/reference/cli.md from the commands' own parsers. Run: python tools/document_commands.py"""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

from reprieve.cli.main import COMMANDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
HEAD = """# Commands

Written by `tools/document_commands.py` from the program's own help. Every command takes `--json`: one JSON document on
standard output and nothing else there. `-` reads standard input. Progress goes to standard error. Exit 0: answered.
1: the answer is "blocked" or "verification failed". 2: bad input, with one line on standard error.
"""


def parser_of(name: str) -> argparse.ArgumentParser:
    """Return the parser of the command `name`, as the program builds it."""
    module, text = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"reprieve {name}", description=text)
    importlib.import_module(f"reprieve.cli.commands.{module}").configure(parser)
    if not any("--json" in action.option_strings for action in parser._actions):
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return parser


def with_parts(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield `parser` and the parsers of its sub-commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for part in dict.fromkeys(action.choices.values()):
                yield from with_parts(part)


def page() -> str:
    """Return the text of the page."""
    os.environ["COLUMNS"] = "100"
    return HEAD + "".join(_section(name) for name in COMMANDS)


def _section(name: str) -> str:
    first, *parts = with_parts(parser_of(name))
    text = f"\n## {name}\n\n```text\n{first.format_help().rstrip()}\n```\n"
    for part in parts:
        text += f"\n### {part.prog.removeprefix('reprieve ')}\n\n```text\n{part.format_help().rstrip()}\n```\n"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
