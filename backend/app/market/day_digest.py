"""DayDigest: one hash a trading date, of everything the core made of its messages: state, alerts in order, rows.

The same messages in the same order give the same hash, however they were cut into batches and however fast they came:
each kind of row has a digest of its own, and the state is looked at between two messages, when the day is frozen.
Nothing we stamp ourselves (`received_at`, ids of a run) is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import blake2b

import msgspec
from msgspec import Struct

from app.market.market_queries import MarketQueries
from app.market.models import Changes

DIGEST_BYTES = 16
# Changes' lists of rows: each goes to the database (session events go to the clients), in its order.
ROW_KINDS = ("trades", "foreign_rows", "index_rows", "basis_points", "gaps", "alerts", "session_events")
ALERTS_MAX = 500  # as many as are served

_encode = msgspec.json.Encoder(order="deterministic").encode


class DayHash(Struct, frozen=True):
    """What became of a day. `is_final`: as of the moment it was frozen; else as far as its messages went."""

    trading_date: date
    digest: str
    is_final: bool
    counts: dict[str, int]  # by kind of row


def state_hash(market: MarketQueries) -> str:
    """Return the hash of the market as it is now."""
    return _state_digest(market).hexdigest()


class DayDigest:
    """Follows a processor: subscribe `batch_applied`, and hand it itself as the watcher of the day's turns."""

    def __init__(self, market: MarketQueries, tell: Callable[[DayHash], None]) -> None:
        self._market = market
        self._tell = tell
        self._frozen: DayHash | None = None
        self._changes: Changes | None = None
        self._taken = dict.fromkeys(ROW_KINDS, 0)  # of the batch at hand
        self._begin()

    def restart(self) -> None:
        """Forget the day: it is played again from its beginning."""
        self._begin()
        self._changes = None

    def batch_applied(self, changes: Changes) -> None:
        """Take in what a batch changed."""
        self._take(changes)
        self._changes = None

    def day_frozen(self, changes: Changes) -> None:
        """Tell the hash of the finished session."""
        self._take(changes)
        self._frozen = self.current(is_final=True)
        if self._frozen is not None:
            self._tell(self._frozen)

    def day_begins(self, changes: Changes) -> None:
        """Let go of what was before: the phases of the night belong to no day."""
        self._take(changes)
        self._begin()

    @property
    def frozen(self) -> DayHash | None:
        """Return the hash of the session that is served, once it is over."""
        return self._frozen

    def current(self, *, is_final: bool = False) -> DayHash | None:
        """Return the hash of the day as it is now, late messages of a finished session included; None without a day."""
        trading_date = self._market.trading_date
        if trading_date is None:
            return None
        digest = _state_digest(self._market)
        for kind in ROW_KINDS:
            digest.update(kind.encode())
            digest.update(self._digests[kind].digest())
        return DayHash(trading_date, digest.hexdigest(), is_final, dict(self._counts))

    def _begin(self) -> None:
        self._digests = {kind: blake2b(digest_size=DIGEST_BYTES) for kind in ROW_KINDS}
        self._counts = dict.fromkeys(ROW_KINDS, 0)
        self._frozen = None

    def _take(self, changes: Changes) -> None:
        if changes is not self._changes:
            self._changes = changes
            self._taken = dict.fromkeys(ROW_KINDS, 0)
        for kind in ROW_KINDS:
            rows = getattr(changes, kind)
            taken = self._taken[kind]
            if len(rows) > taken:
                digest = self._digests[kind]
                for row in rows[taken:]:
                    digest.update(_encode(row))
                self._taken[kind] = len(rows)
                self._counts[kind] += len(rows) - taken


def _state_digest(market: MarketQueries) -> blake2b:
    trading_date = market.trading_date
    alerts = [
        alert for alert in market.get_alerts(limit=ALERTS_MAX) if alert.timestamp.date() == trading_date
    ]  # of this day: a process that lives longer still has yesterday's
    state = {
        "quotes": market.get_session_stats(),
        "prices": market.get_prices(),
        "indices": market.get_indices(),
        "foreign": market.get_foreign_summary(),
        "foreign_rows": market.get_foreign_detail(),
        "derivatives": market.get_derivatives_data(),
        "basis": market.get_basis_history(),
        "session": market.get_session(),
        "audit": market.get_classification_audit(),
        "alerts": alerts,
    }
    return blake2b(_encode(state), digest_size=DIGEST_BYTES)
