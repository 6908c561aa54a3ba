"""The replay server's control: what recording is played, where it stands, and how to move it."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import msgspec
from msgspec import Struct, field

CONTROL_TIMEOUT_S = 5.0


class ReplayUnavailableError(Exception):
    """The replay server does not answer, or not in a way we understand."""


class TapeSpan(Struct, frozen=True):
    """A stretch of a recording. `kind`: idle (nobody traded), break (nobody recorded), skipped (could not be written)."""

    kind: str
    from_s: float
    to_s: float


class ReplayReport(Struct, frozen=True):
    """A recording and the place on it. Moments are of the market, in seconds since the epoch; speed 0: no ceiling."""

    files: list[str]
    days: list[date]
    recorded_source: str
    channels: list[str]
    from_s: float
    to_s: float
    position_s: float
    speed: float
    is_paused: bool
    is_seeking: bool
    seeks: int  # places arrived at since the start
    has_ended: bool
    skips_idle: bool
    lines: int
    played: int
    garbage_lines: int = 0
    skipped: int = 0
    spans: list[TapeSpan] = field(default_factory=list)


class ReplayControl:
    """Asks and moves a replay server."""

    def __init__(self, base_url: str, http: httpx.AsyncClient) -> None:
        self._url = base_url.rstrip("/") + "/sim/replay"
        self._http = http

    async def find(self) -> ReplayReport | None:
        """Return the recording that is played; None when it is something else. Raise ReplayUnavailableError."""
        response = await self._request("GET", None)
        return None if response.status_code == httpx.codes.NOT_FOUND else _read(response)

    async def fetch(self) -> ReplayReport:
        """Return where it stands. Raise ReplayUnavailableError."""
        return _read(await self._request("GET", None))

    async def change(self, wanted: dict[str, Any]) -> ReplayReport:
        """Move it: position_s, speed, is_paused, skips_idle. Raise ReplayUnavailableError."""
        return _read(await self._request("POST", wanted))

    async def _request(self, method: str, body: dict[str, Any] | None) -> httpx.Response:
        try:
            return await self._http.request(method, self._url, json=body, timeout=CONTROL_TIMEOUT_S)
        except httpx.HTTPError as error:
            raise ReplayUnavailableError(
                f"the replay server does not answer ({type(error).__name__})"
            ) from error


def _read(response: httpx.Response) -> ReplayReport:
    if response.status_code != httpx.codes.OK:
        raise ReplayUnavailableError(f"the replay server answers {response.status_code}")
    try:
        return msgspec.json.decode(response.content, type=ReplayReport)
    except msgspec.DecodeError as error:
        raise ReplayUnavailableError("the replay server's answer cannot be read") from error
