"""No token in any log, of nginx or of the application, whichever way it came and whatever became of the request."""

from __future__ import annotations

from urllib.parse import quote

import httpx
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.integration.processes import ServedApp
from tests.integration.waiting import until_sync
from tests.nginx.conftest import TOKEN
from tests.nginx.shipped import Nginx, free_port, start_edge

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
UNAUTHORIZED, TOKEN_INVALID = 401, 4401


def _url(edge: Nginx, path: str, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{edge.port}{path}"


def _hear(url: str, **options: object) -> str:
    """Return the first frame, or how the socket was closed."""
    try:
        with connect(url, proxy=None, **options) as socket:  # type: ignore[arg-type]
            return str(socket.recv(10))
    except ConnectionClosed as closed:
        return str(closed.rcvd.code if closed.rcvd else None)
    except InvalidStatus as refused:
        return str(refused.response.status_code)


def test_token_opens_rest_and_sockets_and_is_in_no_log(guarded_edge: Nginx, guarded_app: ServedApp) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    snapshot = "/api/market/snapshot"
    assert httpx.get(_url(guarded_edge, snapshot)).status_code == UNAUTHORIZED
    assert httpx.get(_url(guarded_edge, snapshot), headers=bearer).status_code == 200
    assert (
        httpx.get(_url(guarded_edge, f"{snapshot}?symbols=VCB&token={TOKEN}&token={TOKEN}")).status_code
        == 200
    )
    market = _url(guarded_edge, "/ws/market", "ws")
    assert '"status"' in _hear(f"{market}?token={TOKEN}")
    assert '"status"' in _hear(market, additional_headers=bearer)
    assert '"status"' in _hear(market, subprotocols=["bearer", TOKEN])
    assert _hear(f"{market}?token={JWT}") == str(TOKEN_INVALID)
    hidden = "".join(f"%{ord(letter):02x}" for letter in "token")
    assert httpx.get(_url(guarded_edge, f"{snapshot}?{hidden}={TOKEN}")).status_code == 200
    for path in (f"/?token={TOKEN}", f"/assets/x.js?token={TOKEN}", f"/metrics?access_token={TOKEN}"):
        httpx.get(
            _url(guarded_edge, path), headers={"Referer": f"http://h/?token={TOKEN}", "Cookie": f"t={TOKEN}"}
        )
    paths = [line["path"] for line in guarded_edge.logged()]
    assert paths.count("/api/market/snapshot") == 4
    until_sync(lambda: guarded_app.output.count('"/api/market/snapshot"') >= 4, "the application's own lines")
    _assert_clean(guarded_edge.texts(), guarded_app.output)
    args = [line["args"] for line in guarded_edge.logged()]
    assert "[redacted]" in args


def test_failed_and_limited_requests_leave_no_token_either(static: Nginx) -> None:
    """nginx's own error log would hold the whole request line: of an upstream that is away, of limits, of a bad request."""
    edge = start_edge(f"127.0.0.1:{free_port()}", static.port)
    try:
        answer = httpx.get(_url(edge, f"/api/config?token={TOKEN}"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert _hear(_url(edge, f"/ws/market?token={TOKEN}", "ws")) == "503"
        for _ in range(40):
            last = httpx.get(_url(edge, f"/api/auth/login?token={JWT}"))
        assert last.status_code == 429
        assert httpx.get(_url(edge, f"/api/config?token={TOKEN}{'a' * 9_000}")).status_code == 414
        statuses = {line["status"] for line in edge.logged()}
        assert statuses >= {503, 429}
        _assert_clean(edge.texts())
    finally:
        edge.end()


def test_arguments_without_a_token_stay_readable(edge: Nginx, http: httpx.Client) -> None:
    http.get("/api/market/snapshot?symbols=VCB%2CFPT")
    assert any(line["args"] == "symbols=VCB%2CFPT" for line in edge.logged())


def _assert_clean(*texts: str) -> None:
    for text in texts:
        assert text
        for secret in (TOKEN, JWT, quote(TOKEN), "eyJ"):
            assert secret not in text
