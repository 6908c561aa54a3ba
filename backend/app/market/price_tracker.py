"""What the alert rules need to remember: recent prints, the limit each price stands at, the sign of the basis.

Each method is handed whether its message may alert (`is_news`); state moves on either way, so that what a baseline
or a stale message already showed does not fire later.
"""

from __future__ import annotations

from app.market import alert_rules
from app.market.alert_rules import AlertThresholds
from app.market.alert_service import AlertService
from app.market.foreign_flow import NetValueChange
from app.market.messages import Price
from app.market.models import Alert, AlertType, BasisPoint, ClassifiedTrade, Phase
from app.market.print_window import PrintWindow


class PriceTracker:
    """State of the alert rules for one day."""

    def __init__(self, thresholds: AlertThresholds, alerts: AlertService) -> None:
        self._thresholds = thresholds
        self._alerts = alerts
        self._prints: dict[str, PrintWindow] = {}
        self._limits: dict[str, str] = {}  # symbol -> limit it stands at
        self._restored: dict[
            str, Price
        ] = {}  # last prices before a restart, until limits and a price are seen
        self._basis_signs: dict[str, int] = {}  # of the active contract only

    def apply_print(self, trade: ClassifiedTrade, time_s: float, now_s: float, is_news: bool) -> Alert | None:
        """Compare a print of continuous trading with those of the last 20 minutes, then count it among them."""
        if trade.phase is not Phase.CONTINUOUS:
            return None
        window = self._prints.get(trade.symbol)
        if window is None:
            window = self._prints[trade.symbol] = PrintWindow()
        window.drop_until(time_s - self._thresholds.volume_spike_window_s)
        ratio = alert_rules.volume_ratio(self._thresholds, trade.volume, window.prints, window.volume)
        average = window.volume / window.prints if window.prints else 0.0
        window.add(time_s, trade.volume)
        if ratio is None or not is_news:
            return None
        return self._alerts.fire(
            AlertType.VOLUME_SPIKE,
            trade.symbol,
            f"{trade.symbol}: a print of {trade.volume:,} is {ratio:.1f} times the 20-minute average",
            {
                "volume": trade.volume,
                "average_volume": round(average, 2),
                "ratio": round(ratio, 2),
                "price": trade.price,
                "trade_type": trade.trade_type,
                "total_volume": trade.total_volume,
            },
            now_s,
            time_s,
        )

    def apply_price(
        self,
        symbol: str,
        price: Price,
        ceiling: Price,
        floor: Price,
        time_s: float,
        now_s: float,
        is_news: bool,
    ) -> Alert | None:
        """Notice a price that arrives at its ceiling or floor. On the tick grid any other price has left it."""
        direction = alert_rules.breakout_direction(price, ceiling, floor)
        if symbol in self._restored and (ceiling > 0 or floor > 0):
            before = self._restored.pop(symbol)
            self._limits[symbol] = alert_rules.breakout_direction(before, ceiling, floor)
        if direction == self._limits.get(symbol, ""):
            return None
        self._limits[symbol] = direction
        if not direction or not is_news:
            return None
        return self._alerts.fire(
            AlertType.PRICE_BREAKOUT,
            symbol,
            f"{symbol}: {price:,} is at its {direction}",
            {"direction": direction, "price": price, "ceiling": ceiling, "floor": floor},
            now_s,
            time_s,
        )

    def apply_foreign(
        self, symbol: str, net: NetValueChange, time_s: float, now_s: float, is_news: bool
    ) -> Alert | None:
        """Notice net foreign value that moved by much of what it was five minutes ago."""
        pct = alert_rules.foreign_change_pct(self._thresholds, net.change, net.before)
        if pct is None or not is_news:
            return None
        direction = alert_rules.BUYING if net.change > 0 else alert_rules.SELLING
        return self._alerts.fire(
            AlertType.FOREIGN_ACCELERATION,
            symbol,
            f"{symbol}: foreign net value moved {pct:+.1f} % in 5 minutes ({direction})",
            {
                "direction": direction,
                "change_pct": round(pct, 2),
                "net_value": net.before + net.change,
                "net_value_before": net.before,
            },
            now_s,
            time_s,
        )

    def apply_basis(self, point: BasisPoint, time_s: float, now_s: float, is_news: bool) -> Alert | None:
        """Notice the basis of the active contract crossing zero; another contract starts afresh."""
        symbol = point.futures_symbol
        sign_before = self._basis_signs.get(symbol, 0)
        if point.basis:
            self._basis_signs = {symbol: 1 if point.basis > 0 else -1}
        direction = alert_rules.basis_flip(sign_before, point.basis)
        if not direction or not is_news:
            return None
        return self._alerts.fire(
            AlertType.BASIS_DIVERGENCE,
            symbol,
            f"{symbol}: basis {point.basis:+.2f} points ({direction})",
            {"basis": point.basis, "basis_pct": point.basis_pct, "direction": direction},
            now_s,
            time_s,
        )

    def restore_price(self, symbol: str, price: Price) -> None:
        """Remember the last price before a restart: one that stood at its limit then has not just arrived there."""
        self._restored[symbol] = price

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        self._prints.pop(symbol, None)
        self._limits.pop(symbol, None)
        self._restored.pop(symbol, None)

    def reset(self) -> None:
        """Begin a new day."""
        self._prints.clear()
        self._limits.clear()
        self._restored.clear()
        self._basis_signs = {}
