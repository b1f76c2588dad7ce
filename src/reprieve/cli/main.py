"""The command line: find the command, run it, turn errors into one line.

Nothing heavy is imported here; a command's module is loaded only when it runs.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from reprieve.core.errors import ReprieveError

# name -> (module in reprieve.cli.commands, one line of help).
# Each module has `configure(parser)` and `run(args) -> int`.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("serve", "run the web application; --demo fills an empty store with a synthetic clinic"),
    "dilute": ("dilute", "concentration and volume of a reconstituted vial"),
    "check": ("check", "check a plan against every limit that applies"),
    "plan": ("plan", "propose a session from a chart, inside the limits, with reasons"),
    "assess": ("assess", "rank the muscles of a chart by posture, EMG, examination and history"),
    "scale": ("scale", "score a rating scale from its items"),
    "emg": ("emg", "report on an EMG recording"),
    "response": ("response", "fit, forecast and evaluate the response model"),
    "simulate": ("simulate", "block and force over time after a plan"),
    "cohort": ("cohort", "questions to a registry"),
    "fhir": ("fhir", "export or import FHIR R4"),
    "export": ("export", "export charts or a de-identified research set"),
    "import": ("import_", "import charts or a tidy set"),
    "audit": ("audit", "verify the hash chain of the record"),
    "backup": ("backup", "copy the record while it is in use"),
    "restore": ("restore", "restore the record from a backup"),
    "stock": ("stock", "the vial ledger: received, opened, used, wasted, on hand; vials for least waste"),
    "recall": ("recall", "everybody who got a lot, and its vials still in the house"),
    "review": ("review", "confirm, correct or withdraw reference rows for the clinic; policy; overrides"),
    "authorise": ("authorise", "the packet for a payer's prior authorisation, with what is missing"),
    "sheet": ("sheet", "printed sheets as PDF: treatment room, letter, patient, report of a visit"),
    "reference": ("reference", "show and search the reference data and their sources"),
    "cite": ("cite", "the sources behind a plan"),
    "schema": ("schema", "print the JSON Schema of a document"),
}
ANSWERED, REFUSED, BAD_INPUT = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    """Bad arguments get one line and exit 2."""

    def error(self, message: str) -> None:  # type: ignore[override]
        sys.stderr.write(f"{self.prog}: {message}; see {self.prog} --help\n")
        raise SystemExit(BAD_INPUT)


def _available() -> dict[str, tuple[str, str]]:
    folder = os.path.join(os.path.dirname(__file__), "commands")
    return {name: entry for name, entry in COMMANDS.items() if os.path.exists(os.path.join(folder, entry[0] + ".py"))}


def _overview() -> str:
    lines = [f"  {name:<11}{text}" for name, (_, text) in _available().items()]
    return "\n".join(
        [
            "usage: reprieve COMMAND [options]; reprieve COMMAND --help tells more",
            "",
            "Planning and follow-up of botulinum toxin therapy in dystonia. Decision support for licensed",
            "clinicians; not a medical device. Every command takes --json.",
            "",
            *lines,
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 answered, 1 blocked or not verified, 2 bad input."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_overview())
        return ANSWERED
    if arguments[0] in ("-V", "--version"):
        from reprieve import __version__

        print(f"reprieve {__version__}")
        return ANSWERED
    commands = _available()
    name = arguments[0]
    if name not in commands:
        sys.stderr.write(f"reprieve: no command {name!r}; choose one of {', '.join(commands)}\n")
        return BAD_INPUT
    module = importlib.import_module(f"reprieve.cli.commands.{commands[name][0]}")
    parser = _Parser(prog=f"reprieve {name}", description=commands[name][1])
    module.configure(parser)
    if not any("--json" in action.option_strings for action in parser._actions):
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    args, extra = parser.parse_known_args(arguments[1:])
    if extra:
        parser.error(f"unknown argument {extra[0]!r}")
    try:
        return int(module.run(args))
    except ReprieveError as error:
        sys.stderr.write(f"reprieve {name}: {error}\n")
        return BAD_INPUT
    except BrokenPipeError:
        # The reader went away (`| head`): nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except KeyboardInterrupt:
        sys.stderr.write(f"reprieve {name}: stopped by the user\n")
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
