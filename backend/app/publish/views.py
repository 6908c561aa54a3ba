"""MarketViews: the present state of each channel as JSON, in full or as what changed since a version. REST's too.

Units and field names: market/models.py. `intraday` travels in first frames and in REST only, never in a patch.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Set
from typing import assert_never

from msgspec import Struct

from app.clock import Clock
from app.market.models import Changes, FeedStatus
from app.publish.channels import Channel, Group
from app.publish.fragments import encode_json, json_object
from app.publish.market_reader import MarketReader
from app.publish.row_table import RowTable

INTRADAY_INDICES = ("VN30", "VNINDEX", "HNX", "UPCOM")  # the four whose day chart travels in a first frame
FEED_AGES_INTERVAL_S = 1.0  # ages run on by themselves: a newer look at them is no reason to send


class MarketViews:
    """Builds payloads and patches. Fed by `mark`; reads the market only when something is asked for.

    One counter for all channels: `version` moves when something that was marked turns out to have changed.
    """

    def __init__(self, reader: MarketReader, feed_status: Callable[[], FeedStatus], clock: Clock) -> None:
        self.epoch = secrets.token_hex(4)
        self.version = 1  # 0 is what a client has that has nothing
        self._reader = reader
        self._read_feed = feed_status
        self._clock = clock
        self._feed_status = feed_status()
        self._feed_read_s = float("-inf")
        self._with_intraday: dict[str, bytes] = {}
        self._quotes = RowTable(reader.get_session_stats)
        self._prices = RowTable(reader.get_prices)
        self._indices = RowTable(reader.get_indices)
        self._foreign_rows = RowTable(lambda: {row.symbol: row for row in reader.get_foreign_detail()})
        self._foreign = _object_table("foreign", reader.get_foreign_summary)
        self._derivatives = _object_table("derivatives", reader.get_derivatives_data)
        self._session = _object_table("session", reader.get_session)
        self._feed = _object_table("feed", lambda: self._feed_status)
        self._by_symbol = (self._quotes, self._prices)
        self._objects = (self._foreign, self._derivatives, self._session, self._feed)
        self._tables: dict[Channel, tuple[RowTable, ...]] = {
            Channel.MARKET: (self._quotes, self._prices, self._indices, *self._objects),
            Channel.FOREIGN: (self._foreign,),
            Channel.INDEX: (self._indices,),
        }
        self._watched: Counter[Group] = Counter()  # how many delta views there are of each group
        self._groups: dict[Group, Group] = {}  # equal ones are one object, quick to compare and kept once
        self._watched_symbols: Counter[str] = Counter()  # in how many groups each is
        self._marks = 1  # how often something was marked
        self._marks_seen = dict.fromkeys(self._tables, 0)
        self._marks_watched = 0  # of the market, by what is watched
        # The version at which a channel last changed, as far as that was taken in; for others to read.
        self.changed_at = dict.fromkeys(self._tables, 1)

    def mark(self, changes: Changes) -> None:
        """Remember what a batch changed: a few set operations, nothing is built."""
        self._marks += 1
        self._derivatives.mark_all()
        self._session.mark_all()
        if changes.everything:
            for table in (self._quotes, self._prices, self._indices, self._foreign_rows, self._foreign):
                table.mark_all()
            self._with_intraday.clear()
            return
        self._quotes.mark(changes.stats)
        self._prices.mark(changes.prices)
        if changes.indices:
            self._indices.mark(changes.indices)
            for index_id in changes.indices:
                self._with_intraday.pop(index_id, None)
        if changes.foreign:
            self._foreign_rows.mark(changes.foreign)
            self._foreign.mark_all()

    def mark_feed(self) -> None:
        """Remember that the feed's condition changed."""
        self._marks += 1
        self._feed_read_s = float("-inf")

    def refresh(self, channel: Channel) -> int:
        """Take in what was marked; return the version at which the channel last changed."""
        if self._marks_seen[channel] != self._marks:
            self._marks_seen[channel] = self._marks
            if channel is Channel.MARKET:
                self._look_at_feed()
            self._take_in(channel)
        return self.changed_at[channel]

    def watch(self, group: Group) -> Group:
        """Have refresh_watched look at a group of the market's symbols, or at all of them; return the one object of it."""
        self._watched[group] += 1
        if self._watched[group] == 1:
            self._groups[group] = group
            self._watched_symbols.update(group or ())
            self._marks_watched = 0
        return self._groups[group]

    def unwatch(self, group: Group) -> None:
        """Undo one `watch`."""
        self._watched[group] -= 1
        if not self._watched[group]:
            del self._watched[group], self._groups[group]
            for symbol in group or ():
                self._watched_symbols[symbol] -= 1
                if not self._watched_symbols[symbol]:
                    del self._watched_symbols[symbol]

    def refresh_watched(self) -> None:
        """Take in what was marked and somebody watches: of the market the symbols of the groups, the rest in full."""
        if None in self._watched:
            self.refresh(Channel.MARKET)
        elif self._watched and self._marks_watched != self._marks:
            self._marks_watched = self._marks
            self._look_at_feed()
            self._take_in(Channel.MARKET, self._watched_symbols.keys())
        self.refresh(Channel.FOREIGN)
        self.refresh(Channel.INDEX)

    def is_taken_in(self, channel: Channel) -> bool:
        """Whether nothing was marked since `refresh`."""
        return self._marks_seen[channel] == self._marks

    def full(self, channel: Channel, group: Group = None, with_intraday: bool = False) -> bytes:
        """Return the whole state of a channel; `group` narrows that of the market."""
        match channel:
            case Channel.MARKET:
                return self.market(group, with_intraday=with_intraday)
            case Channel.FOREIGN:
                return self.foreign_summary()
            case Channel.INDEX:
                return self.indices(with_intraday=with_intraday)
            case Channel.ALERTS:
                raise ValueError("alerts are events, not a state")
            case _:
                assert_never(channel)

    def patch(self, channel: Channel, group: Group, since: int) -> bytes | None:
        """Return the JSON Merge Patch of what is known to have changed in a channel after `since`, None if nothing has.

        It brings to `version` whoever watches the group; refresh or refresh_watched first.
        """
        if self.changed_at[channel] <= since:
            return None
        match channel:
            case Channel.MARKET:
                members = self._market_patch(group, since)
                return json_object(members) if members else None
            case Channel.FOREIGN:
                return self._foreign.row_patch("foreign", since)
            case Channel.INDEX:
                return json_object(self._indices.patch(since))
            case Channel.ALERTS:
                raise ValueError("alerts are events, not a state")
            case _:
                assert_never(channel)

    def market(self, symbols: Collection[str] | None = None, *, with_intraday: bool = False) -> bytes:
        """Return a MarketSnapshot; `symbols` narrows its quotes and prices."""
        self.refresh(Channel.MARKET)
        if self._look_at_feed():
            self._take_in(Channel.MARKET)
        keys = None if symbols is None else sorted(symbols)
        return json_object(
            (
                b'"quotes":' + self._quotes.join(keys),
                b'"prices":' + self._prices.join(keys),
                b'"indices":' + self.indices(with_intraday=with_intraday),
                b'"foreign":' + self._foreign.row("foreign"),
                b'"derivatives":' + self._derivatives.row("derivatives"),
                b'"session":' + self._session.row("session"),
                b'"feed":' + self._feed.row("feed"),
            )
        )

    def foreign_summary(self) -> bytes:
        """Return a ForeignSummary."""
        self.refresh(Channel.FOREIGN)
        return self._foreign.row("foreign")

    def foreign_detail(self) -> bytes:
        """Return {summary, stocks}."""
        self._foreign_rows.refresh(self.version)
        stocks = b"[" + b",".join(self._foreign_rows.values()) + b"]"
        return json_object((b'"summary":' + self.foreign_summary(), b'"stocks":' + stocks))

    def volume_stats(self) -> bytes:
        """Return {stats: {symbol: SessionStats}}."""
        self.refresh(Channel.MARKET)
        return json_object((b'"stats":' + self._quotes.join(),))

    def indices(self, *, with_intraday: bool = False) -> bytes:
        """Return {index_id: IndexData}; `intraday` at most in INTRADAY_INDICES, absent in the others."""
        self.refresh(Channel.INDEX)
        if not with_intraday:
            return self._indices.join()
        rows = self._reader.get_indices()
        for index_id in INTRADAY_INDICES:
            if index_id in rows and index_id not in self._with_intraday:
                self._with_intraday[index_id] = encode_json(rows[index_id])
        return self._indices.join_over(self._with_intraday)

    def symbol(self, symbol: str) -> bytes:
        """Return everything about one symbol: {symbol, session_stats, foreign, price, indices, basis}, null = unknown."""
        self.refresh(Channel.MARKET)
        return json_object(
            (
                b'"symbol":' + encode_json(symbol),
                b'"session_stats":' + self._quotes.row(symbol),
                b'"foreign":' + encode_json(self._reader.get_foreign(symbol)),
                b'"price":' + self._prices.row(symbol),
                b'"indices":' + self._indices.join(),
                b'"basis":' + encode_json(self._reader.get_last_basis()),
            )
        )

    def _take_in(self, channel: Channel, symbols: Set[str] | None = None) -> None:
        version, has_changed = self.version + 1, False
        tables = self._tables[channel]
        for table in tables:
            has_changed |= table.refresh(version, symbols if table in self._by_symbol else None)
        if has_changed:
            self.version = version
        self.changed_at[channel] = max(1, *(table.version for table in tables))

    def _market_patch(self, group: Group, since: int) -> list[bytes]:
        members: list[bytes] = []
        for name, table, keys in (
            (b'"quotes":', self._quotes, group),
            (b'"prices":', self._prices, group),
            (b'"indices":', self._indices, None),
        ):
            rows = table.patch(since, keys)
            if rows:
                members.append(name + json_object(rows))
        for table in self._objects:
            members += table.patch(since)
        return members

    def _look_at_feed(self) -> bool:
        """Read the feed's status if the last look is old; return whether it was."""
        now_s = self._clock.monotonic_s()
        if now_s - self._feed_read_s < FEED_AGES_INTERVAL_S:
            return False
        self._feed_read_s = now_s
        self._feed_status = self._read_feed()
        self._feed.mark_all()
        return True


def _object_table(name: str, read: Callable[[], Struct | None]) -> RowTable:
    """Return a table of one row, the object `name` of a MarketSnapshot."""

    def rows() -> Mapping[str, Struct]:
        value = read()
        return {} if value is None else {name: value}

    return RowTable(rows)
