"""ReferenceService: the lists the market needs before messages make sense, read from SSI's REST once a day.

What is tracked (an index's components, an exchange, symbols), what the exchanges list, and the day's price limits.
A list that can't be read leaves what was known before (at first: the dated fallback) and is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from msgspec import Struct, field

from app.clock import Clock
from app.feed.errors import FeedConnectError, FeedLoginError, FeedRequestError
from app.feed.ssi_market_service import SSIMarketService
from app.market.messages import DERIVATIVES, PriceLimits

EXCHANGES = ("HOSE", "HNX", "UPCOM")
RETRY_S = 30.0  # of market hours a list may be missing; the stream itself brings limits meanwhile
LOOK_INTERVAL_S = 5.0
VN30 = "VN30"

logger = logging.getLogger(__name__)

LIST_ERRORS = (FeedRequestError, FeedConnectError, FeedLoginError)


class Lists(Struct):
    """What is known of the market's names. `known` None: the master list has not been read yet."""

    vn30: list[str] = field(default_factory=list)
    tracked: frozenset[str] = frozenset()
    is_fallback: bool = False  # `tracked` was not read but guessed: no reason to forget anything
    known: frozenset[str] | None = None
    limits: list[PriceLimits] = field(default_factory=list)


class ReferenceService:
    """Reads the lists and tells `apply` about each that is new."""

    def __init__(
        self,
        *,
        market: SSIMarketService,
        wanted: Sequence[str],
        lists: Lists,
        apply: Callable[[Lists], None],
        clock: Clock,
    ) -> None:
        self._market = market
        self._wanted = list(wanted)
        self._lists = lists
        self._apply = apply
        self._clock = clock
        self._loaded_day: date | None = None
        self._failures: dict[str, str] = {}  # list -> why it can't be read, as the log has it
        self._strangers = ""  # as the log has them
        self._wire_ids: dict[str, str] = {}  # our upper-case index id -> SSI's

    async def load_tracked(self, timeout_s: float) -> None:
        """Learn what is tracked before the stream speaks; after `timeout_s` go on with the fallback."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._load_tracked()
        except (TimeoutError, *LIST_ERRORS) as error:
            reason = str(error) or "no answer in time"
            logger.warning("the list of tracked symbols is the fallback for now: %s", reason)
            if not self._lists.tracked:
                self._lists.tracked, self._lists.is_fallback = self._fallback(), True
        self._apply(self._lists)

    async def keep(self, trading_date: Callable[[], date]) -> None:
        """Read every list now and on each new trading date, for ever."""
        while True:
            day = trading_date()
            if day != self._loaded_day and await self._load_day(day):
                self._loaded_day = day
            await self._clock.sleep(LOOK_INTERVAL_S if day == self._loaded_day else RETRY_S)

    async def _load_day(self, day: date) -> bool:
        """Return whether every list was read."""
        done = [
            await self._attempt("tracked symbols", self._load_tracked),
            await self._attempt("listed symbols", self._load_known),
            await self._attempt("price limits", lambda: self._load_limits(day)),
        ]
        return all(done)

    async def _attempt(self, what: str, load: Callable[[], Awaitable[None]]) -> bool:
        try:
            await load()
        except LIST_ERRORS as error:
            if self._failures.get(what) != str(error):  # on the edge, not at each attempt
                self._failures[what] = str(error)
                logger.warning("%s cannot be read, tried every %.0f s: %s", what, RETRY_S, error)
            return False
        if self._failures.pop(what, None) is not None:
            logger.info("%s read", what)
        self._apply(self._lists)
        return True

    async def _load_tracked(self) -> None:
        vn30 = await self._market.fetch_index_components(VN30)
        if vn30:
            self._lists.vn30 = sorted(vn30)
        tracked: set[str] = set()
        for name in self._wanted:
            tracked |= await self._symbols_of(name)
        self._lists.tracked, self._lists.is_fallback = frozenset(tracked), False

    async def _symbols_of(self, name: str) -> set[str]:
        if name == "ALL":
            return set()
        if name == VN30:
            return set(self._lists.vn30)
        if name in EXCHANGES:
            return _required(name, [row.symbol for row in await self._market.fetch_securities(name)])
        if not self._wire_ids:
            rows = [row for exchange in ("HOSE", "HNX") for row in await self._market.fetch_indices(exchange)]
            self._wire_ids = {row.index_id.upper(): row.wire_id for row in rows}
        wire_id = self._wire_ids.get(name)
        return _required(name, await self._market.fetch_index_components(wire_id)) if wire_id else {name}

    async def _load_known(self) -> None:
        rows = [row for exchange in EXCHANGES for row in await self._market.fetch_securities(exchange)]
        if rows:
            self._lists.known = frozenset(row.symbol for row in rows)
            self._warn_of_strangers(self._lists.known)

    def _warn_of_strangers(self, known: frozenset[str]) -> None:
        """Say which names of TRACKED_SYMBOLS nobody knows: a typo would show as an empty board."""
        strangers = ", ".join(sorted((self._lists.tracked & set(self._wanted)) - known))
        if strangers and strangers != self._strangers:
            logger.warning("TRACKED_SYMBOLS: neither an index nor a listed symbol: %s", strangers)
        self._strangers = strangers

    async def _load_limits(self, day: date) -> None:
        limits = [
            row
            for market in (*EXCHANGES, "DER")
            for row in await self._market.fetch_price_limits(market, day)
        ]
        self._lists.limits = limits

    def _fallback(self) -> frozenset[str]:
        """Return what can be tracked without asking anybody: the fallback VN30 and plain symbols."""
        listed = set(self._lists.vn30) if VN30 in self._wanted else set()
        plain = {name for name in self._wanted if name not in {VN30, "ALL", *EXCHANGES, DERIVATIVES}}
        return frozenset(listed | plain)


def _required(name: str, symbols: list[str]) -> set[str]:
    """Refuse an empty list: taking it would forget the day of everything that is tracked."""
    if not symbols:
        raise FeedRequestError(f"SSI's list of {name} is empty")
    return set(symbols)
