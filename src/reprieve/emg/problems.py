"""What can be wrong with a channel, in words for whoever holds the electrode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

ProblemName = Literal["dead", "clipping", "mains", "loose", "gain"]
Verdict = Literal["use", "use_with_note", "reject"]

_WORDS: dict[ProblemName, tuple[str, str]] = {
    "dead": ("no signal reaches the amplifier", "check cable, plug and electrode"),
    "clipping": ("the amplifier is at its limit: peaks are cut off", "lower the amplification and record again"),
    "mains": ("hum of the power line", "check ground and skin contact, move cables and lamps away"),
    "loose": ("slow drifts or jumps: the electrode moves or barely holds", "clean the skin, fix the electrode anew"),
    "gain": ("the size of the signal cannot be right", "check unit and amplification of this channel in the export"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one channel.

    Attributes
    ----------
    problem : str
        dead, clipping, mains, loose or gain.
    message, advice : str
        In words for whoever holds the electrode.
    seconds : tuple of int
        Which seconds since the first sample, counted from 0; empty when it holds for the whole channel.
    figure : float or None
        What was compared with the cut-off.
    """

    problem: ProblemName
    message: str
    advice: str
    seconds: tuple[int, ...]
    figure: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """What a channel may be used for, and why not more."""

    verdict: Verdict
    problems: tuple[Problem, ...]

    def has(self, problem: ProblemName) -> bool:
        """Whether this problem was found."""
        return any(found.problem == problem for found in self.problems)

    def figure(self, problem: ProblemName) -> float | None:
        """Return the figure behind a problem, None where it was not found."""
        return next((found.figure for found in self.problems if found.problem == problem), None)


def problem_of(name: ProblemName, seconds: ArrayLike, figure: float | None, detail: str = "") -> Problem:
    """Return a problem of these seconds; `detail` follows its words."""
    message, advice = _WORDS[name]
    places = tuple(int(second) for second in np.asarray(seconds).ravel())
    return Problem(name, message + (f" ({detail})" if detail else ""), advice, places, figure)
