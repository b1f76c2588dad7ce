"""Before and after an injection: how the activity of each muscle changed, and whether that is more than scatter."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.app.emg.channels import MapSide
from reprieve.app.emg.report import ChannelReport, EmgReport, EvokedReport, MuscleReport
from reprieve.emg.bootstrap import Estimate
from reprieve.emg.change import Change, change

EPOCHS = ("rest", "posture", "task")
# The hundred percent is the RMS of half a second, itself a sample: noise of bandwidth B over T seconds leaves a
# relative deviation of 1 / (2 sqrt(B T)) (Bendat and Piersol, Random Data, from memory); EMG has some 100 Hz.
EFFORT_LOG_SD = 0.07
Key = tuple[str | None, MapSide | None]
TURN_FIGURES = {"turns_per_s": "1/s", "mean_amplitude_per_turn": "mV"}
NEEDLE_NOTE = "of the whole record: only records of the same task can be compared"
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
class FigureChange:
    """The change of a figure that has a unit of its own: turns of a needle, the wave after a stimulus.

    Attributes
    ----------
    muscle : str
        The muscle, or the channel where the map names none.
    figure : str
        ``turns_per_s``, ``mean_amplitude_per_turn``, ``m_wave``, ``late_wave``.
    """

    muscle: str
    side: MapSide | None
    figure: str
    unit: str
    before: float
    after: float
    change: Change
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All muscles that both recordings hold; `only_before` and `only_after` name the others."""

    before: str
    after: str
    muscles: tuple[MuscleChange, ...]
    figures: tuple[FigureChange, ...]
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
        figures=(*_turns(before, after), *_waves(before, after)),
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


def _turns(before: EmgReport, after: EmgReport) -> list[FigureChange]:
    """Return the changes of turns and of their amplitude, muscle by muscle where a needle lay on both days."""
    first, second = _needles(before), _needles(after)
    found: list[FigureChange] = []
    for key in [key for key in first if key in second and key[0]]:
        for figure, unit in TURN_FIGURES.items():
            pair = _of_channel(first[key], figure), _of_channel(second[key], figure)
            if pair[0] is not None and pair[1] is not None:
                found.append(_figure_change(key, figure, (unit, unit), pair[0], pair[1], NEEDLE_NOTE))
    return found


def _needles(report: EmgReport) -> dict[Key, ChannelReport]:
    return {(one.muscle, one.side): one for one in report.channels if one.kind == "needle"}


def _of_channel(channel: ChannelReport, figure: str) -> Estimate | None:
    value = getattr(channel, figure)
    low, high = channel.intervals.get(figure, (None, None))
    return None if value is None else Estimate(value, low, high)


def _waves(before: EmgReport, after: EmgReport) -> list[FigureChange]:
    """Return the changes of the M wave and of the late wave, where both days have five stimuli."""
    first, second = _stimulated(before), _stimulated(after)
    found: list[FigureChange] = []
    for key in [key for key in first if key in second]:
        one, other = first[key], second[key]
        for figure, waves in (("m_wave", (one.m_wave, other.m_wave)), ("late_wave", (one.late_wave, other.late_wave))):
            if waves[0] is not None and waves[1] is not None:
                found.append(_figure_change(key, figure, (one.unit, other.unit), waves[0], waves[1], None))
    return found


def _stimulated(report: EmgReport) -> dict[Key, EvokedReport]:
    return {(one.muscle or one.channel, one.side): one for one in report.evoked}


def _figure_change(
    key: Key,
    figure: str,
    units: tuple[str, str],
    before: Estimate,
    after: Estimate,
    note: str | None,
) -> FigureChange:
    same = units[0] == units[1]
    return FigureChange(
        muscle=key[0] or "",
        side=key[1],
        figure=figure,
        unit=units[0],
        before=before.value,
        after=after.value,
        change=change(before, after) if same else change(None, None),
        note=note if same else f"{units[0]} before and {units[1]} after cannot be compared; state one unit in the map",
    )


def _by_muscle(report: EmgReport) -> dict[tuple[str, MapSide | None], MuscleReport]:
    found: dict[tuple[str, MapSide | None], MuscleReport] = {}
    for one in report.muscles:
        # Two channels over one muscle: the first is the surer one, the report is ranked by what is sure.
        found.setdefault((one.muscle, one.side), one)
    return found


def _words(key: tuple[str, MapSide | None]) -> str:
    return " ".join(part for part in (key[1], key[0]) if part)
