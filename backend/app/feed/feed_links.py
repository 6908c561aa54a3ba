"""FeedLinks: the connections to the hub, one or one a channel; never more of them than wanted.

Threads: lives on the loop; what blocks in the SDK runs on an executor of its own.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Protocol

from app.feed.errors import FeedConnectError
from app.feed.sdk_guard import GuardedStream, StreamSink
from app.feed.ssi_auth_service import SSIAuthService

OPEN_TIMEOUT_S = (
    20.0  # negotiate (5 s connect, 10 s read) with room; the thread behind it is fenced, not killed
)
THREAD_END_TIMEOUT_S = 12.0  # a thread may sit in a TCP connect for HANDSHAKE_TIMEOUT_S
EXECUTOR_THREADS = 8  # there are eight channels


class StreamFactory(Protocol):
    """Makes an unopened connection; GuardedStream in production."""

    def __call__(self, *, stream_url: str, token: str, selectors: str, sink: StreamSink) -> GuardedStream: ...


class FeedLinks:
    """Opens what is missing, closes what is dead. A link is known here before it is opened, so none is lost."""

    def __init__(
        self,
        *,
        wanted: list[str],
        stream_url: str,
        auth: SSIAuthService,
        sink: StreamSink,
        stream_factory: StreamFactory = GuardedStream,
        executor: Executor | None = None,
    ) -> None:
        self._wanted = wanted  # the selectors of each connection
        self._stream_url = stream_url.rstrip("/") + "/"  # the SDK concatenates
        self._auth = auth
        self._sink = sink
        self._make_stream = stream_factory
        self._executor = executor or ThreadPoolExecutor(EXECUTOR_THREADS, thread_name_prefix="feed-sdk")
        self._links: dict[str, GuardedStream] = {}
        self.threads_left = 0  # threads that outlived THREAD_END_TIMEOUT_S (fenced, their sockets shut)

    @property
    def is_connected(self) -> bool:
        """Whether every wanted connection is open."""
        return len(self._links) == len(self._wanted) and all(
            link.is_connected for link in self._links.values()
        )

    @property
    def is_alive(self) -> bool:
        """Whether the thread of every connection runs."""
        return all(link.is_alive for link in self._links.values())

    @property
    def open_count(self) -> int:
        """How many connections have a live thread."""
        return sum(link.is_alive for link in self._links.values())

    async def open_missing(self) -> None:
        """Open what is wanted and not there. Raise FeedLoginError or FeedConnectError."""
        for selectors in self._wanted:
            if selectors not in self._links:
                token = await self._auth.token()
                try:
                    await self._open(selectors, token)
                except FeedConnectError as error:
                    if not error.is_unauthorized:
                        raise
                    self._auth.invalidate(
                        token
                    )  # expired early, or revoked: one fresh login, then the backoff
                    await self._open(selectors, await self._auth.token())

    async def resubscribe(self, channels: set[str]) -> None:
        """Send the full wanted list again on the connections that carry these channels."""
        for selectors, link in tuple(self._links.items()):
            if channels & set(channel_names(selectors.split(","))):
                try:
                    await asyncio.get_running_loop().run_in_executor(self._executor, link.resubscribe)
                except FeedConnectError:
                    continue  # the supervisor's next look finds it dead and says so

    def close_all(self) -> None:
        """Stop every delivery, now. Does not block; `drop_dead` or `shut_down` see the threads end."""
        for link in self._links.values():
            link.close()

    async def drop_dead(self) -> None:
        """Forget the connections that are not open, once their threads have ended."""
        for selectors in [name for name, link in self._links.items() if not link.is_connected]:
            await self._drop(selectors)

    async def shut_down(self) -> None:
        """Close everything and see the threads end."""
        self.close_all()
        for selectors in tuple(self._links):
            await self._drop(selectors)
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _open(self, selectors: str, token: str) -> None:
        link = self._make_stream(
            stream_url=self._stream_url, token=token, selectors=selectors, sink=self._sink
        )
        self._links[selectors] = link
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await asyncio.get_running_loop().run_in_executor(self._executor, link.open)
        except (FeedConnectError, TimeoutError) as error:
            await self._drop(selectors)
            if isinstance(error, TimeoutError):
                raise FeedConnectError("the stream does not answer negotiate") from None
            raise

    async def _drop(self, selectors: str) -> None:
        """Close a connection and see its thread end, before another may be opened in its place."""
        link = self._links[selectors]
        link.close()
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._executor, link.wait_closed, THREAD_END_TIMEOUT_S):
            self.threads_left += 1  # it delivers nothing (fenced) and its socket is shut
        self._links.pop(selectors, None)


def channel_names(selectors: list[str]) -> list[str]:
    """Return the channels of selectors, upper case, each once: X-Quote:ALL is X-QUOTE."""
    return list(dict.fromkeys(selector.partition(":")[0].strip().upper() for selector in selectors))
