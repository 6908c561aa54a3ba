"""Requests of every kind the OpenAPI document allows, and many it does not, against a server with a real database.

No answer is a 5xx, and each has a status, a content type and a body that the document promises.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import uuid
from collections.abc import Iterator

import asyncpg
import pytest
import schemathesis
import structlog
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.app_factory import openapi_document
from app.clock import SystemClock
from app.history.pool import DatabasePool
from tests.api.conftest import KNOWN
from tests.api.history_backend import fill, history_backend
from tests.history.conftest import (  # noqa: F401 - fixtures
    run_sql,
    server_dsn,
    template_name,
    with_database,
)
from tests.publish.fakes import eventually

EXAMPLES = int(
    os.environ.get("CONFORMANCE_EXAMPLES", "25")
)  # an operation; CI's share of `make test` is short
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

schema = schemathesis.openapi.from_dict(openapi_document())


class ServerThread(threading.Thread):
    """uvicorn with an event loop and a pool of its own: schemathesis is blocking."""

    def __init__(self, dsn: str) -> None:
        super().__init__(name="conformance", daemon=True)
        self._dsn = dsn
        self.is_up = threading.Event()
        self.server: uvicorn.Server | None = None
        self.port = 0

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        pool = DatabasePool(self._dsn, SystemClock(), min_size=1, max_size=4)
        assert await pool.try_connect()
        connection = await asyncpg.connect(self._dsn)
        await fill(connection)
        await connection.close()
        config = uvicorn.Config(
            history_backend(pool).app(), port=0, log_config=None, lifespan="off", access_log=False
        )
        self.server = uvicorn.Server(config)
        serving = asyncio.create_task(self.server.serve())
        await eventually(lambda: self.server is not None and self.server.started)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.is_up.set()
        await serving
        await pool.close()

    def stop(self) -> None:
        assert self.server is not None
        self.server.should_exit = True
        self.join()


@pytest.fixture(scope="module")
def base_url(server_dsn: str, template_name: str) -> Iterator[str]:  # noqa: F811
    name = f"vnst_{uuid.uuid4().hex[:12]}"
    run_sql(server_dsn, f"CREATE DATABASE {name} TEMPLATE {template_name}")
    # an access line a request says nothing here
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    thread = ServerThread(with_database(server_dsn, name))
    thread.start()
    assert thread.is_up.wait(30)
    yield f"http://127.0.0.1:{thread.port}"
    thread.stop()
    structlog.reset_defaults()
    run_sql(server_dsn, f"DROP DATABASE {name} WITH (FORCE)")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_those_of_the_document(case: schemathesis.Case, base_url: str) -> None:
    case.call_and_validate(base_url=base_url, checks=CHECKS, timeout=20)


# The same with names that lead somewhere: a random text is hardly ever a symbol.
stored = schemathesis.openapi.from_dict(openapi_document()).include(path_regex="^/api/history/.*{")


@stored.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_about_what_is_stored_are_those_of_the_document(
    case: schemathesis.Case, base_url: str
) -> None:
    for name, value in (("symbol", sorted(KNOWN)[-1]), ("name", "VN30"), ("contract", "VN30F1M")):
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = value
    case.call_and_validate(base_url=base_url, checks=CHECKS, timeout=20)
