"""SessionStore: whose session it is, how many are kept, and for how long."""

from __future__ import annotations

import pytest

from app.publish.channels import Channel
from app.publish.filters import Filter
from app.publish.sessions import SAVED_MAX, SAVED_PER_OWNER, Session, SessionStore
from tests.publish.fakes import FakeClock

TTL_S = 300.0
VNM = Filter(symbols=frozenset({"VNM"}))


@pytest.fixture
def store(clock: FakeClock) -> SessionStore:
    return SessionStore("e1", clock, TTL_S)


def save(store: SessionStore, identity: str = "alice", address: str = "10.0.0.1") -> Session:
    """A session whose socket came and went."""
    session = store.begin(identity, address, position=0)
    session.filter = VNM
    store.save(session)
    return session


def test_at_most_20_000_are_kept_and_the_oldest_go_first(store: SessionStore) -> None:
    sessions = [save(store, f"user-{number}") for number in range(SAVED_MAX + 3)]
    assert SAVED_MAX == 20_000
    assert store.saved_count == SAVED_MAX
    assert [store.find(session.id) for session in sessions[:4]] == [None, None, None, sessions[3]]
    assert store.find(sessions[-1].id) is sessions[-1]


def test_at_most_100_of_one_owner_are_kept_and_nobody_elses_go_for_them(store: SessionStore) -> None:
    theirs = save(store, "bob")
    sessions = [save(store) for _ in range(SAVED_PER_OWNER + 1)]
    assert SAVED_PER_OWNER == 100
    assert store.saved_count == SAVED_PER_OWNER + 1
    assert store.find(sessions[0].id) is None
    assert store.find(sessions[1].id) is sessions[1]
    assert store.find(theirs.id) is theirs


def test_owner_is_the_identity_at_its_address(store: SessionStore) -> None:
    """A shared token is one identity: one address must not push out the sessions of another."""
    first = save(store, "token", "10.0.0.1")
    for _ in range(SAVED_PER_OWNER + 5):
        save(store, "token", "10.0.0.2")
    assert store.find(first.id) is first


def test_place_of_a_session_that_was_taken_or_expired_is_free_again(
    store: SessionStore, clock: FakeClock
) -> None:
    first = save(store)
    store.take(first)
    kept = [save(store) for _ in range(SAVED_PER_OWNER)]
    assert store.find(kept[0].id) is kept[0]  # the one in use does not count
    assert (store.in_use_count, store.saved_count) == (1, SAVED_PER_OWNER)


async def test_session_is_kept_for_its_time_and_no_longer(store: SessionStore, clock: FakeClock) -> None:
    session = save(store)
    await clock.advance(TTL_S - 0.001)
    assert store.find(session.id) is session
    await clock.advance(0.001)
    assert store.find(session.id) is None
    assert (store.saved_count, store._saved_of) == (0, {})


async def test_session_in_use_never_expires_and_its_time_begins_when_the_socket_closes(
    store: SessionStore, clock: FakeClock
) -> None:
    session = save(store)
    await clock.advance(TTL_S / 2)
    store.take(session)
    await clock.advance(10 * TTL_S)
    assert store.find(session.id) is session
    store.save(session)
    await clock.advance(TTL_S / 2)
    assert store.find(session.id) is session


def test_session_of_nothing_is_not_kept(store: SessionStore) -> None:
    empty = store.begin("alice", "10.0.0.1", position=0)
    store.save(empty)
    assert store.find(empty.id) is None
    channels = store.begin("alice", "10.0.0.1", position=0)
    channels.channels[Channel.INDEX] = None
    store.save(channels)
    assert store.find(channels.id) is channels


def test_session_is_saved_once_however_often_it_is_left(store: SessionStore) -> None:
    session = save(store)
    store.save(session)
    assert (store.in_use_count, store.saved_count) == (0, 1)


def test_ids_name_their_epoch_and_are_never_alike(store: SessionStore) -> None:
    ids = {save(store, f"user-{number}").id for number in range(1_000)}
    assert len(ids) == 1_000
    assert all(len(one) == len("e1.") + 32 for one in ids)  # 128 bits
    assert all(store.is_of_this_epoch(one) for one in ids)
    assert not any(store.is_of_this_epoch(one) for one in ("", "e1x.00", "e2.00", ".", "e"))


@pytest.mark.parametrize(
    ("claimed", "position"),
    [(None, 12), (5, 10), (10, 10), (15, 15), (20, 20), (999, 20), (-1, 10), (0, 10)],
)
def test_return_goes_on_within_what_the_session_was_given(
    store: SessionStore, claimed: int | None, position: int
) -> None:
    session = store.begin("alice", "10.0.0.1", position=10)
    session.position, session.confirmed = 20, 12
    assert session.resume_position(claimed) == position
