from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from app.publish.garbage import GONE_CLIENTS, LOOK_INTERVAL_S, WAVE_CLIENTS, GarbageKeeper
from tests.publish.fakes import FakeClock


class Socket:
    """Like a connection: its protocol knows its transport, which knows its protocol."""

    def __init__(self) -> None:
        self.itself = self


class Crowd:
    def __init__(self, clock: FakeClock) -> None:
        self.sockets: list[Socket] = []
        self.opened = 0
        self.keeper = GarbageKeeper(clock, lambda: len(self.sockets), lambda: self.opened - len(self.sockets))

    def come(self, count: int) -> None:
        self.sockets += [Socket() for _ in range(count)]
        self.opened += count


@pytest.fixture
def crowd(clock: FakeClock) -> Iterator[Crowd]:
    gc.collect()
    gc.disable()
    gc.unfreeze()
    yield Crowd(clock)
    gc.enable()
    gc.unfreeze()


def test_wave_is_frozen_when_it_is_over(crowd: Crowd) -> None:
    crowd.come(WAVE_CLIENTS)
    crowd.keeper.look()
    assert gc.get_freeze_count() == 0, "more may come"
    crowd.keeper.look()
    assert gc.get_freeze_count() > WAVE_CLIENTS
    frozen = gc.get_freeze_count()
    crowd.come(WAVE_CLIENTS - 1)
    crowd.keeper.look()
    crowd.keeper.look()
    assert gc.get_freeze_count() <= frozen, "too few to be worth it"


def test_what_left_is_collected_though_it_was_frozen(crowd: Crowd) -> None:
    crowd.come(GONE_CLIENTS + 10)
    crowd.keeper.look()
    crowd.keeper.look()
    gone = [weakref.ref(socket) for socket in crowd.sockets[10:]]
    del crowd.sockets[10:]
    gc.collect()
    assert all(ref() is not None for ref in gone), "frozen objects are never collected"
    crowd.keeper.look()
    assert all(ref() is None for ref in gone)
    assert gc.get_freeze_count() > 0


async def test_keeper_looks_by_itself(crowd: Crowd, clock: FakeClock) -> None:
    crowd.come(WAVE_CLIENTS)
    task = asyncio.create_task(crowd.keeper.run())
    await clock.advance(3 * LOOK_INTERVAL_S)
    assert gc.get_freeze_count() > WAVE_CLIENTS
    task.cancel()


def test_steady_coming_and_going_is_collected_too(crowd: Crowd) -> None:
    left: list[weakref.ref[Socket]] = []
    for _ in range(10):
        crowd.come(WAVE_CLIENTS)
        left += [weakref.ref(socket) for socket in crowd.sockets[:WAVE_CLIENTS]]
        del crowd.sockets[:WAVE_CLIENTS]
        crowd.keeper.look()
    gone = sum(ref() is None for ref in left)
    assert gone >= GONE_CLIENTS
