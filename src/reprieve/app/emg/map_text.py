"""The text of a channel map: YAML (or JSON) to plain values, each key told once."""

from __future__ import annotations

import re
from typing import Any

import yaml

from reprieve.app.text_files import read_text
from reprieve.core.errors import RecordingError
from reprieve.core.once import first_twice


class _EachOnce(yaml.SafeLoader):
    """The loader would take the last of two channels of one name, and with it another muscle or side."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        twice = first_twice(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        if twice is not None:
            raise RecordingError(f"{twice[:60]!r} is told twice in one place; leave one of them out")
        return super().construct_mapping(node, deep)


# YAML 1.1 wants a point in a number with an exponent; JSON, which a map may be written in, does not.
_EachOnce.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_map(path: str) -> Any:
    """Return what the YAML file `path` holds.

    Raises
    ------
    RecordingError
        It is no YAML, tells a key twice, or holds a value that YAML has no form for.
    """
    text = read_text(path)
    try:
        return yaml.load(text, Loader=_EachOnce)
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())[:120]
        raise RecordingError(f"{path}: not YAML ({reason}); see the example in reprieve emg --help") from None
    except RecursionError:
        raise RecordingError(f"{path} is nested too deeply for a channel map; check the file") from None
    except ValueError as error:  # a day of month 13, a whole number of 5000 digits
        raise RecordingError(f"{path} holds a value that is none ({str(error)[:80]}); correct it") from None
