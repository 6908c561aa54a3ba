"""JSON objects by key that remember which of their values changed when: whole for a new client, in part for an old one.

A row that was marked is read again and compared with what was known of it, value by value. Only values whose JSON
differs get the new version; if none does, nothing has happened. A row that is gone leaves a tombstone. Patches hold what
`refresh` saw, whole rows what is there when they are asked for: refresh first.
Overflow: tombstones are kept for good; there are at most as many as keys were ever seen (symbols, indices).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from itertools import compress, takewhile
from operator import is_not
from typing import Any

import msgspec
from msgspec import Struct

from app.publish.fragments import encode_json, json_object
from app.publish.row_plan import RowPlan, plan_of


class _Row:
    """One row: its values, and the version each was last changed at (the newest last)."""

    __slots__ = ("born", "changed", "encoded", "key", "member", "patch", "plan", "values")

    def __init__(self, key: str, plan: RowPlan, values: tuple[Any, ...], version: int) -> None:
        self.key = encode_json(key) + b":"
        self.plan = plan
        self.values = values
        self.born = version
        self.changed: dict[int, int] = {}  # leaf -> version; without those unchanged since it was born
        self.encoded: dict[int, bytes] = {}  # leaf -> its JSON, of those in `changed`
        self.member = b""  # b'"VCB":{...}' in full; stale while the table has it in _unencoded
        self.patch: tuple[int, bytes] | None = None  # the last one built, with its `since`

    def leaf(self, number: int) -> bytes:
        """Return the JSON of a value."""
        encoded = self.encoded.get(number)
        return self.plan.encode_leaf(number, self.values[number]) if encoded is None else encoded

    def changed_since(self, since: int) -> Iterable[int]:
        """Return the leaves to say to who has `since`: all of a row that came later."""
        if self.born > since:
            return self.plan.numbers
        return takewhile(lambda number: self.changed[number] > since, reversed(self.changed))

    @property
    def body(self) -> bytes:
        return self.member[len(self.key) :]


class RowTable:
    """The rows of one table of the market. Marking is cheap; nothing is read or encoded before somebody asks.

    `read` returns the live rows by key; the others' methods read them through it.
    """

    def __init__(self, read: Callable[[], Mapping[str, Struct]]) -> None:
        self.version = 0  # when anything in it changed last
        self._read = read
        self._rows: dict[str, _Row] = {}  # in the order they came
        self._changed: dict[str, int] = {}  # key -> version, tombstones included, the newest last
        self._dirty: set[str] = set()
        self._is_all_dirty = True
        self._unencoded: set[str] = set()
        self._joined: bytes | None = None

    def mark(self, keys: Iterable[str]) -> None:
        """Remember that these rows may have changed."""
        if not self._is_all_dirty:
            self._dirty.update(keys)

    def mark_all(self) -> None:
        """Remember that anything may have changed, and rows may be gone."""
        self._is_all_dirty = True
        self._dirty.clear()

    @property
    def is_stale(self) -> bool:
        return self._is_all_dirty or bool(self._dirty)

    def refresh(self, version: int, wanted: Set[str] | None = None) -> bool:
        """Take in what was marked; what differs gets `version`. Return whether anything does.

        With `wanted` the others stay marked, unless anything may have changed: then all are looked at.
        """
        if not self.is_stale:
            return False
        dirty: Iterable[str]
        if self._is_all_dirty:
            rows = self._read()
            dirty = [*rows, *[key for key in self._rows if key not in rows]]
            self._dirty.clear()
            self._is_all_dirty = False
        else:
            dirty, self._dirty = self._split(wanted)
            if not dirty:
                return False
            rows = self._read()
        has_changed = False
        for key in dirty:
            row = rows.get(key)
            if self._remove(key, version) if row is None else self._compare(key, row, version):
                has_changed = True
        if has_changed:
            self.version = version
            self._joined = None
        return has_changed

    def join(self, keys: Iterable[str] | None = None) -> bytes:
        """Return one JSON object of these rows (absent ones left out), or of all."""
        self._encode_rows()
        rows = self._rows
        if keys is not None:
            return json_object([rows[key].member for key in keys if key in rows])
        if self._joined is None:
            self._joined = json_object([row.member for row in rows.values()])
        return self._joined

    def join_over(self, richer: Mapping[str, bytes]) -> bytes:
        """Return one JSON object of all rows, each as in `richer` where that has it."""
        self._encode_rows()
        rows = self._rows.items()
        return json_object([row.key + richer[key] if key in richer else row.member for key, row in rows])

    def row(self, key: str) -> bytes:
        """Return one row, `null` when it is absent."""
        self._encode_rows()
        row = self._rows.get(key)
        return row.body if row is not None else b"null"

    def values(self) -> list[bytes]:
        """Return the rows without their keys, in the order they came."""
        self._encode_rows()
        return [row.body for row in self._rows.values()]

    def patch(self, since: int, keys: Iterable[str] | None = None) -> list[bytes]:
        """Return the members of a JSON Merge Patch: b'"VCB":{...}' of each row that changed after `since`.

        `keys` narrows it. A row that came after `since` is there in full, one that went is null.
        """
        if self.version <= since:
            return []
        changed = self._changed
        if keys is not None:
            return [self._patch_member(key, since) for key in keys if changed.get(key, 0) > since]
        members = []
        for key in reversed(changed):
            if changed[key] <= since:
                break
            members.append(self._patch_member(key, since))
        return members

    def row_patch(self, key: str, since: int) -> bytes | None:
        """Return the patch of one row without its key, None if nothing in it changed after `since`."""
        if self._changed.get(key, 0) <= since:
            return None
        row = self._rows.get(key)
        return b"null" if row is None else self._patch_member(key, since)[len(row.key) :]

    def _split(self, wanted: Set[str] | None) -> tuple[set[str], set[str]]:
        """Return the marked keys to look at now, and those that stay marked."""
        if wanted is None:
            return self._dirty, set()
        now = self._dirty & wanted
        return now, self._dirty - now if now else self._dirty

    def _patch_member(self, key: str, since: int) -> bytes:
        row = self._rows.get(key)
        if row is None:
            return encode_json(key) + b":null"
        if row.patch is None or row.patch[0] != since:
            row.patch = (since, row.key + _patch_of(row, since))
        return row.patch[1]

    def _compare(self, key: str, row: Struct, version: int) -> bool:
        known = self._rows.get(key)
        plan = plan_of(type(row)) if known is None else known.plan
        values = plan.values(row)
        if known is None:
            self._rows[key] = _Row(key, plan, values, version)
        elif not _note_changes(known, values, version):
            return False
        self._changed.pop(key, None)
        self._changed[key] = version
        self._unencoded.add(key)
        return True

    def _remove(self, key: str, version: int) -> bool:
        if self._rows.pop(key, None) is None:
            return False
        self._changed.pop(key, None)
        self._changed[key] = version
        self._unencoded.discard(key)
        return True

    def _encode_rows(self) -> None:
        """Encode in full the rows that changed since that was last asked for. They are as `refresh` found them."""
        if not self._unencoded:
            return
        live = self._read()
        for key in self._unencoded:
            row = self._rows[key]
            row.member = row.key + row.plan.encode_row(live[key])
        self._unencoded.clear()


def _note_changes(row: _Row, values: tuple[Any, ...], version: int) -> bool:
    """Give the values that differ a new version; return whether any does."""
    plan, old = row.plan, row.values
    changed = False
    for number in compress(plan.numbers, map(is_not, values, old)):
        after = plan.encode_leaf(number, values[number])
        is_object = plan.leaves[number].is_object
        before = row.leaf(number)
        if after == (old[number] if is_object else before):
            continue
        if is_object:
            after = _with_gone_keys(after, before)
        row.changed.pop(number, None)
        row.changed[number] = version
        row.encoded[number] = after
        changed = True
    row.values = values
    if changed:
        row.patch = None
    return changed


def _with_gone_keys(after: bytes, before: bytes) -> bytes:
    """Return an object with null for each key that another had; a merge patch would keep it otherwise."""
    decode = msgspec.json.decode
    return encode_json(dict.fromkeys(decode(before)) | decode(after))


def _patch_of(row: _Row, since: int) -> bytes:
    leaves = row.plan.leaves
    members: list[bytes] = []
    nested: dict[bytes, list[bytes]] = {}
    for number in row.changed_since(since):
        leaf = leaves[number]
        siblings = nested.setdefault(leaf.parent, []) if leaf.parent else members
        siblings.append(leaf.name + row.leaf(number))
    members += [parent + json_object(inner) for parent, inner in nested.items()]
    return json_object(members)
