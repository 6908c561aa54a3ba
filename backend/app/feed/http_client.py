"""The one way our own code speaks HTTP to SSI: httpx with time-outs and TLS verification."""

from __future__ import annotations

import logging

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=5.0)  # SSI answers in under 1 s; a slow token endpoint took 8 s
CONNECTIONS_MAX = 4


def make_http_client() -> httpx.AsyncClient:
    """Return a client for the login, the REST reads and the simulator's clock. The caller closes it."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs a line per request: four a second here
    return httpx.AsyncClient(timeout=TIMEOUT, limits=httpx.Limits(max_connections=CONNECTIONS_MAX))
