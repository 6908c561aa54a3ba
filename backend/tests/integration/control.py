"""The simulator's /sim/ interface, as a test uses it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.integration.processes import SimulatorChild


class Control:
    """Reads and changes one simulator process."""

    def __init__(self, simulator: SimulatorChild, http: httpx.AsyncClient) -> None:
        self.url = simulator.url
        self._http = http

    async def clock(self) -> dict[str, Any]:
        return await self._ask("GET", "clock")

    async def truth(self) -> dict[str, Any]:
        return await self._ask("GET", "truth")

    async def connections(self) -> dict[str, Any]:
        return await self._ask("GET", "connections")

    async def fault(self, name: str, **parameters: object) -> dict[str, Any]:
        return await self._ask("POST", "faults", {"name": name, **parameters})

    async def clear_faults(self) -> None:
        await self._ask("DELETE", "faults")

    async def pause(self, paused: bool = True) -> None:
        await self._ask("POST", "pause", {"paused": paused})

    async def speed(self, speed: float) -> None:
        await self._ask("POST", "speed", {"speed": speed})

    async def malformed_kinds(self) -> list[str]:
        kinds: list[str] = (await self._ask("GET", "faults"))["malformed_kinds"]
        return kinds

    async def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        response = await self._http.request(method, f"{self.url}sim/{path}", json=body)
        answer: dict[str, Any] = response.json()
        assert response.status_code == 200, answer
        return answer
