"""What one client is shown of one channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.publish.channels import Channel, Group

type Mode = Literal["full", "delta"]


@dataclass(slots=True, eq=False)
class StateView:
    """A channel, how it is shown, and the version that was sent last: 0 if the client is owed a first frame."""

    channel: Channel
    mode: Mode
    group: Group  # the symbols that narrow /ws/market; None: all
    interval_s: float  # one frame in this time, on average
    version: int = 0
    seen: int = 0  # the newest version its client was ever sent of the channel: it is shown nothing older
    due_s: float = 0.0  # when it may be sent another
    is_closed: bool = False
