"""What a client asks to hear of, checked against what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from app.api.parameters import BadParameterError, canonical_index_id, parse_symbol
from app.api.services import ApiServices
from app.market.messages import DERIVATIVES
from app.market.trading_calendar import exchange_named
from app.publish.channels import Channel
from app.publish.filters import Filter

MARKETS = ("HOSE", "HNX", "UPCOM", DERIVATIVES)
ECHO_CHARS_MAX = 50  # of a wrong name in the answer to it


class SubscribeRequest(Struct):
    """`subscribe` and `unsubscribe`."""

    action: str
    symbols: list[str] = []
    markets: list[str] = []
    sectors: list[str] = []
    channels: list[str] = []
    interval_ms: Annotated[float, Meta(ge=0, le=1e9)] | None = None

    @property
    def name_count(self) -> int:
        """Return how many names it holds, known or not: each costs a look and a line of the answer."""
        return len(self.symbols) + len(self.markets) + len(self.sectors) + len(self.channels)


class ResyncRequest(Struct):
    action: str
    channel: Channel | None = None


class Rejected(Struct, omit_defaults=True):
    """A name that is not subscribed to, and why: one of symbol, market, sector, channel is set."""

    reason: str
    symbol: str | None = None
    market: str | None = None
    sector: str | None = None
    channel: str | None = None


class Wanted(Struct):
    """A request in our own names."""

    filter: Filter
    channels: list[Channel]
    rejected: list[Rejected]
    aliases: dict[str, str]  # VN30F1M -> the contract it is today


def read_request(request: SubscribeRequest, services: ApiServices, *, leaving: bool = False) -> Wanted:
    """Return what is asked for; who unsubscribes may name what is not there (any more)."""
    rejected: list[Rejected] = []
    symbols: set[str] = set()
    aliases: dict[str, str] = {}
    indices = services.reader.get_indices()
    for name in request.symbols:
        asked = name.strip().upper()
        symbol = services.contract_of(asked) or asked
        reason = None if leaving else _refusal(symbol, name, services, indices)
        if reason is not None:
            rejected.append(Rejected(reason, symbol=name[:ECHO_CHARS_MAX]))
            continue
        symbols.add(symbol)
        if symbol != asked:
            aliases[asked] = symbol
    markets, unknown = _known(
        request.markets, {name: name for name in MARKETS}, lambda n: exchange_named(n.upper())
    )
    rejected += [Rejected("unknown_market", market=name) for name in unknown]
    listed = {name.casefold(): name for name in services.publisher.events.facts.sectors}
    sectors, unknown = _known(request.sectors, listed, str.casefold)
    rejected += [Rejected("unknown_sector", sector=name) for name in unknown]
    channels, unknown = _known(request.channels, {channel.value: channel for channel in Channel}, str.lower)
    rejected += [Rejected("unknown_channel", channel=name) for name in unknown]
    wanted = Filter(frozenset(symbols), frozenset(markets), frozenset(sectors))
    return Wanted(wanted, [Channel(name) for name in dict.fromkeys(channels)], rejected, aliases)


def _refusal(symbol: str, name: str, services: ApiServices, indices: Iterable[str]) -> str | None:
    """Return why a symbol, asked for as `name`, is not subscribed to; None if it is."""
    try:
        parse_symbol(name)
    except BadParameterError:
        return "malformed" if canonical_index_id(name, indices) is None else "is_index"
    if services.is_known_symbol(symbol):
        return None if services.is_tracked_symbol(symbol) else "not_tracked"
    return "unknown_symbol" if canonical_index_id(symbol, indices) is None else "is_index"


def _known(
    names: Iterable[str], listed: dict[str, str], canonical: Callable[[str], str]
) -> tuple[list[str], list[str]]:
    found: list[str] = []
    unknown: list[str] = []
    for name in names:
        known = listed.get(canonical(name.strip()))
        if known is None:
            unknown.append(name[:ECHO_CHARS_MAX])
        else:
            found.append(known)
    return found, unknown


decode_subscribe = msgspec.json.Decoder(SubscribeRequest).decode
decode_resync = msgspec.json.Decoder(ResyncRequest).decode
