"""PhysioNet's WFDB records: a .hea header beside its .dat signals."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from reprieve.core.errors import RecordingError, SetupError
from reprieve.interop.extras import need
from reprieve.interop.recording import Channel, Recording, plausible_rate, unit_of


def read_wfdb(path: str) -> Recording:
    """Return the recording of a WFDB header (or of the .dat file beside it).

    Raises
    ------
    RecordingError
        If header or signal file is missing, truncated or malformed.
    SetupError
        If the library is not installed.
    """
    header = Path(path).with_suffix(".hea")
    if not header.exists():
        raise RecordingError(f"{path}: its header {header.name} is missing; put both files into one folder")
    try:
        with warnings.catch_warnings():
            # The library warns about its own use of pandas; nobody who reads a recording can act on that.
            warnings.simplefilter("ignore")
            wfdb = need("wfdb", f"{path} (WFDB)")
            record = wfdb.rdrecord(str(header.with_suffix("")), physical=False, return_res=32)
    except SetupError:
        raise
    except Exception as error:  # the library lets whatever went wrong through, from IndexError to OSError
        raise RecordingError(
            f"{path}: not a readable WFDB record ({_first_line(error)}); copy both files again"
        ) from None
    if record.d_signal is None or record.d_signal.shape[0] == 0:
        raise RecordingError(f"{path}: the WFDB record holds no samples; copy both files again")
    hint = " ".join(record.comments or ())
    rate = plausible_rate(float(record.fs), path)
    channels = tuple(
        Channel(
            name=(record.sig_name[i] or f"signal {i + 1}"),
            unit=unit_of(record.units[i] or "mV"),
            rate_hz=rate,
            raw=np.ascontiguousarray(record.d_signal[:, i]),
            scale=1.0 / record.adc_gain[i],
            offset=-record.baseline[i] / record.adc_gain[i],
            rail=_rail(record.adc_res[i], record.adc_zero[i]),
            hint=hint,
        )
        for i in range(record.n_sig)
    )
    return Recording(path=path, format="WFDB", channels=channels)


def _rail(bits: int | None, zero: int | None) -> tuple[float, float] | None:
    if not bits:
        return None
    half = 2 ** (bits - 1)
    return (zero or 0) - half, (zero or 0) + half - 1


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
