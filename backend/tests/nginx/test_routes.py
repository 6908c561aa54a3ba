"""What the edge hands to whom, and the headers of it."""

from __future__ import annotations

import gzip

import httpx
import pytest

from tests.integration.processes import ServedApp
from tests.nginx.shipped import DIST, Nginx

INDEX = (DIST / "index.html").read_text() if (DIST / "index.html").exists() else ""


@pytest.mark.parametrize("path", ["/", "/foreign", "/chart?symbol=VCB&interval=5m", "/no/such/page"])
def test_page_is_index_html_with_the_policy(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in answer.headers, "HSTS is for TLS"
    assert answer.headers["Server"] == "nginx", "no version"


def test_policy_is_the_one_the_application_sends_without_nginx(http: httpx.Client, app: ServedApp) -> None:
    names = ("Content-Security-Policy", "X-Frame-Options", "Permissions-Policy", "Cross-Origin-Opener-Policy")
    behind, alone = http.get("/").headers, httpx.get(app.http).headers
    assert {name: behind[name] for name in names} == {name: alone[name] for name in names}


def test_asset_is_kept_for_ever_and_sent_compressed_as_it_was_built(http: httpx.Client) -> None:
    name = max((DIST / "assets").glob("*.js"), key=lambda path: path.stat().st_size).name
    with http.stream("GET", f"/assets/{name}", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "javascript" in answer.headers["Content-Type"]
    assert gzip.decompress(packed) == (DIST / "assets" / name).read_bytes()
    plain = http.get(f"/assets/{name}", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/assets/none.js", "/nothing.txt", "/.env", "/nginx.conf", "/index.php"])
def test_file_that_is_not_there_is_404_and_no_page(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    "path",
    ["/api/config", "/api/market/snapshot", "/api/vn30-components", "/health", "/health/live", "/health/ready",
     "/api/history/gaps"],
)  # fmt: skip
def test_rest_comes_from_the_application(http: httpx.Client, app: ServedApp, path: str) -> None:
    answer = http.get(path)
    assert answer.headers["X-Feed-Source"] == "simulator"
    assert answer.status_code == httpx.get(f"{app.http}{path}").status_code
    assert answer.headers["Content-Type"].startswith("application/json")


def test_large_json_is_compressed(http: httpx.Client) -> None:
    assert http.get("/api/market/snapshot").headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "//metrics", "/api/../metrics", "/%6detrics"])
def test_metrics_are_not_handed_on(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert "feed_state" not in answer.text
    assert "X-Feed-Source" not in answer.headers


def test_request_id_is_taken_when_well_formed_and_made_otherwise(http: httpx.Client, edge: Nginx) -> None:
    taken = http.get("/api/config", headers={"X-Request-ID": "trace-0123456789"})
    assert taken.headers["X-Request-ID"] == "trace-0123456789"
    made = http.get("/api/config", headers={"X-Request-ID": 'a"} {"forged":"line'})
    assert len(made.headers["X-Request-ID"]) == 32
    ids = [line["request_id"] for line in edge.logged()]
    assert "trace-0123456789" in ids
    assert made.headers["X-Request-ID"] in ids
