"""Each request has an id: in the answer, and in every line written for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.processes import Child, ServedApp
from tests.integration.waiting import until_sync


@pytest.fixture(scope="module")
def served() -> Iterator[ServedApp]:
    app = ServedApp(log_format="json", sim_activity=0.1)
    yield app
    app.end()


def _lines(app: Child, request_id: str) -> list[dict[str, object]]:
    found = [json.loads(line) for line in app.lines if line.startswith("{")]
    return [line for line in found if line.get("request_id") == request_id]


def test_well_formed_id_is_taken_into_answer_and_log(served: ServedApp) -> None:
    answer = httpx.get(f"{served.http}/api/session-stats/NOPE", headers={"X-Request-ID": "proxy-7f3a91.22"})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (404, "proxy-7f3a91.22")
    until_sync(lambda: _lines(served, "proxy-7f3a91.22"), "its line")
    line = _lines(served, "proxy-7f3a91.22")[0]
    assert (line["event"], line["path"], line["status"]) == ("request", "/api/session-stats/NOPE", 404)


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "-leading-dash", "with space in it", 'quote"and{brace}', "-" * 20]
)
def test_any_other_id_is_replaced(served: ServedApp, given: str) -> None:
    answer = httpx.get(f"{served.http}/api/config", headers={"X-Request-ID": given} if given else {})
    made = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    until_sync(lambda: _lines(served, made), "its line")
    if given:
        assert given not in "\n".join(line for line in served.lines if made in line)


def test_ids_of_requests_at_once_are_not_mixed_up(served: ServedApp) -> None:
    ids = {httpx.get(f"{served.http}/api/config").headers["X-Request-ID"] for _ in range(20)}
    assert len(ids) == 20
    for request_id in ids:
        until_sync(lambda request_id=request_id: len(_lines(served, request_id)) == 1, "one line each")  # type: ignore[misc]
