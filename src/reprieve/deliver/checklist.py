"""The checklist before the first needle: steps in order, what is done when, what is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reprieve.core.findings import Finding
from reprieve.deliver.numbing import NumbingTimes, numbing_findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; `required` steps come before any signature, `needle` steps mark the first needle."""

    id: str
    words: str
    required: bool = False
    timed: bool = False


# The same ids as on the screen; a signed session keeps them with their times.
STEPS = (
    Step(id="identity", words="Name and birth date said by the patient", required=True),
    Step(id="consent", words="Consent given"),
    Step(id="exposures_asked", words="Toxin anywhere else since last time asked"),
    Step(id="allergies_asked", words="Allergies, new medicines, pregnancy asked"),
    Step(id="swallowing_asked", words="Swallowing, breathing, weakness asked"),
    Step(id="cream_on", words="Numbing cream on", timed=True),
    Step(id="cream_off", words="Numbing cream off", timed=True),
    Step(id="marked", words="Side and muscles marked, map compared"),
    Step(id="guidance_ready", words="EMG, stimulation or ultrasound ready", timed=True),
    Step(id="product_and_side", words="Time-out: product, dose and side read aloud by two", required=True, timed=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneStep:
    """A step and when it was done; None is done without a time."""

    step: Step
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """Where a patient stands before the first needle.

    Attributes
    ----------
    done : tuple of DoneStep
        In the order of the list.
    open_steps : tuple of Step
        What is not done; a cream that was never put on has no step "off".
    other : tuple of str
        Steps of the clinic's own that the list does not know; they are kept.
    numbing : NumbingTimes or None
    """

    done: tuple[DoneStep, ...]
    open_steps: tuple[Step, ...]
    other: tuple[str, ...]
    numbing: NumbingTimes | None
    findings: tuple[Finding, ...]

    @property
    def may_sign(self) -> bool:
        """Whether every required step is done."""
        return not any(step.required for step in self.open_steps)

    @property
    def minutes(self) -> Decimal | None:
        """Minutes from the first to the last timed step; None with fewer than two."""
        times = [one.at for one in self.done if one.at is not None]
        if len(times) < 2:
            return None
        return Decimal(int((max(times) - min(times)).total_seconds()) // 60)


def checklist(
    told: Mapping[str, datetime | None], *, numbing: NumbingTimes | None = None, now: datetime | None = None
) -> Checklist:
    """Return the checklist of one visit.

    Parameters
    ----------
    told : mapping
        Step id to the time it was done, None without a time.
    numbing : NumbingTimes, optional
        Of the cream, where one was used and is known.
    now : datetime, optional
        The moment, while the first needle is waited for; the time-out's time stands for the first needle once it is
        done.
    """
    done = tuple(DoneStep(step=step, at=told[step.id]) for step in STEPS if step.id in told)
    left = tuple(step for step in STEPS if step.id not in told and _applies(step, told))
    known = {step.id for step in STEPS}
    needle = told.get("product_and_side") or now
    found: Sequence[Finding] = ()
    if numbing is not None:
        found = numbing_findings(numbing, first_needle=needle, removed_at=told.get("cream_off") or needle)
    return Checklist(
        done=done,
        open_steps=left,
        other=tuple(name for name in told if name not in known),
        numbing=numbing,
        findings=tuple(found),
    )


def _applies(step: Step, told: Mapping[str, datetime | None]) -> bool:
    if step.id == "cream_on":
        return False  # only where one is used
    return step.id != "cream_off" or "cream_on" in told
