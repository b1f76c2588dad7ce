"""The command line: find the command, run it, turn errors into one line.

Nothing heavy is imported here; a command's module is loaded only when it runs.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import cast

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
    "audit": ("audit", "verify the hash chain of the record and the tables beside it"),
    "backup": ("backup", "copy the record while it is in use"),
    "restore": ("restore", "restore the record from a backup"),
    "retention": ("retention", "how long the clinic keeps who somebody was; who is due; erase who is due"),
    "remind": ("remind", "send the day's reminders of the diary to the phones that asked for them"),
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
LONGEST_LINE = 1000


class _Parser(argparse.ArgumentParser):
    """Bad arguments get one line and exit 2."""

    def error(self, message: str) -> None:  # type: ignore[override]
        _say(self.prog, f"{message}; see {self.prog} --help")
        raise SystemExit(BAD_INPUT)


def _overview() -> str:
    lines = [f"  {name:<11}{text}" for name, (_, text) in COMMANDS.items()]
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
    """Run one command and return its exit code: 0 answered, 1 blocked or not verified, 2 bad input.

    Without `argv` it is the program itself, and standard output is kept for its answer.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = " ".join(["reprieve", *(one for one in arguments[:1] if one in COMMANDS)])
    try:
        if argv is None:
            _keep_answers_apart()
            _one_thread_an_array()
        try:
            return _answer(arguments)
        finally:
            sys.stdout.flush()
    except ReprieveError as error:
        _say(name, str(error))
        return BAD_INPUT
    except BrokenPipeError:
        # The reader went away (`| head`): nothing left to say.
        _no_more_answers()
        return ANSWERED
    except OSError as error:
        # A full disk under the answer, most of all; what a command reads and writes it looks after itself.
        _no_more_answers()
        where = f" at {error.filename}" if error.filename else ""
        _say(name, f"cannot go on{where}: {error.strerror or error}; make room or check the place, then try again")
        return BAD_INPUT
    except UnicodeEncodeError:
        _say(name, "a word of the command is no UTF-8 text; write it anew")
        return BAD_INPUT
    except KeyboardInterrupt:
        _say(name, "stopped by the user")
        return 130


def _answer(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_overview())
        return ANSWERED
    if arguments[0] in ("-V", "--version"):
        from reprieve import __version__

        print(f"reprieve {__version__}")
        return ANSWERED
    name = arguments[0]
    if name not in COMMANDS:
        _say("reprieve", f"no command {name[:60]!r}; choose one of {', '.join(COMMANDS)}")
        return BAD_INPUT
    module = importlib.import_module(f"reprieve.cli.commands.{COMMANDS[name][0]}")
    parser = _Parser(prog=f"reprieve {name}", description=COMMANDS[name][1])
    module.configure(parser)
    if not any("--json" in action.option_strings for action in parser._actions):
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    args, extra = parser.parse_known_args(arguments[1:])
    if extra:
        parser.error(f"unknown argument {extra[0]!r}")
    return int(module.run(args))


def _say(name: str, message: str) -> None:
    """Write one line to standard error, whatever a name or a path in the message holds."""
    line = "".join(sign if sign.isprintable() else " " for sign in message)
    line = line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."
    if sys.stderr is not None:
        sys.stderr.write(f"{name}: {line}\n")


def _no_more_answers() -> None:
    """Let whatever is still to be written to standard output, now or at the exit, go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_thread_an_array() -> None:
    """Let the linear algebra under NumPy use one thread, unless the user has said otherwise.

    Our matrices are small: its threads wait for each other longer than they work, ten times so on a busy machine.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _keep_answers_apart() -> None:
    """Let standard output hold the answer alone: what a library prints past Python goes to standard error.

    HiGHS has a remark that no option switches off.
    """
    if sys.stdout is None:  # started with a closed output
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
        return
    answers = os.dup(1)
    with contextlib.suppress(OSError):  # standard error is closed: nothing can be moved there
        os.dup2(2, 1)
    given = cast("TextIOWrapper", sys.stdout)
    at_once = given.line_buffering or given.write_through
    sys.stdout = os.fdopen(answers, "w", encoding=given.encoding, errors=given.errors)
    sys.stdout.reconfigure(line_buffering=at_once)


if __name__ == "__main__":
    raise SystemExit(main())
