"""The shapes of the history routes for OpenAPI. Answers are encoded by msgspec; a test holds both shapes together."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import Alert, BasisPoint
from app.market.models import Phase, TradeType

_MOMENT = "2026-11-20T09:15:00+07:00"
_CURSOR = "WyIyMDI2LTExLTIwVDA5OjE1OjAwKzA3OjAwIl0"


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Bar(_Schema):
    """One bar: prices in VND or points, volumes in shares or contracts, value in VND. It begins at `timestamp`.

    Of an index: what was traded of its stocks while it stood at these values; all of it is neutral, without prints.
    """

    timestamp: datetime = Field(examples=[_MOMENT])
    open: float = Field(examples=[61_200])
    high: float = Field(examples=[61_300])
    low: float = Field(examples=[61_100])
    close: float = Field(examples=[61_300])
    volume: int = Field(examples=[125_300])
    value: int = Field(examples=[7_670_000_000])
    mua_chu_dong_volume: int = Field(examples=[71_000], description="Active buying.")
    ban_chu_dong_volume: int = Field(examples=[50_000], description="Active selling.")
    neutral_volume: int = Field(examples=[4_300])
    trade_count: int = Field(
        examples=[182], description="Prints of ours; 0 in a minute that is a provider's."
    )
    origin: str | None = Field(
        examples=[None],
        description="null: our prints. `repair` or `backfill`: (some of it) taken from the provider's bars; "
        "`kept`: its prints are deleted.",
    )
    is_repaired: bool = Field(description="Whether `origin` is set.")


class Tick(_Schema):
    """One print. A bid or ask of 0 was absent."""

    symbol: str = Field(examples=["VCB"])
    price: float = Field(examples=[61_200])
    volume: int = Field(examples=[500])
    value: int = Field(examples=[30_600_000])
    trade_type: TradeType
    bid_price: float = Field(examples=[61_100])
    ask_price: float = Field(examples=[61_200])
    timestamp: datetime = Field(examples=[_MOMENT])
    phase: Phase
    exchange_side: str | None = Field(examples=["BU"])
    total_volume: int = Field(examples=[1_204_300], description="The day's volume with this print.")
    trading_date: date


class ForeignSnapshot(_Schema):
    """Foreign flow of the day so far, in shares and VND; speeds in shares per minute."""

    symbol: str = Field(examples=["VCB"])
    buy_volume: int
    sell_volume: int
    net_volume: int
    buy_value: int
    sell_value: int
    net_value: int
    buy_speed_per_min: float
    sell_speed_per_min: float
    buy_acceleration: float
    sell_acceleration: float
    current_room: int
    timestamp: datetime = Field(examples=[_MOMENT])


class ForeignMinute(_Schema):
    """Foreign totals of the day up to the end of a minute, over many stocks, in shares and VND."""

    timestamp: datetime = Field(examples=[_MOMENT])
    buy_volume: int
    sell_volume: int
    net_volume: int
    buy_value: int
    sell_value: int
    net_value: int = Field(examples=[-1_250_000_000])


class ActiveMinute(_Schema):
    """What was traded within a minute, over many stocks, in shares and VND."""

    timestamp: datetime = Field(examples=[_MOMENT])
    mua_chu_dong_volume: int = Field(examples=[71_000], description="Active buying.")
    ban_chu_dong_volume: int = Field(examples=[50_000], description="Active selling.")
    neutral_volume: int = Field(examples=[4_300])
    volume: int = Field(examples=[125_300])
    value: int


class ActiveQuarter(_Schema):
    """What was traded of one stock within a quarter of an hour, in shares. It begins at `timestamp`."""

    symbol: str = Field(examples=["VCB"])
    timestamp: datetime = Field(examples=[_MOMENT])
    mua_chu_dong_volume: int = Field(examples=[71_000])
    ban_chu_dong_volume: int = Field(examples=[50_000])
    neutral_volume: int = Field(examples=[4_300])
    volume: int = Field(examples=[125_300])


class Close(_Schema):
    """The last price of one stock within five minutes: VND, points for futures. They begin at `timestamp`."""

    symbol: str = Field(examples=["VCB"])
    timestamp: datetime = Field(examples=[_MOMENT])
    close: float = Field(examples=[61_500])


class IndexSnapshot(_Schema):
    """One state of an index. Volume and value are the day's so far."""

    index_id: str = Field(examples=["VN30"])
    value: float = Field(examples=[1893.42])
    change: float
    advances: int
    declines: int
    total_volume: int
    total_value: int
    timestamp: datetime = Field(examples=[_MOMENT])


class StoredGap(_Schema):
    """What was traded and never shown to us. `symbol` is `*` for a loss of the whole feed."""

    id: str = Field(examples=["8f14e45fceea167a5a36dedd"])
    symbol: str = Field(examples=["VCB"])
    cause: str = Field(examples=["total_volume_jump"])
    from_time: datetime | None = Field(examples=[_MOMENT])
    to_time: datetime | None = Field(description="null while it lasts.")
    volume: int = Field(examples=[12_300])
    trading_date: date
    is_repaired: bool = Field(description="Whether the provider's bars stand for its minutes.")
    repaired_at: datetime | None
    repair_note: str | None = Field(
        examples=["the provider's bars lack 300"], description="Why that could not be done when last tried."
    )


class Page[T](_Schema):
    """`next_cursor` leads to what comes after `data`, null when that is nothing."""

    data: list[T]
    next_cursor: str | None = Field(examples=[_CURSOR])


class BarPage(Page[Bar]):
    """The newest bars of the range, oldest first; the cursor leads to older ones."""


class TickPage(Page[Tick]):
    """Prints, newest first."""


class ForeignPage(Page[ForeignSnapshot]):
    """States of the foreign flow, newest first."""


class IndexPage(Page[IndexSnapshot]):
    """States of an index, newest first."""


class DerivativesPage(Page[BasisPoint]):
    """Prices of a future and its basis, newest first."""


class AlertPage(Page[Alert]):
    """Alerts, newest first."""


class GapPage(Page[StoredGap]):
    """The gap ledger, newest trading date first."""


class ForeignMinutePage(Page[ForeignMinute]):
    """Every minute of the days, oldest first."""


class ActiveMinutePage(Page[ActiveMinute]):
    """Every minute of the days, oldest first."""


class ActiveQuarterPage(Page[ActiveQuarter]):
    """Every quarter of an hour, by symbol, oldest first."""


class ClosePage(Page[Close]):
    """Every five minutes with a trade, by symbol, oldest first."""
