"""The full-mode payloads of each channel, and the same bytes for REST: state -> JSON, from cached fragments.

Units and field names: market/models.py. `intraday` travels in first frames and in REST only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from app.market.models import (
    Changes,
    FeedStatus,
    ForeignInvestorData,
    IndexData,
    PriceData,
    SessionStats,
)
from app.publish.channels import Channel, Group
from app.publish.fragments import FragmentTable, encode_json
from app.publish.market_reader import MarketReader
from app.publish.messages import encode_alerts_snapshot

INTRADAY_INDICES = ("VN30", "VNINDEX", "HNX", "UPCOM")  # the four whose day chart travels in a first frame
ALERTS_SNAPSHOT = 50


class FullViews:
    """Builds full-mode payloads. Fed by `mark`, reads the market only when a payload is asked for."""

    def __init__(self, reader: MarketReader, feed_status: Callable[[], FeedStatus]) -> None:
        self._reader = reader
        self._feed_status = feed_status
        self._quotes: FragmentTable[SessionStats] = FragmentTable()
        self._prices: FragmentTable[PriceData] = FragmentTable()
        self._indices: FragmentTable[IndexData] = FragmentTable(_encode_without_intraday)
        self._indices_with_intraday: FragmentTable[IndexData] = FragmentTable()
        self._foreign: FragmentTable[ForeignInvestorData] = FragmentTable()
        self._foreign_summary: bytes | None = None

    def mark(self, changes: Changes) -> None:
        """Remember what a batch changed: a few set operations, nothing is built."""
        if changes.everything:
            for table in (self._quotes, self._prices, self._foreign):
                table.mark_all()
            self._indices.mark_all()
            self._indices_with_intraday.mark_all()
            self._foreign_summary = None
            return
        self._quotes.mark(changes.stats)
        self._prices.mark(changes.prices)
        self._indices.mark(changes.indices)
        self._indices_with_intraday.mark(changes.indices)
        if changes.foreign:
            self._foreign.mark(changes.foreign)
            self._foreign_summary = None

    def first_frame(self, channel: Channel, group: Group) -> bytes:
        """Return what a new client of a channel is sent after its status."""
        match channel:
            case Channel.MARKET:
                return self.market(group, with_intraday=True)
            case Channel.FOREIGN:
                return self.foreign_summary()
            case Channel.INDEX:
                return self.indices(with_intraday=True)
            case Channel.ALERTS:
                return encode_alerts_snapshot(self._reader.get_alerts(limit=ALERTS_SNAPSHOT)).payload

    def next_frame(self, channel: Channel, group: Group) -> bytes:
        """Return the present state of a state channel, for a client that has an older one."""
        match channel:
            case Channel.MARKET:
                return self.market(group)
            case Channel.FOREIGN:
                return self.foreign_summary()
            case Channel.INDEX:
                return self.indices()
            case Channel.ALERTS:
                raise AssertionError("alerts are events, not a state")

    def market(self, symbols: Collection[str] | None = None, *, with_intraday: bool = False) -> bytes:
        """Return a MarketSnapshot; `symbols` narrows its quotes and prices."""
        self._refresh_symbols()
        keys = None if symbols is None else sorted(symbols)
        return b"".join(
            (
                b'{"quotes":',
                self._quotes.join(keys),
                b',"prices":',
                self._prices.join(keys),
                b',"indices":',
                self.indices(with_intraday=with_intraday),
                b',"foreign":',
                self.foreign_summary(),
                b',"derivatives":',
                encode_json(self._reader.get_derivatives_data()),
                b',"session":',
                encode_json(self._reader.get_session()),
                b',"feed":',
                encode_json(self._feed_status()),
                b"}",
            )
        )

    def foreign_summary(self) -> bytes:
        """Return a ForeignSummary."""
        if self._foreign_summary is None:
            self._foreign_summary = encode_json(self._reader.get_foreign_summary())
        return self._foreign_summary

    def foreign_detail(self) -> bytes:
        """Return {summary, stocks}."""
        if self._foreign.is_stale:
            self._foreign.refresh({row.symbol: row for row in self._reader.get_foreign_detail()})
        stocks = b",".join(self._foreign.values())
        return b'{"summary":' + self.foreign_summary() + b',"stocks":[' + stocks + b"]}"

    def volume_stats(self) -> bytes:
        """Return {stats: {symbol: SessionStats}}."""
        self._refresh_symbols()
        return b'{"stats":' + self._quotes.join() + b"}"

    def indices(self, *, with_intraday: bool = False) -> bytes:
        """Return {index_id: IndexData}; `intraday` at most in INTRADAY_INDICES, absent in the others."""
        if self._indices.is_stale:
            self._indices.refresh(self._reader.get_indices())
        if not with_intraday:
            return self._indices.join()
        if self._indices_with_intraday.is_stale:
            chosen = {k: v for k, v in self._reader.get_indices().items() if k in INTRADAY_INDICES}
            self._indices_with_intraday.refresh(chosen)
        return self._indices.join_over(self._indices_with_intraday)

    def _refresh_symbols(self) -> None:
        """Read and encode the symbols that changed, both tables in one reading of the market."""
        quote_keys, price_keys = self._quotes.stale_keys, self._prices.stale_keys
        if quote_keys is None or price_keys is None:
            stale = None
        elif not (stale := quote_keys | price_keys):
            return
        snapshot = self._reader.get_market_snapshot(stale)
        self._quotes.refresh(snapshot.quotes)
        self._prices.refresh(snapshot.prices)


def _encode_without_intraday(index: IndexData) -> bytes:
    row = msgspec.structs.asdict(index)
    del row["intraday"]
    return encode_json(row)
