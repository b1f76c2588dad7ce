"""The error tree of reprieve.

::

    ReprieveError
    ├── InputError (ValueError)            what a person or a file gave is not usable
    │   ├── DoseError                      not a dose: NaN, negative, absurd, no product
    │   ├── DateError                      not a date, or dates that run backwards
    │   ├── DocumentError                  a document does not have the shape of its schema
    │   ├── UnknownNameError (LookupError) product, muscle, scale, ... not in the reference data
    │   ├── RecordingError                 an EMG or movement file that cannot be read
    │   └── ScoresError                    a table of scores that cannot be used
    ├── UnitsError (TypeError)             units of two products met
    ├── ReferenceDataError (ValueError)    shipped data break their own rules (a build failure)
    ├── StoreError (RuntimeError)          the record cannot be read or written
    │   ├── NewerStoreError                written by a newer version of the program
    │   ├── ConflictError                  somebody changed it in the meantime
    │   └── TamperedError                  the hash chain does not hold
    ├── AccessError (PermissionError)      not allowed
    └── SetupError (OSError)               port in use, folder read-only, optional part missing

A message tells what, the value with its unit, what is allowed (and by which source), what to do.
A safety refusal is not an error: it is a `Finding`.
"""


class ReprieveError(Exception):
    """Base of every error that reprieve raises on purpose."""


class InputError(ReprieveError, ValueError):
    """Input from a person or a file is not usable."""


class DoseError(InputError):
    """The value is not a dose."""


class DateError(InputError):
    """The value is not a date, or two dates run backwards."""


class DocumentError(InputError):
    """A document does not have the shape of its schema."""


class UnknownNameError(InputError, LookupError):
    """A product, muscle, scale or other name is not in the reference data."""


class RecordingError(InputError):
    """A recording cannot be read."""


class ScoresError(InputError):
    """A table of scores cannot be used."""


class UnitsError(ReprieveError, TypeError):
    """Units of two products met; they are not interchangeable."""


class ReferenceDataError(ReprieveError, ValueError):
    """Shipped reference data break their own rules."""


class StoreError(ReprieveError, RuntimeError):
    """The record cannot be read or written."""


class NewerStoreError(StoreError):
    """The store was written by a newer version of the program."""


class ConflictError(StoreError):
    """The record changed since it was read."""


class TamperedError(StoreError):
    """The hash chain of the record does not hold."""


class AccessError(ReprieveError, PermissionError):
    """The person may not do this."""


class SetupError(ReprieveError, OSError):
    """The machine does not offer what is needed: port, folder, optional part."""
