from __future__ import annotations

import asyncio
import random
import threading
from typing import Any

import pytest

from app.clock import SystemClock
from app.feed import thread_bridge
from app.feed.errors import RejectReason
from app.feed.recording import RawItem
from app.feed.thread_bridge import ThreadBridge
from app.market.messages import Message, QuoteMessage, ReferenceLists, Tick, TradeMessage
from tests.feed.payload_samples import raw_of, sample


def trade(symbol: str, number: int) -> str:
    return raw_of("X-TRADE", sample("x_trade", Symbol=symbol, TotalVol=float(number)))


def quote(symbol: str, number: int) -> str:
    return raw_of("X-QUOTE", sample("x_quote", Symbol=symbol, BidVol1=float(number)))


class Catch:
    def __init__(self, **options: Any) -> None:
        self.batches: list[list[Message]] = []
        self.refused: list[int] = []
        self.recorded: list[RawItem] = []
        self.bridge = ThreadBridge(
            loop=asyncio.get_running_loop(),
            clock=SystemClock(),
            deliver=self.batches.append,
            on_refused=self.refused.append,
            record=self.recorded.extend,
            **options,
        )

    @property
    def messages(self) -> list[Message]:
        return [message for batch in self.batches for message in batch]


async def until_delivered(catch: Catch, count: int) -> None:
    async with asyncio.timeout(5):
        while len(catch.messages) < count:  # noqa: ASYNC110 - the bridge delivers on its own timers
            await asyncio.sleep(0.002)


async def test_bridge_from_threads_delivers_in_order_of_receipt() -> None:
    catch = Catch()
    raws = [trade("SSI", number) for number in range(1, 501)]

    def feed() -> None:
        for number, raw in enumerate(raws):
            catch.bridge.append_threadsafe(number, raw)

    thread = threading.Thread(target=feed)
    thread.start()
    await until_delivered(catch, 500)
    thread.join()
    assert [m.total_volume for m in catch.messages if isinstance(m, TradeMessage)] == list(range(1, 501))
    assert catch.bridge.received == {"X-TRADE": 500}
    assert catch.bridge.appended == 500
    assert catch.bridge.backlog_messages == 0
    assert catch.bridge.last_received_ns["X-TRADE"] == 499
    assert [received_ns for received_ns, _ in catch.recorded] == list(range(500))


async def test_bridge_wakes_the_loop_once_for_many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    catch = Catch()
    wakes: list[Any] = []
    loop = asyncio.get_running_loop()
    wake = loop.call_soon_threadsafe
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *args: wakes.append(args) or wake(*args))
    for number in range(100):
        catch.bridge.append_threadsafe(number, trade("SSI", number + 1))
    assert len(wakes) == 1
    await until_delivered(catch, 100)
    assert len(catch.batches) == 1


async def test_bridge_delivers_at_most_every_ten_milliseconds() -> None:
    catch = Catch()
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    for number in range(20):
        catch.bridge.append_threadsafe(0, trade("SSI", number + 1))
        await asyncio.sleep(0.002)
    await until_delivered(catch, 20)
    assert len(catch.batches) <= (loop.time() - started_s) / thread_bridge.DRAIN_INTERVAL_S + 1


async def test_bridge_counts_what_it_cannot_read_and_goes_on() -> None:
    catch = Catch()
    catch.bridge.append_threadsafe(0, "not json")
    catch.bridge.append_threadsafe(0, raw_of("X-TRADE", sample("x_trade", LastPrice=-1.0)))
    catch.bridge.append_threadsafe(0, trade("SSI", 1))
    catch.bridge.reject_threadsafe(RejectReason.BAD_FRAME)
    await until_delivered(catch, 1)
    assert catch.bridge.rejected == {"bad_json": 1, "negative": 1, "bad_frame": 1}


async def test_bridge_keeps_ticks_between_the_messages() -> None:
    catch = Catch()
    catch.bridge.append_threadsafe(0, trade("SSI", 1))
    catch.bridge.append_tick(Tick(5.0))
    catch.bridge.append_threadsafe(0, trade("SSI", 2))
    await until_delivered(catch, 3)
    assert catch.messages[1] == Tick(5.0)
    catch.bridge.append_tick(Tick(6.0))  # alone, it wakes the loop by itself
    await until_delivered(catch, 4)
    assert isinstance(catch.recorded[1][1], Tick)


