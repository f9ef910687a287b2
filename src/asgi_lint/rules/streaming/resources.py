"""What the content of a response may be held in, by what becomes of it when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a resource is, by what becomes of it when it is given up."""

    FOLDER = "folder"
    TEMPORARY_FILE = "temporary file"
    FILE = "file"
    UPSTREAM = "upstream"
    CLIENT = "client"
    SESSION = "session"
    OWN = "own"

    @property
    def is_deleted(self) -> bool:
        """Whether there is nothing left under its path."""
        return self in (Kind.FOLDER, Kind.TEMPORARY_FILE, Kind.OWN)

    @property
    def is_certain(self) -> bool:
        """Whether it is of no use afterwards; some sessions begin anew when they are asked."""
        return self not in (Kind.SESSION, Kind.OWN)


@dataclass(frozen=True, slots=True)
class Manager:
    """What a `with` holds. `name` is the function that makes it, as it is written."""

    kind: Kind
    name: str
