"""Find the reader that a recording needs, by what the file is and not only by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reprieve.core.errors import RecordingError
from reprieve.interop.bids import find_bids_recording, with_bids_sidecar
from reprieve.interop.c3d import read_c3d
from reprieve.interop.edf import read_edf
from reprieve.interop.opensignals import read_opensignals_hdf5, read_opensignals_text
from reprieve.interop.recording import Recording
from reprieve.interop.spike2 import read_spike2
from reprieve.interop.table_text import read_simple_text, read_table
from reprieve.interop.wfdb_files import read_wfdb

FORMATS = "EDF, EDF+, BDF, WFDB (.hea), Spike2 (.smr), OpenSignals (.h5, .txt), C3D, CSV or TSV with units"
_BY_SUFFIX: dict[str, Callable[[str], Recording]] = {
    ".edf": read_edf,
    ".bdf": read_edf,
    ".rec": read_edf,
    ".hea": read_wfdb,
    ".dat": read_wfdb,
    ".smr": read_spike2,
    ".smrx": read_spike2,
    ".c3d": read_c3d,
    ".h5": read_opensignals_hdf5,
    ".hdf5": read_opensignals_hdf5,
}


def read_recording(path: str) -> Recording:
    """Return the recording in the file, or in the EMG-BIDS folder, `path`.

    Raises
    ------
    RecordingError
        One line: what the file is not, is missing or breaks.
    SetupError
        If a library that the format needs is not installed.
    """
    try:
        if Path(path).is_dir():
            path = find_bids_recording(path)
        if Path(path).stat().st_size == 0:
            raise RecordingError(f"{path}: the file is empty; copy or export it again")
        return with_bids_sidecar(_reader(path)(path))
    except OSError as error:
        # SetupError is an OSError as well, and has said its own line already.
        if type(error).__module__.startswith("reprieve"):
            raise
        raise RecordingError(f"cannot read {path}: {error.strerror or error}; check the path") from None
    except MemoryError:
        raise RecordingError(f"{path}: its header asks for more memory than there is; check or cut the file") from None


def _reader(path: str) -> Callable[[str], Recording]:
    suffix = Path(path).suffix.lower()
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    with open(path, "rb") as file:
        head = file.read(256)
    if head[:8] in (b"\xffBIOSEMI", b"0       "):
        return read_edf
    if head[:8] == b"\x89HDF\r\n\x1a\n":
        return read_opensignals_hdf5
    if head.startswith(b"# OpenSignals"):
        return read_opensignals_text
    if head.startswith(b"# Simple Text Format"):
        return read_simple_text
    if suffix in (".csv", ".tsv", ".txt", ".asc") and b"\0" not in head:
        return read_table
    raise RecordingError(f"{path}: no recording that can be read; allowed are {FORMATS}")
