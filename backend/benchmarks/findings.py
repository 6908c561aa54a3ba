"""What `verify_real` found: one line a check."""

from __future__ import annotations

from msgspec import Struct


class Finding(Struct, frozen=True):
    """One line. `is_right` None: printed for the record."""

    what: str
    text: str
    is_right: bool | None = None

    def __str__(self) -> str:
        mark = "    " if self.is_right is None else "ok  " if self.is_right else "MISS"
        return f"  {mark}  {self.what}: {self.text}"


def compare(what: str, ours: object, theirs: object, source: str) -> Finding:
    """Return whether two figures are the same."""
    text = f"{_shown(ours)}" if ours == theirs else f"{_shown(ours)}, but {_shown(theirs)} {source}"
    return Finding(what, text, ours == theirs)


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
