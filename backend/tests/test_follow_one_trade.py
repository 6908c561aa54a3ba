"""The architecture page, executable: what SSI says about one trade, and what the clients of four channels read of it.

docs/architecture.md, "Follow one trade", is this test in words.
"""

from __future__ import annotations

import asyncio
import threading
import time

from app.config import Settings
from app.feed.thread_bridge import ThreadBridge
from app.publish.channels import Channel
from app.wiring import Application
from tests.feed.payload_samples import raw_of, sample
from tests.publish.fakes import FakeFrameSink, eventually, open_client

WHEN = {"TradingDate": "14/08/2026", "Time": "10:15:00", "Symbol": "SSI", "TradingSession": "LO"}
# Three JSON layers on the wire; the SDK takes off the outermost and hands these texts to us, on its own thread.
BOOK = raw_of("X-QUOTE", sample("x_quote", **WHEN, BidPrice1=26_700.0, AskPrice1=26_750.0))
FIRST_PRINT = {"LastVol": 1_800.0, "TotalVol": 1_800.0, "TotalVal": 1_800 * 26_750.0}
TRADE = raw_of(
    "X-TRADE", sample("x_trade", **WHEN, **FIRST_PRINT, LastPrice=26_750.0, Ceiling=26_750.0, Side="BU")
)


async def test_trade_of_ssi_reaches_the_clients_of_four_channels() -> None:
    # Wiring builds every object; nothing moves yet.
    application = Application(Settings(_env_file=None, feed_source="simulator", tracked_symbols=["ALL"]))  # type: ignore[call-arg]
    bridge = ThreadBridge(
        loop=asyncio.get_running_loop(),
        clock=application.clock,
        deliver=application.deliver,
        on_refused=lambda _count: None,
    )

    # Four clients come: each is told how the feed is, then the state, before there is any.
    sinks = {channel: FakeFrameSink() for channel in Channel}
    for channel, sink in sinks.items():
        open_client(application.publisher, sink, channel)
        assert sink.messages[0]["type"] == "status"
        sink.frames.clear()
    publishing = asyncio.create_task(application.publisher.run())

    # feed: the SDK's thread hands over the book, then the trade; the bridge wakes the loop once for both.
    def speak() -> None:
        for raw in (BOOK, TRADE):
            bridge.append_threadsafe(time.time_ns(), raw)

    sdk_thread = threading.Thread(target=speak)
    sdk_thread.start()
    sdk_thread.join()

    # publish: each channel sends on its own task, the first change at once.
    await eventually(
        lambda: (
            sinks[Channel.ALERTS].of_type("alert")
            and sinks[Channel.MARKET].states
            and all(sink.of_type("session") for sink in sinks.values())
        )
    )
    publishing.cancel()
    await asyncio.wait([publishing])

    # market: the print met the ask that stood before it, so a buyer crossed the spread ...
    snapshot = sinks[Channel.MARKET].states[-1]
    assert snapshot["quotes"]["SSI"]["mua_chu_dong_volume"] == 1_800
    assert snapshot["quotes"]["SSI"]["mua_chu_dong_value"] == 1_800 * 26_750
    assert snapshot["quotes"]["SSI"]["continuous"]["mua_chu_dong_volume"] == 1_800
    assert snapshot["quotes"]["SSI"]["total_volume"] == 1_800  # SSI's TotalVol: nothing was missed
    assert snapshot["quotes"]["SSI"]["missed_volume"] == 0
    assert snapshot["prices"]["SSI"]["last_price"] == 26_750
    # ... it stands at the ceiling, which is an alert ...
    (alert,) = sinks[Channel.ALERTS].of_type("alert")
    assert (alert["data"]["alert_type"], alert["data"]["symbol"]) == ("PRICE_BREAKOUT", "SSI")
    # ... what did not change is not sent again ...
    assert not sinks[Channel.FOREIGN].states
    assert not sinks[Channel.INDEX].states
    # ... and the first message of a day is news to every channel.
    for sink in sinks.values():
        assert "new_day" in [session["event"] for session in sink.of_type("session")]
