"""What the simulator can be told on its command line; each default is SPEC 4.7's."""

from __future__ import annotations

from dataclasses import dataclass

ONE_WEEK_S = 604_800.0


@dataclass(frozen=True)
class SimulatorSettings:
    """Units: seconds of wall time unless a name says otherwise; speeds are market seconds a wall second."""

    host: str = "127.0.0.1"
    port: int = 0  # 0: any free port
    speed: float = 1.0  # a ceiling; 0: as fast as the clients read
    night_speed: float = 3_600.0  # for the hours in which nothing happens; 0: they last as long as they last
    consumer_id: str = ""
    consumer_secret: str = ""
    token_ttl_s: float = 8 * 3_600.0
    switch_mode: str = "replace"  # or "add": what a second SwitchChannels does
    unknown_channel: str = "error"  # or "silence"
    keep_alive_s: float = 10.0
    combine_every: int = 97  # one message in so many shares a frame with the next
    hold: bool = False  # the market stands still until the first subscription
    stuck_client_s: float = 30.0  # a client that reads nothing for so long is cut off
    skips_idle: bool = False  # a recording's lunch and nights are jumped
