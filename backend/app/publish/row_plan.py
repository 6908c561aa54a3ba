"""How a struct is looked at for patches: which of its values are compared one by one, and what they are called.

A nested struct is taken apart, so that a patch names only what changed inside; a list or a dict is one value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from app.publish.fragments import encode_json

# left out of rows and patches: it travels in first frames and in REST only
UNVERSIONED_FIELDS = frozenset({"intraday"})


class Leaf(Struct, frozen=True):
    """One value of a row. `parent`: b'"ato":' when it stands in a nested object, b"" otherwise."""

    path: str
    parent: bytes
    name: bytes  # b'"last_price":'
    is_mutable: bool  # a list or dict that may change in place
    is_object: bool  # a dict: keys that go must be said to be null


class RowPlan:
    """The leaves of a struct type."""

    def __init__(self, row_type: type[Struct]) -> None:
        leaves = list(_leaves_of(row_type))
        # values that cannot change in place come first: for those, the same object is the same value
        self.leaves = [leaf for leaf in leaves if not leaf.is_mutable]
        self.mutable_from = len(self.leaves)
        self.leaves += [leaf for leaf in leaves if leaf.is_mutable]
        self.numbers = range(len(self.leaves))
        self._read_plain = _getter([leaf.path for leaf in self.leaves[: self.mutable_from]])
        self._mutables = [attrgetter(leaf.path) for leaf in self.leaves[self.mutable_from :]]
        self._unversioned = UNVERSIONED_FIELDS.intersection(row_type.__struct_fields__)

    def values(self, row: Struct) -> tuple[Any, ...]:
        """Return the value of each leaf; of lists and dicts their JSON, as they may change in place."""
        if not self._mutables:
            return self._read_plain(row)
        return (*self._read_plain(row), *[encode_json(read(row)) for read in self._mutables])

    def encode_leaf(self, number: int, value: Any) -> bytes:
        """Return the JSON of a value that `values` returned."""
        return value if number >= self.mutable_from else encode_json(value)

    def encode_row(self, row: Struct) -> bytes:
        """Return a whole row without its unversioned fields."""
        if not self._unversioned:
            return encode_json(row)
        fields = msgspec.structs.asdict(row)
        for name in self._unversioned:
            del fields[name]
        return encode_json(fields)


@lru_cache
def plan_of(row_type: type[Struct]) -> RowPlan:
    """Return the plan of a struct type, worked out once."""
    return RowPlan(row_type)


def _leaves_of(row_type: type[Struct], path: str = "", parent: bytes = b"") -> list[Leaf]:
    leaves: list[Leaf] = []
    hints = get_type_hints(row_type)
    for field in msgspec.structs.fields(row_type):
        if field.name in UNVERSIONED_FIELDS:
            continue
        kind = hints[field.name]
        name = encode_json(field.encode_name) + b":"
        if not parent and isinstance(kind, type) and issubclass(kind, Struct):
            leaves += _leaves_of(kind, f"{path}{field.name}.", name)
        else:
            container = get_origin(kind)
            leaves.append(Leaf(path + field.name, parent, name, container in {list, dict}, container is dict))
    return leaves


def _getter(paths: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(paths) > 1:
        return attrgetter(*paths)
    (path,) = paths
    read = attrgetter(path)
    return lambda row: (read(row),)
