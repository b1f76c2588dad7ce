"""Before and after an injection: how the activity of each muscle changed, and whether that is more than scatter."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.app.emg_channels import MapSide
from reprieve.app.emg_report import EmgReport, MuscleReport
from reprieve.emg.change import Change, change

EPOCHS = ("rest", "posture", "task")
# The hundred percent is the RMS of half a second, itself a sample: noise of bandwidth B over T seconds leaves a
# relative deviation of 1 / (2 sqrt(B T)) (Bendat and Piersol, Random Data, from memory); EMG has some 100 Hz.
EFFORT_LOG_SD = 0.07
CAUTION = (
    "Activity is in percent of the best effort of the same day. The interval is that of the two recordings and "
    "of the half second that is their 100 %; electrodes placed anew and another will to pull add to it, by an amount "
    "that no source here tells."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleChange:
    """The change of one muscle in one kind of epoch; `percent_of_mvc` before and after."""

    muscle: str
    side: MapSide | None
    epoch: str
    before_percent: float
    after_percent: float
    change: Change
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All muscles that both recordings hold; `only_before` and `only_after` name the others."""

    before: str
    after: str
    muscles: tuple[MuscleChange, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    caution: str = CAUTION


def compare_reports(before: EmgReport, after: EmgReport) -> Comparison:
    """Return the change of each muscle and epoch that both reports hold."""
    first, second = _by_muscle(before), _by_muscle(after)
    changes = [
        _change(first[key], second[key], epoch)
        for key in first
        if key in second
        for epoch in EPOCHS
        if epoch in first[key].activity and epoch in second[key].activity
    ]
    return Comparison(
        before=before.recording,
        after=after.recording,
        muscles=tuple(changes),
        only_before=tuple(_words(key) for key in first if key not in second),
        only_after=tuple(_words(key) for key in second if key not in first),
    )


def _change(before: MuscleReport, after: MuscleReport, epoch: str) -> MuscleChange:
    both = bool(before.effort_was_maximal and after.effort_was_maximal)
    one, other = before.activity[epoch], after.activity[epoch]
    # Percentages of two different efforts are of two different hundreds.
    found = change(one, other, retest_log_sd=EFFORT_LOG_SD) if both else change(None, None)
    return MuscleChange(
        muscle=before.muscle,
        side=before.side,
        epoch=epoch,
        before_percent=one.value,
        after_percent=other.value,
        change=found,
        note=None if both else "no maximal effort on both days: the percentages cannot be compared",
    )


def _by_muscle(report: EmgReport) -> dict[tuple[str, MapSide | None], MuscleReport]:
    found: dict[tuple[str, MapSide | None], MuscleReport] = {}
    for one in report.muscles:
        # Two channels over one muscle: the first is the surer one, the report is ranked by what is sure.
        found.setdefault((one.muscle, one.side), one)
    return found


def _words(key: tuple[str, MapSide | None]) -> str:
    return " ".join(part for part in (key[1], key[0]) if part)