async def test_bridge_behind_merges_quotes_but_never_across_a_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_bridge, "BEHIND_MESSAGES", 3)
    catch = Catch()
    for raw in (
        quote("SSI", 1), quote("SSI", 2), quote("ACB", 3), trade("SSI", 1),
        quote("SSI", 4), quote("ACB", 5), quote("SSI", 6), trade("ACB", 2), quote("ACB", 7),
    ):  # fmt: skip
        catch.bridge.append_threadsafe(0, raw)
    catch.bridge.drain_now()
    shown = [
        (m.symbol, m.bids[0][1] if isinstance(m, QuoteMessage) else "trade")
        for m in catch.messages
        if isinstance(m, QuoteMessage | TradeMessage)
    ]
    assert shown == [
        ("SSI", 2), ("SSI", "trade"), ("ACB", 5), ("SSI", 6), ("ACB", "trade"), ("ACB", 7),
    ]  # fmt: skip
    assert catch.bridge.merged_quotes == 3


async def test_bridge_behind_leaves_every_trade_its_own_quote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_bridge, "BEHIND_MESSAGES", 1)
    chance = random.Random(7)
    raws = [chance.choice((trade, quote))(chance.choice("ABC"), number) for number in range(1, 800)]

    def books(merging: bool) -> list[tuple[int, int | None]]:
        catch = Catch(may_merge_quotes=merging)
        for raw in raws:
            catch.bridge.append_threadsafe(0, raw)
        catch.bridge.drain_now()
        last: dict[str, int] = {}
        seen: list[tuple[int, int | None]] = []
        for message in catch.messages:
            if isinstance(message, QuoteMessage):
                last[message.symbol] = message.bids[0][1]
            elif isinstance(message, TradeMessage):
                seen.append((message.total_volume, last.get(message.symbol)))
        assert (catch.bridge.merged_quotes > 0) is merging
        return seen

    assert books(merging=True) == books(merging=False)


async def test_bridge_over_its_bound_refuses_and_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_bridge, "BACKLOG_MESSAGES_MAX", 10)
    catch = Catch()
    for number in range(25):
        catch.bridge.append_threadsafe(0, trade("SSI", number + 1))
    assert catch.bridge.backlog_messages == 10
    assert catch.bridge.backlog_age_s() > 0
    await until_delivered(catch, 10)
    await asyncio.sleep(0)
    assert catch.refused == [15]
    assert catch.bridge.rejected == {"refused": 15}
    assert catch.bridge.backlog_age_s() == 0.0


async def test_bridge_over_its_bytes_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = trade("SSI", 1)
    monkeypatch.setattr(thread_bridge, "BACKLOG_BYTES_MAX", 3 * len(raw))
    catch = Catch()
    for _ in range(5):
        catch.bridge.append_threadsafe(0, raw)
    assert catch.bridge.backlog_messages == 3
    catch.bridge.drain_now()
    catch.bridge.append_threadsafe(0, raw)
    assert catch.bridge.backlog_messages == 1


async def test_bridge_with_slow_delivery_shrinks_its_slices_and_never_holds_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [0.0]
    monkeypatch.setattr(thread_bridge, "perf_counter", lambda: now_s[0])
    catch = Catch()

    def deliver(batch: list[Message]) -> None:
        now_s[0] += len(batch) * 0.000_5  # half a millisecond a message
        catch.batches.append(batch)

    catch.bridge._deliver = deliver
    for number in range(1_000):
        catch.bridge.append_threadsafe(0, trade("SSI", number + 1))
    catch.bridge.drain_now()
    assert len(catch.messages) == 1_000
    assert [len(batch) for batch in catch.batches[:5]] == [256, 128, 64, 32, 32]
    assert thread_bridge.SLICE_BUDGET_S >= 32 * 0.000_5


async def test_bridge_with_quick_delivery_grows_its_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_bridge, "perf_counter", lambda: 0.0)
    catch = Catch()
    for number in range(5_000):
        catch.bridge.append_threadsafe(0, trade("SSI", number + 1))
    catch.bridge.drain_now()
    assert [len(batch) for batch in catch.batches] == [256, 512, 1024, 2000, 1208]


async def test_bridge_with_a_backlog_lets_the_loop_breathe() -> None:
    catch = Catch()
    for number in range(6_000):
        catch.bridge.append_threadsafe(0, trade("SSI", number + 1))
    loop = asyncio.get_running_loop()
    gaps: list[float] = []
    last_s = loop.time()
    async with asyncio.timeout(10):
        while len(catch.messages) < 6_000:
            await asyncio.sleep(0)
            gaps.append(loop.time() - last_s)
            last_s = loop.time()
    assert max(gaps) < 0.1
    assert catch.bridge.longest_slice_s < 0.1


