from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import Backend, rest_client

SCRIPT = "\n  document.documentElement.dataset.theme = 'dark';\n"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(f"<html><script>{SCRIPT}</script>board</html>", encoding="utf-8")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "main-Ab12.js").write_text("1")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return tmp_path


@pytest.fixture
async def site(dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with rest_client(Backend().app(dist=dist)) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/foreign-flow", "/chart/VCB", "/index.html"])
async def test_page_of_the_application_is_index_html_and_revalidated(
    site: httpx.AsyncClient, path: str
) -> None:
    answer = await site.get(path)
    assert answer.status_code == 200
    assert "board" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}'" in answer.headers["content-security-policy"]


async def test_asset_is_kept_for_ever_and_other_files_are_not(site: httpx.AsyncClient) -> None:
    assert "immutable" in (await site.get("/assets/main-Ab12.js")).headers["cache-control"]
    icon = await site.get("/favicon.svg")
    assert icon.headers["cache-control"] == "no-cache"
    assert (
        await site.get("/favicon.svg", headers={"If-None-Match": icon.headers["etag"]})
    ).status_code == 304
    assert (await site.head("/")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/assets/gone.js",
        "/missing.png",
        "/ws/market",
        "/v1/ws",
        "/..%2fsecret.txt",
        "/health/x",
    ],
)
async def test_what_is_no_page_is_404_in_the_error_body(site: httpx.AsyncClient, path: str) -> None:
    answer = await site.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


async def test_api_goes_before_the_dashboard(site: httpx.AsyncClient) -> None:
    assert (await site.get("/api/config")).json()["source"] == "simulator"


async def test_dist_that_is_not_built_serves_the_api_alone(tmp_path: Path) -> None:
    async with rest_client(Backend().app(dist=tmp_path / "nowhere")) as client:
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/health")).status_code == 200
