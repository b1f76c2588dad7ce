"""From channels to muscles: epochs, activity in % of the best effort, who leads, what speaks for dystonia."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from reprieve.app.emg.channel_figures import AnalysedChannel
from reprieve.app.emg.channels import ChannelMap, Epoch, EpochKind
from reprieve.app.emg.drive import shared_drive
from reprieve.app.emg.report import ChannelReport, EmgReport, MuscleReport
from reprieve.emg.bootstrap import Estimate, mean_estimate
from reprieve.emg.contractions import Interval
from reprieve.emg.muscle import MuscleActivity, lead_time, muscle_activity
from reprieve.emg.score import MuscleFindings, MuscleScore, muscle_score
from reprieve.interop.recording import Annotation
from reprieve.interop.scratch import Scratch
from reprieve.record.chart import MuscleEmg
from reprieve.reference.assessment_weights import AssessmentWeights

# The bootstrap always draws the same: the same recording gives the same report.
SEED = 20261124
OVERFLOW_KINDS = ("maximal", "isometric", "task")
# Words of an annotation that name an epoch; the first that fits counts.
_WORDS: tuple[tuple[str, EpochKind], ...] = (
    (r"\bmvc\b|\bmaxim", "maximal"),
    (r"\btrick|\bgeste", "trick"),
    (r"\bopposite|\bcounter", "opposite"),
    (r"\bmirror", "mirror"),
    (r"\bstretch", "stretch"),
    (r"\bisometric", "isometric"),
    (r"\bneedle", "needle"),
    (r"\bpostur|\bdystonic", "posture"),
    (r"\brest\b|\bresting|\brelax", "rest"),
    (r"\btask|\bwriting|\breach", "task"),
)
# "Rest end" begins no rest: it ends one.
_END = re.compile(r"\b(end(s|ed)?|stop(s|ped)?|finish(ed)?)\b(?!-)", re.IGNORECASE)


def epochs_of(session: ChannelMap | None, annotations: Sequence[Annotation], length_s: float) -> tuple[Epoch, ...]:
    """Return the epochs: those of the channel map, else those that the annotations name.

    An annotation without a duration lasts until the next epoch, until one that says that it is over, or to the end.
    """
    if session and session.epochs:
        return session.epochs
    named: list[tuple[Annotation, EpochKind | None]] = []
    for mark in annotations:
        kind, ends = _kind_of(mark.text), _END.search(mark.text)
        if kind is not None or (ends and ends[0] == mark.text.strip()):
            named.append((mark, None if ends else kind))
    found: list[Epoch] = []
    for place, (mark, kind) in enumerate(named):
        if kind is None:
            continue
        following = named[place + 1][0].onset_s if place + 1 < len(named) else length_s
        stop = mark.onset_s + mark.duration_s if mark.duration_s else following
        start, stop = max(0.0, mark.onset_s), min(stop, length_s)
        if stop > start:
            found.append(Epoch(kind=kind, start_s=start, stop_s=stop))
    return tuple(found)


def report_muscles(
    channels: Sequence[AnalysedChannel],
    epochs: Sequence[Epoch],
    session: ChannelMap | None,
    weights: AssessmentWeights,
    scratch: Scratch,
) -> tuple[MuscleReport, ...]:
    """Return the muscles that the channels name, the surest evidence first.

    Parameters
    ----------
    channels : sequence of AnalysedChannel
    epochs : sequence of Epoch
    session : ChannelMap or None
    weights : AssessmentWeights
    scratch : Scratch
        Where the channels lie: what was read of it is let go after each muscle.
    """
    named = [one for one in channels if one.report.muscle]
    coherent = shared_drive(named, [_spans(one, epochs) for one in named], scratch)
    reports: list[MuscleReport] = []
    for one, shared in zip(named, coherent, strict=True):
        # A generator of its own: dropping one channel must not change the figures of another.
        rng = np.random.default_rng([SEED, *one.report.name.encode()])
        others = [other.report.contractions or () for other in named if other is not one]
        reports.append(_muscle(one, others, epochs, session, weights, rng, shared))
        scratch.forget()
    return tuple(
        sorted(reports, key=lambda report: -1.0 if report.score.low is None else report.score.low, reverse=True)
    )


def muscle_emg(report: EmgReport) -> tuple[MuscleEmg, ...]:
    """Return the muscles of a report as they stand in a chart; nothing for a channel that could not be used."""
    return tuple(_for_chart(one, report.recording) for one in report.muscles if one.score.score is not None)


def _muscle(
    one: AnalysedChannel,
    others: Sequence[Sequence[Interval]],
    epochs: Sequence[Epoch],
    session: ChannelMap | None,
    weights: AssessmentWeights,
    rng: np.random.Generator,
    coherent: bool | None,
) -> MuscleReport:
    channel = one.report
    prior = weights.base_probability.value
    if one.envelope is None or not one.envelope.best_effort > 0:
        score = muscle_score(MuscleFindings(usable=False), prior, weights)
        return _report(one, None, None, None, None, score)
    given = session.entries.get(channel.name, {}).get("mvc") if session else None
    spans = _spans(one, epochs)
    activity = muscle_activity(one.envelope, one.sustained, spans, rng, best_effort=given)
    lead = lead_time(channel.contractions or (), others, rng)
    turns = _turns_at_rest(one, spans.get("rest", ()), rng) if channel.kind == "needle" else None
    findings = MuscleFindings(
        # Without a maximal effort the percentages are of whatever was strongest, and too high.
        activity_percent=_shown_activity(activity) if activity.effort_was_maximal else None,
        sustained_fraction=activity.sustained_fraction,
        lead=lead,
        paradox=activity.paradox,
        turns_per_s=turns.value if turns else None,
        low_frequency_fraction=channel.low_frequency_fraction,
        coherent_4_7_hz=coherent,
        intervals=_intervals(channel, activity, turns),
    )
    return _report(one, activity, lead, turns, coherent, muscle_score(findings, prior, weights))


def _turns_at_rest(
    one: AnalysedChannel, rest: Sequence[tuple[float, float]], rng: np.random.Generator
) -> Estimate | None:
    """Return the turns a second of the whole seconds at rest, which alone the published limits speak of."""
    if one.turns_per_s is None:
        return None
    begins = np.arange(len(one.turns_per_s))
    inside = np.zeros(len(begins), np.bool_)
    for start, stop in rest:
        inside |= (begins >= start) & (begins + 1 <= stop)
    return mean_estimate(one.turns_per_s[inside], 1.0, rng) if inside.any() else None


def _intervals(
    channel: ChannelReport, activity: MuscleActivity, turns: Estimate | None
) -> dict[str, tuple[float, float]]:
    """Return the intervals of the findings that are no estimates by themselves."""
    found = {name: channel.intervals[name] for name in ("low_frequency_fraction",) if name in channel.intervals}
    if turns is not None and turns.low is not None and turns.high is not None:
        found["turns_per_s"] = turns.low, turns.high
    return found | ({"sustained_fraction": activity.sustained_interval} if activity.sustained_interval else {})


def _report(
    one: AnalysedChannel,
    activity: MuscleActivity | None,
    lead: Estimate | None,
    turns: Estimate | None,
    coherent: bool | None,
    score: MuscleScore,
) -> MuscleReport:
    channel = one.report
    return MuscleReport(
        muscle=channel.muscle or "",
        side=channel.side,
        channel=channel.name,
        best_effort=activity.best_effort if activity else None,
        effort_was_maximal=activity.effort_was_maximal if activity else None,
        activity=activity.activity if activity else {},
        sustained_fraction=activity.sustained_fraction if activity else None,
        turns_per_s=turns.value if turns else None,
        lead_s=lead,
        paradox=activity.paradox if activity else None,
        trick=activity.trick if activity else None,
        compensatory=activity.compensatory if activity else None,
        low_frequency_fraction=channel.low_frequency_fraction if activity else None,
        coherent_4_7_hz=coherent if activity else None,
        score=score,
    )


def _spans(one: AnalysedChannel, epochs: Sequence[Epoch]) -> dict[str, list[tuple[float, float]]]:
    """Return the epochs that concern this muscle, in seconds from the first sample of its channel."""
    channel = one.report
    spans: dict[str, list[tuple[float, float]]] = {}
    for epoch in epochs:
        own = epoch.muscle in (None, channel.muscle) and epoch.side in (None, channel.side)
        # An effort or a task of another muscle or side: what this one does then is overflow.
        kind = epoch.kind if own else "overflow" if epoch.kind in OVERFLOW_KINDS else None
        start, stop = max(0.0, epoch.start_s - channel.start_s), min(channel.length_s, epoch.stop_s - channel.start_s)
        if kind is not None and stop > start:
            spans.setdefault(kind, []).append((start, stop))
    return spans


def _shown_activity(activity: MuscleActivity) -> Estimate | None:
    """Return the activity that speaks of the dystonia: posture, else rest, else a free task; an effort does not."""
    return next((activity.activity[kind] for kind in ("posture", "rest", "task") if kind in activity.activity), None)


def _for_chart(report: MuscleReport, recording: str) -> MuscleEmg:
    shown = next((report.activity[kind].value for kind in ("posture", "rest", "task") if kind in report.activity), None)
    lead = report.lead_s
    return MuscleEmg(
        muscle=report.muscle,
        side=report.side,
        activity_percent_mvc=shown if report.effort_was_maximal else None,
        sustained_fraction=report.sustained_fraction,
        turns_per_s=report.turns_per_s,
        leads=None if lead is None or lead.high is None else lead.high < 0,
        paradox=report.paradox.value if report.paradox else None,
        compensatory=report.compensatory,
        recording=recording.replace("\\", "/").rsplit("/", 1)[-1],
    )


def _kind_of(text: str) -> EpochKind | None:
    return next((kind for pattern, kind in _WORDS if re.search(pattern, text, re.IGNORECASE)), None)