async def test_bridge_whose_delivery_raises_goes_on_with_the_next(caplog: pytest.LogCaptureFixture) -> None:
    catch = Catch()
    errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: errors.append(context["exception"])
    )

    def deliver(batch: list[Message]) -> None:
        if not errors:
            raise ValueError("a defect")
        catch.batches.append(batch)

    catch.bridge._deliver = deliver
    catch.bridge.append_threadsafe(0, trade("SSI", 1))
    await asyncio.sleep(0.03)
    assert len(errors) == 1
    catch.bridge.append_threadsafe(0, trade("SSI", 2))
    await until_delivered(catch, 1)


async def test_bridge_closed_delivers_the_rest_and_takes_nothing_more() -> None:
    catch = Catch()
    catch.bridge.append_threadsafe(0, trade("SSI", 1))
    catch.bridge.close()
    assert len(catch.messages) == 1
    catch.bridge.append_threadsafe(0, trade("SSI", 2))
    catch.bridge.append_tick(Tick(1.0))
    await asyncio.sleep(0.03)
    assert len(catch.messages) == 1


def test_bridge_after_its_loop_closed_stays_quiet() -> None:
    loop = asyncio.new_event_loop()
    bridge = ThreadBridge(
        loop=loop, clock=SystemClock(), deliver=lambda _batch: None, on_refused=lambda _count: None
    )
    loop.close()
    bridge.append_threadsafe(0, trade("SSI", 1))
    bridge.append_threadsafe(0, trade("SSI", 2))


async def test_bridge_tells_the_lag_of_the_newest_message_once_a_slice() -> None:
    lags: list[float] = []
    now_s = [0.0]
    catch = Catch(observe_lag=lags.append, source_time_s=lambda: now_s[0])
    exchange_time_s = 1786693500.0  # 14:45:00 of the sample
    received_ns = int(SystemClock().time_s() * 1e9)

    def lag_at(source_s: float, raw: str) -> list[float]:
        lags.clear()
        now_s[0] = source_s
        catch.bridge.append_threadsafe(received_ns, raw)
        catch.bridge.drain_now()
        return lags

    assert lag_at(exchange_time_s + 2.0, trade("SSI", 1)) == pytest.approx([2.0], abs=0.5)
    assert lag_at(exchange_time_s - 5.0, trade("SSI", 1)) == [0.0]
    assert lag_at(exchange_time_s + 86_400.0, trade("SSI", 1)) == []  # yesterday's, replayed
    assert lag_at(exchange_time_s, raw_of("R", sample("r"))) == []


async def test_bridge_of_a_replay_makes_the_feeds_thread_wait_and_refuses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(thread_bridge, "PATIENT_MESSAGES", 10)
    monkeypatch.setattr(thread_bridge, "BACKLOG_MESSAGES_MAX", 20)
    catch = Catch(is_patient=True, may_merge_quotes=False)
    backlogs: list[int] = []

    def feed() -> None:
        for number in range(500):
            catch.bridge.append_threadsafe(number, trade("SSI", number + 1))
            backlogs.append(catch.bridge.backlog_messages)

    thread = threading.Thread(target=feed)
    thread.start()
    await until_delivered(catch, 500)
    thread.join()
    assert max(backlogs) <= 10
    assert catch.refused == []


async def test_bridge_of_a_replay_that_closes_lets_a_waiting_thread_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(thread_bridge, "PATIENT_MESSAGES", 1)
    catch = Catch(is_patient=True)
    catch.bridge.append_threadsafe(0, trade("SSI", 1))
    thread = threading.Thread(target=catch.bridge.append_threadsafe, args=(1, trade("SSI", 2)))
    thread.start()
    catch.bridge.close()
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()


async def test_bridge_records_lists_in_their_place_between_the_messages() -> None:
    catch = Catch()
    lists = ReferenceLists(frozenset({"SSI"}), "VN30")
    catch.bridge.append_threadsafe(0, trade("SSI", 1))
    catch.bridge.append_lists(lists)
    catch.bridge.append_threadsafe(0, trade("SSI", 2))
    await until_delivered(catch, 3)
    assert catch.messages[1] == lists
    assert catch.recorded[1][1] == lists
