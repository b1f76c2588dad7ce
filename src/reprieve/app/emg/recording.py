"""The EMG report: what a recording says about its channels, pairs and muscles, and what it cannot say."""

from __future__ import annotations

from collections.abc import Callable

from reprieve import __version__
from reprieve.app.emg.channel_figures import AnalysedChannel, analyse_channel
from reprieve.app.emg.channels import ChannelMap, channel_roles, load_channel_map
from reprieve.app.emg.movement import report_movement
from reprieve.app.emg.muscles import epochs_of, muscle_emg, report_muscles
from reprieve.app.emg.pairs import report_pairs
from reprieve.app.emg.reflexes import report_evoked, report_stretches
from reprieve.app.emg.report import ChannelReport, EmgReport, MuscleReport, PairReport, Trace
from reprieve.core.one_thread import one_blas_thread
from reprieve.interop.recording import Recording
from reprieve.interop.recordings import read_recording
from reprieve.interop.scratch import Scratch
from reprieve.reference.assessment_weights import assessment_weights

__all__ = [
    "ChannelReport",
    "EmgReport",
    "MuscleReport",
    "PairReport",
    "Trace",
    "muscle_emg",
    "report_of",
    "report_recording",
    "report_with_traces",
]

EVIDENCE = (
    "EMG informs, it does not decide: beside the examination it helped in one controlled trial (Comella 1992), a "
    "review of 40 studies graded the evidence low (Nijmeijer 2012), and against ultrasound there was no difference."
)
Progress = Callable[[int, int, str], None]


def report_recording(
    path: str, channel_map: str | ChannelMap | None = None, *, progress: Progress | None = None
) -> EmgReport:
    """Return the report on the recording in `path`.

    Parameters
    ----------
    path : str
        A recording in any format of `reprieve.interop.recordings`, or an EMG-BIDS folder.
    channel_map : str or ChannelMap, optional
        A session file that says which muscle, side and electrode each channel is.
    progress : callable, optional
        Called with (done, all, name) before each channel.

    Raises
    ------
    RecordingError
        If the file or the map cannot be used.
    UnknownNameError
        If the map names a muscle that the reference data do not know.
    SetupError
        If a library that the format needs is missing.
    """
    return report_with_traces(path, channel_map, progress=progress)[0]


def report_with_traces(
    path: str, channel_map: str | ChannelMap | None = None, *, progress: Progress | None = None
) -> tuple[EmgReport, tuple[Trace, ...]]:
    """Return the report and what its drawings need."""
    session = load_channel_map(channel_map) if isinstance(channel_map, str) else channel_map
    return report_of(read_recording(str(path)), session, progress=progress)


@one_blas_thread()
def report_of(
    recording: Recording, session: ChannelMap | None = None, *, progress: Progress | None = None
) -> tuple[EmgReport, tuple[Trace, ...]]:
    """Return the report on a recording that is in memory already, and what its drawings need."""
    roles = channel_roles(recording, session)
    used = [channel for channel in recording.channels if not roles[channel.name].skip]
    analysed: list[AnalysedChannel] = []
    scratch = Scratch()
    for number, channel in enumerate(used):
        if progress:
            progress(number, len(used), channel.name)
        analysed.append(analyse_channel(channel, roles[channel.name], scratch))
        scratch.forget()
    if progress:
        progress(len(used), len(used), "pairs")
    length_s = max((channel.start_s + channel.length_s for channel in recording.channels), default=0.0)
    epochs = epochs_of(session, recording.annotations, length_s)
    weights = assessment_weights()
    report = EmgReport(
        recording=recording.path,
        format=recording.format,
        length_s=length_s,
        channels=tuple(one.report for one in analysed),
        pairs=report_pairs(analysed, scratch),
        muscles=report_muscles(analysed, epochs, session, weights, scratch),
        annotations=recording.annotations,
        epochs=epochs,
        notes=_notes(recording),
        evidence=EVIDENCE,
        weights_version=weights.version,
        version=__version__,
        movement=report_movement(recording, session.movement if session else None, scratch),
        evoked=report_evoked(recording, session, zip(used, analysed, strict=True)),
        stretches=report_stretches(recording, session, analysed, epochs),
    )
    return report, tuple(one.trace for one in analysed)


def _notes(recording: Recording) -> tuple[str, ...]:
    names = [channel.name for channel in recording.channels]
    twice = sorted({name for name in names if names.count(name) > 1})
    more = [f"several channels are named {name!r}; they are told apart by their order only" for name in twice]
    return (*recording.notes, *more)
