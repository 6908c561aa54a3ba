"""Connections to the database: there when it is, gone when it is not, and never a caller left hanging.

State: `connected` or `unavailable`. The pool starts unavailable; `run()` connects when the database appears, prepares
it (migrations) before anybody may use it, checks its health, and begins again when it goes away.
Errors: HistoryUnavailable when the database is not there, is not well, or took too long. What the database says about
the data (DataError, IntegrityConstraintViolationError) reaches the caller as asyncpg's own exception.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from msgspec import Struct

from app.clock import Clock
from app.history.errors import HistoryUnavailable, SchemaError, describe
from app.history.tables import AnyConnection

HEALTH_INTERVAL_S = 60.0
ACQUIRE_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_S = 20.0
CHECK_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 5.0
RETRY_FIRST_S = 0.25
RETRY_MAX_S = 10.0

# The data is at fault, not the server: the connection is good for the next statement.
STATEMENT_ERRORS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
# TimeoutError is an OSError; a server killed in a transaction shows up as InternalClientError (DATABASE.md 3)
DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
# The tables are not those we prepared: somebody restored or remade the database. Connect and migrate again.
_STALE_ERRORS = (asyncpg.SyntaxOrAccessError, asyncpg.InvalidCachedStatementError)

logger = logging.getLogger(__name__)
# asyncpg tells with a traceback each time it can't refill a pool; our own state tells it once
logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)


class PoolState(StrEnum):
    CONNECTED = "connected"
    UNAVAILABLE = "unavailable"


class PoolCounters(Struct):
    """What the metrics read; all but `connects` and `losses` are refreshed by `DatabasePool.counters`."""

    idle: int = 0
    used: int = 0
    waiting: int = 0
    connects: int = 0
    losses: int = 0
    timeouts: int = 0


class DatabasePool:
    """A bounded asyncpg pool with a life of its own. `prepare(dsn)` runs before each opening: schema.upgrade."""

    def __init__(
        self,
        dsn: str,
        clock: Clock,
        *,
        min_size: int = 2,
        max_size: int = 10,
        prepare: Callable[[str], Awaitable[object]] | None = None,
        acquire_timeout_s: float = ACQUIRE_TIMEOUT_S,
        statement_timeout_s: float = STATEMENT_TIMEOUT_S,
        health_interval_s: float = HEALTH_INTERVAL_S,
    ) -> None:
        self.state = PoolState.UNAVAILABLE
        self.reason = "not connected yet"
        self._dsn = dsn
        self._clock = clock
        self._sizes = (min_size, max_size)
        self._prepare = prepare
        self._acquire_timeout_s = acquire_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self._health_interval_s = health_interval_s
        self._pool: asyncpg.Pool[Any] | None = None
        self._counters = PoolCounters()
        self._is_stale = False
        self._connected = asyncio.Event()
        self._suspected = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether a caller may expect an answer."""
        return self.state is PoolState.CONNECTED

    @property
    def counters(self) -> PoolCounters:
        """Return the figures for the metrics, up to date."""
        pool = self._pool
        if pool is not None:
            self._counters.idle = pool.get_idle_size()
            self._counters.used = pool.get_size() - self._counters.idle
        else:
            self._counters.idle = self._counters.used = 0
        return self._counters

    async def wait_connected(self) -> None:
        """Return once the database can be used."""
        await self._connected.wait()

    async def run(self) -> None:
        """Keep the pool connected until cancelled; then close it."""
        try:
            while True:
                await self._connect_until_done()
                while await self._is_healthy_after_a_while():
                    pass
        finally:
            await self.close()

    async def try_connect(self) -> bool:
        """Make one attempt. Raise SchemaError when the database is one we must not touch."""
        try:
            if self._prepare is not None:
                await self._prepare(self._dsn)
            if self._pool is None:
                self._pool = await self._open()
            self._is_stale = False
            await self._check()
        except SchemaError as error:
            self.reason = str(error)
            raise
        except Exception as error:  # a dying server shows up as nearly anything (DATABASE.md 3)
            self.reason = describe(error)
            await self.close()
            return False
        self.state, self.reason = PoolState.CONNECTED, ""
        self._counters.connects += 1
        self._suspected.clear()
        self._connected.set()
        return True

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AnyConnection]:
        """Lend a connection. One that met anything but an error of the statement is not used again."""
        pool = self._pool
        if pool is None or not self.is_connected:
            raise HistoryUnavailable(self.reason)
        connection = await self._acquire(pool)
        try:
            yield connection
        except STATEMENT_ERRORS:
            raise
        except asyncio.CancelledError:
            _drop(connection)  # in mid-statement, perhaps: its answer would be the next caller's
            raise
        except DATABASE_ERRORS as error:
            _drop(connection)
            self._suspect(error)
            raise HistoryUnavailable(describe(error)) from error
        finally:
            with suppress(Exception):
                await pool.release(connection, timeout=CLOSE_TIMEOUT_S)

    async def fetch(self, sql: str, *arguments: object) -> list[Any]:
        """Run one statement on a lent connection and return its rows, each a sequence."""
        async with self.connection() as connection:
            rows: list[Any] = await connection.fetch(sql, *arguments)
            return rows

    async def _acquire(self, pool: asyncpg.Pool[Any]) -> PoolConnectionProxy[Any]:
        self._counters.waiting += 1
        try:
            acquired: PoolConnectionProxy[Any] = await pool.acquire(timeout=self._acquire_timeout_s)
            return acquired
        except TimeoutError as error:
            self._counters.timeouts += 1
            self._suspect(error)
            raise HistoryUnavailable(f"no connection within {self._acquire_timeout_s:g} s") from error
        except DATABASE_ERRORS as error:
            self._suspect(error)
            raise HistoryUnavailable(describe(error)) from error
        finally:
            self._counters.waiting -= 1

    def _suspect(self, error: BaseException) -> None:
        self.reason = describe(error)
        self._is_stale = self._is_stale or isinstance(error, _STALE_ERRORS)
        self._suspected.set()

    async def _connect_until_done(self) -> None:
        delay_s = RETRY_FIRST_S
        told = ""
        while True:
            try:
                if await self.try_connect():
                    logger.info("database: connected")
                    return
            except SchemaError:
                delay_s = RETRY_MAX_S  # an operator has to act; look again in case one did
            if self.reason != told:
                logger.warning("database: unavailable (%s)", self.reason)
                told = self.reason
            await self._clock.sleep(delay_s)
            delay_s = min(delay_s * 2, RETRY_MAX_S)

    async def _is_healthy_after_a_while(self) -> bool:
        """Wait for the next check or the first suspicion; on failure go to unavailable."""
        pause = asyncio.ensure_future(self._clock.sleep(self._health_interval_s))
        alarm = asyncio.ensure_future(self._suspected.wait())
        try:
            await asyncio.wait({pause, alarm}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in (pause, alarm):
                waiter.cancel()
            await asyncio.gather(pause, alarm, return_exceptions=True)
        self._suspected.clear()
        try:
            await self._check()
        except Exception as error:  # whatever it is, the database is not well
            self.reason = describe(error)
            self.state = PoolState.UNAVAILABLE
            self._connected.clear()
            self._counters.losses += 1
            logger.warning("database: lost (%s)", self.reason)
            await self.close()
            return False
        return True

    async def _open(self) -> asyncpg.Pool[Any]:
        smallest, largest = self._sizes
        statement_ms = int(self._statement_timeout_s * 1000)
        return await asyncio.wait_for(
            asyncpg.create_pool(
                self._dsn,
                min_size=smallest,
                max_size=largest,
                timeout=CHECK_TIMEOUT_S,
                # the client waits a little longer than the server, which ends a slow statement in order
                command_timeout=self._statement_timeout_s + 2,
                server_settings={
                    "application_name": "vn-stock-tracker",
                    "statement_timeout": str(statement_ms),
                    "idle_in_transaction_session_timeout": str(statement_ms * 3),
                    "timezone": "UTC",
                    # a plan made for any limit reads everything and sorts it; one made for this limit walks the key
                    "plan_cache_mode": "force_custom_plan",
                },
            ),
            timeout=CHECK_TIMEOUT_S * 2,
        )

    async def answers(self, timeout_s: float) -> bool:
        """Return whether the server answers within `timeout_s`, asked on a connection of its own."""
        try:
            await asyncio.wait_for(self._ask(), timeout_s)
        except Exception:  # whatever it is, that was no answer
            return False
        return True

    async def _check(self) -> None:
        """Ask on a connection of its own: one that is free may be a dead one, and none may be free."""
        if self._is_stale:
            raise HistoryUnavailable(self.reason)
        await self._ask()

    async def _ask(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=CHECK_TIMEOUT_S)
        try:
            await connection.fetchval("SELECT 1", timeout=CHECK_TIMEOUT_S)
        finally:
            connection.terminate()

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Close every connection, in order if that is possible in time; `run()` does it by itself."""
        pool, self._pool = self._pool, None
        self.state = PoolState.UNAVAILABLE
        self._connected.clear()
        if pool is None:
            return
        try:
            await asyncio.wait_for(pool.close(), timeout=timeout_s)
        except Exception:  # a hung server: drop the sockets
            pool.terminate()


def _drop(connection: PoolConnectionProxy[Any]) -> None:
    """End the connection; asyncpg may have taken a lost one back already."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()
