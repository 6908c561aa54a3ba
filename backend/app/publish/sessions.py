"""SessionStore: what is kept of a subscriber, so that it can come back and miss nothing.

A session belongs to an identity. While its socket is open it is in use; afterwards it is kept for a while.
Overflow: at most SAVED_MAX are kept, of one owner and address at most `saved_per_owner`; the oldest go first.
"""

from __future__ import annotations

import secrets
from collections import Counter, OrderedDict
from dataclasses import dataclass, field

from app.clock import Clock
from app.publish.channels import Channel
from app.publish.filters import Filter

SAVED_MAX = 20_000
SAVED_PER_OWNER = 100
ID_BYTES = 16
BREAKS_MAX = 16
BREAK_TOPICS_MAX = 100  # more are remembered as "all of them"
NEVER = 2**63 - 1


@dataclass(slots=True)
class Break:
    """Topics whose events a client can only use from `position` on, where it was given their snapshot.

    `topics` maps to the reason of the resync, None where the topic was only just subscribed; `is_all`: any topic.
    """

    topics: dict[str, str | None]
    position: int = NEVER  # until the last snapshot was written
    is_all: bool = False

    def bound(self) -> None:
        """Keep the memory of a large break small."""
        if len(self.topics) > BREAK_TOPICS_MAX:
            self.topics = {}
            self.is_all = True


@dataclass(slots=True)
class Session:
    """One subscriber's memory. `position`: how far it was written to; `confirmed`: how far it surely received."""

    id: str
    identity: str
    address: str
    started_at: int  # the log's position
    filter: Filter = field(default_factory=Filter)
    channels: dict[Channel, float | None] = field(
        default_factory=dict
    )  # delta views -> the pace asked for, s
    position: int = 0
    confirmed: int = 0
    breaks: list[Break] = field(default_factory=list)
    expires_s: float | None = None  # None: in use

    def add_break(self, found: Break) -> None:
        """Remember a break; the oldest two become one when there are too many."""
        self.breaks.append(found)
        if len(self.breaks) > BREAKS_MAX:
            first, second = self.breaks[:2]
            merged = Break(first.topics | second.topics, max(first.position, second.position))
            merged.is_all = first.is_all or second.is_all
            merged.bound()
            self.breaks[:2] = [merged]

    def resume_position(self, claimed: int | None) -> int:
        """Return where to go on: after what the client says it saw, else after what it surely received."""
        if claimed is None:
            return self.confirmed
        return min(max(claimed, self.started_at), self.position)


class SessionStore:
    """The sessions in use and those kept for a return."""

    def __init__(
        self,
        epoch: str,
        clock: Clock,
        ttl_s: float,
        saved_max: int = SAVED_MAX,
        saved_per_owner: int = SAVED_PER_OWNER,
    ) -> None:
        self._epoch = epoch
        self._clock = clock
        self._ttl_s = ttl_s
        self._saved_max = saved_max
        self._saved_per_owner = saved_per_owner
        self._in_use: dict[str, Session] = {}
        self._saved: OrderedDict[str, Session] = OrderedDict()  # oldest first
        self._saved_of: Counter[tuple[str, str]] = Counter()

    @property
    def in_use_count(self) -> int:
        return len(self._in_use)

    @property
    def saved_count(self) -> int:
        return len(self._saved)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody may come back for events: also one whose socket is only being closed."""
        return bool(self._saved) or any(not session.filter.is_empty for session in self._in_use.values())

    def begin(self, identity: str, address: str, position: int) -> Session:
        """Return a new session, in use."""
        session = Session(
            f"{self._epoch}.{secrets.token_hex(ID_BYTES)}",
            identity,
            address,
            started_at=position,
            position=position,
            confirmed=position,
        )
        self._in_use[session.id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """Return a session in use or kept, None if it is gone."""
        self.expire()
        return self._in_use.get(session_id) or self._saved.get(session_id)

    def is_of_this_epoch(self, session_id: str) -> bool:
        """Whether this process made the id, or could have."""
        return session_id.partition(".")[0] == self._epoch

    def take(self, session: Session) -> None:
        """Put a kept session to use again."""
        self._forget(session)
        session.expires_s = None
        self._in_use[session.id] = session

    def save(self, session: Session) -> None:
        """Keep a session whose socket closed; without a subscription there is nothing to keep."""
        if self._in_use.pop(session.id, None) is None:
            return
        if session.filter.is_empty and not session.channels:
            return
        owner = (session.identity, session.address)
        if self._saved_of[owner] >= self._saved_per_owner:
            self._forget(
                next(kept for kept in self._saved.values() if (kept.identity, kept.address) == owner)
            )
        if len(self._saved) >= self._saved_max:
            self._forget(next(iter(self._saved.values())))
        session.expires_s = self._clock.monotonic_s() + self._ttl_s
        self._saved[session.id] = session
        self._saved_of[owner] += 1

    def expire(self) -> None:
        """Forget what nobody came back for in time."""
        now_s = self._clock.monotonic_s()
        while self._saved:
            oldest = next(iter(self._saved.values()))
            if oldest.expires_s is None or oldest.expires_s > now_s:
                return
            self._forget(oldest)

    def _forget(self, session: Session) -> None:
        if self._saved.pop(session.id, None) is None:
            return
        owner = (session.identity, session.address)
        self._saved_of[owner] -= 1
        if not self._saved_of[owner]:
            del self._saved_of[owner]
