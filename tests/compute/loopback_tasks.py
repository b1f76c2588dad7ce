"""Tasks that the workers of these tests import by name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprieve.compute import run_partitions
from reprieve.compute.processes import ProcessExecutor
from reprieve.core.errors import ScoresError


def square(number: int) -> int:
    return number * number


def refuse_three(number: int) -> int:
    if number == 3:
        raise ScoresError("3 is refused; give another number")
    return number


def process_id(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def always_die(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@dataclass(frozen=True)
class DieOnce:
    """Ends its own worker by SIGKILL the first time that it meets `victim`."""

    marks: str
    victim: int

    def __call__(self, number: int) -> int:
        mark = Path(self.marks) / f"died-{number}"
        with (Path(self.marks) / "calls").open("a", encoding="ascii") as calls:
            calls.write(f"{number}\n")
        if number == self.victim and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number * 10


@dataclass(frozen=True)
class Reverse:
    """A partition task: the text of the file backwards; slow enough to be hit by a signal."""

    marks: str
    word: str = "backwards"
    pause_s: float = 0.0

    @property
    def name(self) -> str:
        return "reverse/1"

    def settings(self) -> Mapping[str, Any]:
        return {"word": self.word}

    def __call__(self, source: Path) -> tuple[bytes, int]:
        with (Path(self.marks) / "calls").open("a", encoding="ascii") as calls:
            calls.write(f"{source.name} {os.getpid()}\n")
        time.sleep(self.pause_s)
        text = source.read_text(encoding="utf-8")
        return (self.word + text[::-1]).encode(), len(text)


def coordinate(task: Any, sources: list[Path], folder: Path) -> None:
    """Run with two workers, in a process that may be killed."""
    with ProcessExecutor(2) as executor:
        run_partitions(task, sources, folder, executor, suffix=".out")
