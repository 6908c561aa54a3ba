"""The wire's names of exchanges, sessions, sides and indices, as ours."""

from __future__ import annotations

import re

from app.market.messages import DERIVATIVES, ExchangeSide

NAME_LENGTH_MAX = 20  # characters kept of a name nobody knows

_FUTURE = re.compile(r"VN\d+F[A-Z0-9]{2,4}|4[1-9][A-Z0-9]{7}")
EXCHANGES: dict[str | None, str] = {
    "HOSE": "HOSE",
    "HNX": "HNX",
    "UPCOM": "UPCOM",
    "HNXBOND": "HNXBOND",
    DERIVATIVES: DERIVATIVES,
    "DER": DERIVATIVES,
}
SIDES = {"BU": ExchangeSide.BUY_UP, "SD": ExchangeSide.SELL_DOWN}
SESSIONS: dict[str | None, str] = {
    code: code for code in ("ATO", "LO", "ATC", "PT", "PLO", "C", "BREAK", "HALT", "H")
}
_INDEX_IDS = {
    "HNXINDEX": "HNX",
    "HNX": "HNX",
    "HNXUPCOMINDEX": "UPCOM",
    "UPCOM": "UPCOM",
    "UPCOMINDEX": "UPCOM",
    "VN30": "VN30",
    "VNINDEX": "VNINDEX",
}


def index_id_of(wire_id: str) -> str:
    """Return our name of an index: HNXIndex is HNX, HNXUpcomIndex is UPCOM, the wire's own for the rest."""
    return _INDEX_IDS.get(wire_id.upper(), wire_id)


def exchange_of(exchange: str | None, market_id: str | None, symbol: str) -> str:
    """Return the exchange; without one, a symbol that is a future's is on DERIVATIVES."""
    known = EXCHANGES.get(exchange or market_id or "")
    if known is not None:
        return known
    if _FUTURE.fullmatch(symbol):
        return DERIVATIVES
    named = (exchange or market_id or "").strip().upper()[:NAME_LENGTH_MAX]
    return EXCHANGES.get(named, named)


def session_of(code: str | None) -> str:
    """Return the session code, upper case, "" when null."""
    if code is None:
        return ""
    return SESSIONS.get(code) or code.strip().upper()[:NAME_LENGTH_MAX]
