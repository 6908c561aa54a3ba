"""The hash of each day of a recording, two ways: straight through the market core, or over the wire as it is replayed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path

from msgspec import Struct, field

from app.config import Settings
from app.feed.errors import FeedPayloadError
from app.feed.normalizer import SSIFieldNormalizer
from app.feed.recording import RecordedLine, Recording
from app.feed.simulator_process import SimulatorProcess
from app.market.day_digest import DayDigest, DayHash
from app.market.messages import Message
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from app.wiring import Application


class HashedRecording(Struct):
    """What came of a recording: a hash for each day that was frozen, and for the last if it was not."""

    days: list[DayHash] = field(default_factory=list)
    messages: int = 0
    rejected: int = 0
    garbage_lines: int = 0
    skipped_items: int = 0
    is_torn: bool = False

    def add_unfinished(self, digest: DayDigest) -> None:
        """Add the day the recording breaks off in."""
        current = digest.current()
        if digest.frozen is None and current is not None:
            self.days.append(current)


class _Reader:
    """The messages of recordings, in their order."""

    def __init__(self, paths: Sequence[Path], hashed: HashedRecording) -> None:
        self._paths = paths
        self._hashed = hashed
        self._parse = SSIFieldNormalizer().parse

    def messages(self) -> Iterator[Message]:
        for path in self._paths:
            recording = Recording(path)
            for line in recording.lines():
                yield from self._of(line)
            self._hashed.garbage_lines += recording.garbage_lines
            self._hashed.skipped_items += recording.skipped_items
            self._hashed.is_torn |= recording.is_torn

    def _of(self, line: RecordedLine) -> list[Message]:
        said = line.said()
        if said is None:
            return []
        self._hashed.messages += 1
        if not isinstance(said, str):
            return [said]
        try:
            return self._parse(said)[1]
        except FeedPayloadError:
            self._hashed.rejected += 1
            return []


def hash_recording(
    paths: Sequence[Path], calendar: TradingCalendar, batch_messages: int = 500
) -> HashedRecording:
    """Put recordings (in order of date) through the core, so many messages at a time; 0: all at once.

    Raise RecordingError.
    """
    hashed = HashedRecording()
    core = next(Recording(paths[0]).lines()).header
    processor = MarketDataProcessor(calendar=calendar, tracked=None, scope="")
    processor.clear(core.core if core is not None else None)
    digest = DayDigest(processor, hashed.days.append)
    processor.subscribe(digest.batch_applied)
    processor.watch_days(digest)
    messages = _Reader(paths, hashed).messages()
    batches = batched(messages, batch_messages) if batch_messages else iter([list(messages)])
    for batch in batches:
        processor.apply(batch)
    hashed.add_unfinished(digest)
    return hashed


async def hash_over_the_wire(paths: Sequence[Path], settings: Settings, speed: float) -> HashedRecording:
    """Replay recordings at a speed (0: as fast as possible) through the simulator, the SDK and the whole application.

    `settings`: of a replay without history. Raise RecordingError, SimulatorError.
    """
    hashed = HashedRecording()
    server = SimulatorProcess(["replay", *map(str, paths), "--speed", str(speed)])
    url = await server.start()
    try:
        application = Application(settings.model_copy(update={"sim_url": url}), tell_hash=hashed.days.append)
        async with application.running():
            await application.tape_ended.wait()
            digest, feed = application.day_digest, application.feed
            if digest is not None:
                hashed.add_unfinished(digest)
            if feed is not None:
                counters = feed.counters()
                hashed.messages = sum(counters.received.values())
                hashed.rejected = sum(counters.rejected.values())
    finally:
        await server.stop()
    return hashed


def in_order_of_date(paths: Sequence[Path]) -> list[Path]:
    """Return recordings by the date in their headers. Raise RecordingError."""
    dated = [(next(Recording(path).lines()).header, path) for path in paths]
    return [path for _, path in sorted((header.day, path) for header, path in dated if header is not None)]
