"""What one socket is shown and hears of: its own channel, and whatever it subscribes to."""

from __future__ import annotations

from dataclasses import dataclass

from app.api.services import ApiServices
from app.api.subscription_requests import Rejected, ResyncRequest, SubscribeRequest, Wanted, read_request
from app.publish.channels import Channel, Group
from app.publish.client_connection import ClientConnection
from app.publish.close_codes import CloseCode
from app.publish.event_messages import encode_resync
from app.publish.filters import Filter
from app.publish.messages import SubscribedMessage, ViewSummary, encode_error, encode_message
from app.publish.sessions import Session
from app.publish.state_view import Mode
from app.publish.topics import EVERYTHING


@dataclass(frozen=True, slots=True)
class HomeView:
    """What a socket of the four channels shows without being asked."""

    channel: Channel
    mode: Mode
    group: Group = None
    interval_s: float | None = None


class SocketSubscriptions:
    """Carries out a client's requests. `home` None: /v1/ws, which shows only what is subscribed to."""

    def __init__(self, client: ClientConnection, home: HomeView | None, services: ApiServices) -> None:
        self._client = client
        self._home = home
        self._services = services
        self._publisher = services.publisher
        self._events = services.publisher.events
        self._session: Session | None = None
        self._paces: dict[Channel, float | None] = {}  # the channels subscribed to

    def open(self, session_id: str | None, position: int | None) -> None:
        """Show what the socket is to show first; with a session id, go on with that session."""
        if session_id and not self._restore(session_id, position):
            return
        self._show_home()

    def subscribe(self, request: SubscribeRequest) -> None:
        """Add to what the client hears of, or say that it is too much."""
        maximum = self._services.limits.subscriptions_max
        if request.name_count > maximum:
            self._refuse_many(maximum)
            return
        wanted = read_request(request, self._services)
        subscriber = self._publisher.subscriber_of(self._client)
        after = subscriber.filter | wanted.filter
        if after.size > maximum:
            self._refuse_many(maximum)
            return
        self._ensure_session()
        interval_s = None if request.interval_ms is None else request.interval_ms / 1000
        self._paces |= dict.fromkeys(wanted.channels, interval_s)
        named = self._events.topics_of(wanted.filter)
        self._confirm(after, wanted.rejected, wanted.aliases)
        self._events.set_filter(subscriber, after, named)
        self._open_channels(wanted.channels)
        self._show_home()

    def unsubscribe(self, request: SubscribeRequest) -> None:
        """Take from what the client hears of; names it never subscribed to change nothing."""
        maximum = self._services.limits.subscriptions_max
        if request.name_count > maximum:
            self._refuse_many(maximum)
            return
        wanted = read_request(request, self._services, leaving=True)
        subscriber = self._publisher.subscriber_of(self._client)
        self._reduce(subscriber.filter - wanted.filter, wanted)

    def unsubscribe_all(self) -> None:
        """Leave the socket as it was when it opened."""
        everything = Wanted(Filter(), list(self._paces), [], {})
        alerts = self._publisher.subscriber_of(self._client).filter.alerts
        self._reduce(Filter(alerts=alerts), everything)

    def resync(self, request: ResyncRequest) -> None:
        """Send snapshots again: of one channel in delta mode, or of everything."""
        subscriber = self._client.subscriber
        self._publisher.resync(self._client, request.channel)
        if subscriber is not None and request.channel in {None, Channel.ALERTS}:
            self._events.resync(subscriber, only_alerts=request.channel is not None)

    def _refuse_many(self, maximum: int) -> None:
        text = f"at most {maximum} symbols, markets and sectors; nothing was changed"
        self._client.offer_event(encode_error("TOO_MANY_SUBSCRIPTIONS", text))

    def _restore(self, session_id: str, position: int | None) -> bool:
        """Go on with a session, or say why not; return whether the socket stays."""
        events = self._events
        session = events.sessions.find(session_id)
        if session is None:
            is_ours = events.sessions.is_of_this_epoch(session_id)
            self._refuse("expired" if is_ours else "epoch_changed")
        elif session.identity != self._client.details.identity:
            events.refuse_resume("refused")
            self._client.offer_event(
                encode_error("SESSION_RESTORATION_FAILED", "this session belongs to somebody else")
            )
            self._client.close(CloseCode.NOT_ALLOWED)
            return False
        elif position is not None and position > events.log.position:
            self._refuse("epoch_changed")
        else:
            self._go_on(session, position)
        return True

    def _refuse(self, reason: str) -> None:
        self._events.refuse_resume(reason)
        self._client.offer_event(encode_resync(EVERYTHING, reason))

    def _go_on(self, session: Session, position: int | None) -> None:
        subscriber = self._publisher.subscriber_of(self._client)
        self._session = session
        self._paces = dict(session.channels)
        self._events.resume(subscriber, session, position)
        subscriber.on_lost = self._lose
        self._confirm(subscriber.filter, [])
        self._open_channels(list(self._paces))
        is_tracked = self._services.is_tracked_symbol
        lost = [symbol for symbol in sorted(subscriber.filter.symbols) if not is_tracked(symbol)]
        if lost:  # while it was away
            self._lose(lost)

    def _ensure_session(self) -> None:
        if self._session is None:
            details = self._client.details
            subscriber = self._publisher.subscriber_of(self._client)
            self._session = self._events.begin_session(subscriber, details.identity, details.address)
            subscriber.on_lost = self._lose

    def _lose(self, symbols: list[str]) -> None:
        """Say that symbols are tracked no longer, and go on without them."""
        subscriber = self._publisher.subscriber_of(self._client)
        after = subscriber.filter - Filter(symbols=frozenset(symbols))
        self._events.set_filter(subscriber, after)
        self._confirm(after, [Rejected("not_tracked", symbol=symbol) for symbol in symbols])
        self._show_home()

    def _reduce(self, after: Filter, wanted: Wanted) -> None:
        self._ensure_session()
        for channel in wanted.channels:
            if channel in self._paces:
                del self._paces[channel]
                self._publisher.close_view(self._client, channel)
                after = after.with_alerts(after.alerts and channel is not Channel.ALERTS)
        self._events.set_filter(self._publisher.subscriber_of(self._client), after)
        self._confirm(after, wanted.rejected, wanted.aliases)
        self._show_home()

    def _open_channels(self, channels: list[Channel]) -> None:
        if self._session is not None:
            self._session.channels = dict(self._paces)
        for channel in channels:
            self._publisher.open_view(self._client, channel, "delta", None, self._paces[channel])

    def _show_home(self) -> None:
        """Show the socket's own channel, unless a subscription to the market stands in its place."""
        home, client = self._home, self._client
        if home is None:
            return
        subscriber = client.subscriber
        is_replaced = subscriber is not None and subscriber.filter.takes_symbols
        shown = client.views.get(home.channel)
        if shown is None and not (is_replaced and home.mode == "full"):
            self._publisher.open_view(client, home.channel, home.mode, home.group, home.interval_s)
        elif shown is not None and shown.mode == "full" and is_replaced:
            self._publisher.close_view(client, home.channel)

    def _confirm(
        self, after: Filter, rejected: list[Rejected], aliases: dict[str, str] | None = None
    ) -> None:
        session = self._session
        if session is None:
            raise AssertionError("a subscription has a session")
        subscriber = self._publisher.subscriber_of(self._client)
        if self._session is not None:
            self._session.channels = dict(self._paces)
        position = (
            self._events.log.position if subscriber.filter.is_empty else self._events.position_of(subscriber)
        )
        self._client.offer_event(
            encode_message(
                SubscribedMessage(
                    session_id=session.id,
                    epoch=self._events.log.epoch,
                    position=position,
                    symbols=sorted(after.symbols),
                    markets=sorted(after.markets),
                    sectors=sorted(after.sectors),
                    channels=[self._view_summary(channel, pace_s) for channel, pace_s in self._paces.items()],
                    rejected=rejected,
                    aliases=aliases or {},
                )
            )
        )

    def _view_summary(self, channel: Channel, pace_s: float | None) -> ViewSummary:
        interval_s = self._publisher.delta_pace_s(pace_s)
        if channel is Channel.ALERTS:
            interval_s = self._events.period_s
        return ViewSummary(channel, "delta", round(interval_s * 1000))
