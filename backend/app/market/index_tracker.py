"""Every index: its value, its breadth and one intraday point a minute."""

from __future__ import annotations

from msgspec import structs

from app.market.market_time import moment_at
from app.market.messages import IndexMessage
from app.market.models import IndexData, IntradayPoint

INTRADAY_POINTS_MAX = 1440  # a day of minutes
_MINUTE_S = 60


class IndexTracker:
    """IndexData per index id."""

    def __init__(self) -> None:
        self.indices: dict[str, IndexData] = {}
        self._times_s: dict[str, float] = {}

    def apply(self, message: IndexMessage) -> str | None:
        """Take a message; return why it changed nothing, None when it did."""
        if message.value <= 0:
            return "pre_open"
        if message.exchange_time_s < self._times_s.get(message.index_id, 0.0):
            return "out_of_order"
        data = self.indices.get(message.index_id)
        if data is None:
            data = self.indices[message.index_id] = IndexData(message.index_id)
        self._times_s[message.index_id] = message.exchange_time_s
        data.value = message.value
        data.prior_value = message.prior_value
        data.change = message.change
        data.ratio_change = message.ratio_change
        data.total_volume = message.total_volume
        data.total_value = message.total_value
        data.put_through_volume = message.put_through_volume
        data.last_updated = moment_at(message.exchange_time_s)
        _set_breadth(data, message)
        _add_intraday(data, message)
        return None

    def row(self, index_id: str) -> IndexData:
        """Return a copy of an index as it is now, to be stored: without its points, which are made of such rows."""
        return structs.replace(self.indices[index_id], intraday=[])

    def restore(self, data: IndexData) -> None:
        """Show a stored index again."""
        self.indices[data.index_id] = data
        self._times_s[data.index_id] = data.last_updated.timestamp() if data.last_updated is not None else 0.0


def _set_breadth(data: IndexData, message: IndexMessage) -> None:
    advances = message.advances + message.ceilings  # the wire's buckets are disjoint
    declines = message.declines + message.floors
    if advances + declines + message.no_changes == 0:
        return  # after the close the wire sends all counts as 0: the day's breadth stands
    data.advances = advances
    data.declines = declines
    data.no_changes = message.no_changes
    data.ceilings = message.ceilings
    data.floors = message.floors
    moved = advances + declines
    data.advance_ratio = advances / moved if moved else None


def _add_intraday(data: IndexData, message: IndexMessage) -> None:
    minute = moment_at(message.exchange_time_s // _MINUTE_S * _MINUTE_S)
    point = IntradayPoint(minute, message.value)
    points = data.intraday
    if points and points[-1].timestamp == minute:
        points[-1] = point
        return
    points.append(point)
    if len(points) > INTRADAY_POINTS_MAX:
        del points[0]
