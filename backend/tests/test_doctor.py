"""doctor: each check finds what is wrong, says what to do, and tells no secret."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app import doctor
from app.clock import SystemClock
from app.doctor import DoctorSettings, Finding, Verdict, examine, report_line
from app.history import schema
from app.history.database_access import DatabasePlace
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from tests.history.conftest import (  # noqa: F401 - fixtures
    connection,
    database_dsn,
    empty_dsn,
    server_dsn,
    short_dir,
    template_name,
)

SECRET = "c0nsumer-s3cret"


def token(lifetime: timedelta) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'x'})}.{part({'exp': int((datetime.now(UTC) + lifetime).timestamp())})}.sig"


class FakeSsi:
    """Both hosts, with the faults a test asks for."""

    def __init__(self) -> None:
        self.skew = timedelta()
        self.status_code = 200
        self.lifetime = timedelta(hours=8)
        self.login: dict[str, Any] | None = None
        self.raises: Exception | None = None
        self.has_date = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.raises is not None:
            raise self.raises
        headers = {"date": format_datetime(datetime.now(UTC) + self.skew)} if self.has_date else {}
        if request.url.path.endswith("AccessToken"):
            body = self.login or {
                "status": 200,
                "message": "Success",
                "data": {"accessToken": token(self.lifetime)},
            }
            return httpx.Response(200, json=body, headers=headers)
        return httpx.Response(self.status_code, text="", headers=headers)


@pytest.fixture
def ssi(monkeypatch: pytest.MonkeyPatch) -> FakeSsi:
    fake = FakeSsi()
    monkeypatch.setattr(
        doctor, "make_http_client", lambda: httpx.AsyncClient(transport=httpx.MockTransport(fake))
    )
    return fake


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., DoctorSettings]:
    def make(**changes: Any) -> DoctorSettings:
        place = DatabasePlace("ssi", changes.pop("url", ""), tmp_path / "none", changes.pop("pg_bin", None))
        fields = {
            "source": "ssi", "consumer_id": "id", "consumer_secret": SECRET,
            "base_url": "https://rest.example/", "stream_url": "https://stream.example/",
            "data_dir": tmp_path / "none", "place": place,
        }  # fmt: skip
        return DoctorSettings(**{**fields, **changes})

    return make


async def run(settings: DoctorSettings) -> dict[str, Finding]:
    findings = [finding async for finding in examine(settings, SystemClock())]
    for finding in findings:
        assert SECRET not in report_line(finding)
        assert finding.remedy or finding.verdict is not Verdict.FAIL
    return {finding.name: finding for finding in findings}


async def test_healthy_machine_is_ok_in_each_line(
    ssi: FakeSsi, settings: Callable[..., DoctorSettings]
) -> None:
    found = await run(settings())
    assert list(found) == ["keys", "REST host", "stream host", "token", "clock", "disk", "files", "database"]
    assert {name for name, finding in found.items() if finding.verdict is not Verdict.OK} <= {"disk", "files"}
    assert found["token"].fact == "granted, valid 480 min"
    assert report_line(found["REST host"]).startswith("ok    REST host    rest.example answers in ")
    assert found["database"].fact.endswith("made by the first start")


@pytest.mark.parametrize(
    ("missing", "fact"),
    [
        ({"consumer_id": ""}, "SSI_CONSUMER_ID not set"),
        ({"consumer_id": "", "consumer_secret": ""}, "SSI_CONSUMER_ID and SSI_CONSUMER_SECRET not set"),
    ],
)
async def test_missing_keys_fail_for_ssi_and_only_warn_for_the_simulator(
    ssi: FakeSsi, settings: Callable[..., DoctorSettings], missing: dict[str, str], fact: str
) -> None:
    found = await run(settings(**missing))
    assert (found["keys"].verdict, found["keys"].fact) == (Verdict.FAIL, fact)
    assert found["token"].verdict is Verdict.FAIL
    found = await run(settings(**missing, source="simulator"))
    assert (found["keys"].verdict, found["token"].verdict) == (Verdict.WARN, Verdict.WARN)
    assert found["keys"].fact == f"{fact}; not needed by the source simulator"


@pytest.mark.parametrize(
    ("faults", "name", "verdict", "fact"),
    [
        ({"status_code": 503}, "REST host", Verdict.FAIL, "rest.example answers HTTP 503"),
        ({"raises": httpx.ConnectError("x")}, "stream host", Verdict.FAIL,
         "stream.example can't be reached (ConnectError)"),
        ({"raises": httpx.ConnectTimeout("x")}, "token", Verdict.FAIL,
         "SSI's login cannot be reached (ConnectTimeout)"),
        ({"login": {"status": 401, "message": f"wrong secret {SECRET}"}}, "token", Verdict.FAIL,
         "SSI refuses the login: wrong secret ***"),
        ({"login": {"status": 500, "message": "busy"}}, "token", Verdict.FAIL, "SSI's login answers: busy"),
        ({"lifetime": timedelta(hours=-2)}, "token", Verdict.FAIL,
         "SSI gives one that has expired by our clock"),
        ({"skew": timedelta(seconds=-10)}, "clock", Verdict.WARN, " s ahead of the REST host's"),
        ({"skew": timedelta(minutes=10)}, "clock", Verdict.FAIL, " s behind the REST host's"),
        ({"has_date": False}, "clock", Verdict.WARN, "not compared: the REST host told no time"),
    ],
)  # fmt: skip
async def test_fault_of_ssi_or_the_network_is_named(
    ssi: FakeSsi,
    settings: Callable[..., DoctorSettings],
    faults: dict[str, Any],
    name: str,
    verdict: Verdict,
    fact: str,
) -> None:
    for field, value in faults.items():
        setattr(ssi, field, value)
    finding = (await run(settings()))[name]
    assert finding.verdict is verdict
    assert fact.replace("***", "") in finding.fact.replace("***", "").replace("<redacted>", "")


async def test_token_without_an_expiry_is_granted(
    ssi: FakeSsi, settings: Callable[..., DoctorSettings]
) -> None:
    ssi.login = {"status": 200, "data": {"accessToken": "opaque"}}
    assert (await run(settings()))["token"].fact == "granted"


async def test_check_that_hangs_or_breaks_is_a_failed_one(
    ssi: FakeSsi, settings: Callable[..., DoctorSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_settings: DoctorSettings) -> Finding:
        await asyncio.sleep(60)
        raise AssertionError

    async def breaks(_data_dir: Path) -> Finding:
        raise RuntimeError(f"password={SECRET}")

    monkeypatch.setattr(doctor, "CHECK_TIMEOUT_S", 0.2)
    monkeypatch.setattr(doctor, "_database", hang)
    monkeypatch.setattr(doctor, "_disk", breaks)
    found = await run(settings())
    assert found["database"].fact == "no answer within 0 s"
    assert (found["disk"].verdict, found["disk"].fact) == (Verdict.FAIL, "the check broke: RuntimeError")


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(10 * 1024**2, Verdict.FAIL), (1024**3, Verdict.WARN), (50 * 1024**3, Verdict.OK)],
)
async def test_disk_is_judged_by_what_is_free(
    ssi: FakeSsi,
    settings: Callable[..., DoctorSettings],
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    verdict: Verdict,
) -> None:
    usage = shutil.disk_usage("/")._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert (await run(settings()))["disk"].verdict is verdict


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [(64, Verdict.FAIL), (1024, Verdict.WARN), (65_536, Verdict.OK), (resource.RLIM_INFINITY, Verdict.OK)],
)
async def test_file_limit_is_judged(
    ssi: FakeSsi,
    settings: Callable[..., DoctorSettings],
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    verdict: Verdict,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (limit, limit))
    finding = (await run(settings()))["files"]
    assert finding.verdict is verdict
    assert bool(finding.remedy) is (verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("damage", "changes", "verdict", "fact"),
    [
        ("", {}, Verdict.OK, f", schema {schema.HEAD}"),
        ("INSERT INTO meta VALUES ('source', 'ssi')", {}, Verdict.OK, f", schema {schema.HEAD}"),
        ("UPDATE alembic_version SET version_num = '0002'", {}, Verdict.WARN, ", schema 0002"),
        ("UPDATE alembic_version SET version_num = '0999'", {}, Verdict.FAIL, ", schema 0999"),
        ("INSERT INTO meta VALUES ('source', 'simulator')", {}, Verdict.FAIL,
         ", history of 'simulator' but the source is 'ssi'"),
        ("UPDATE meta SET value = 'native' WHERE key = 'branch'", {"timescale": "require"}, Verdict.FAIL,
         "but TIMESCALE=require"),
    ],
)  # fmt: skip
async def test_database_is_judged_by_its_schema(
    ssi: FakeSsi,
    settings: Callable[..., DoctorSettings],
    database_dsn: str,  # noqa: F811
    connection: asyncpg.Connection,  # noqa: F811
    damage: str,
    changes: dict[str, Any],
    verdict: Verdict,
    fact: str,
) -> None:
    if damage:
        await connection.execute(damage)
    finding = (await run(settings(url=database_dsn, **changes)))["database"]
    assert finding.verdict is verdict
    assert fact in finding.fact


async def test_database_without_tables_is_a_warning(
    ssi: FakeSsi,
    settings: Callable[..., DoctorSettings],
    empty_dsn: str,  # noqa: F811
) -> None:
    finding = (await run(settings(url=empty_dsn)))["database"]
    assert (finding.verdict, finding.fact[-13:]) == (Verdict.WARN, ", schema none")


async def test_database_that_is_away_or_off_is_named_without_its_password(
    ssi: FakeSsi, settings: Callable[..., DoctorSettings], tmp_path: Path
) -> None:
    found = await run(settings(url=f"postgresql://me:{SECRET}@127.0.0.1:9/market"))
    assert found["database"].verdict is Verdict.FAIL
    assert found["database"].fact.startswith("127.0.0.1:9/market: the database does not answer")
    found = await run(settings(place=None))
    assert (found["database"].verdict, found["database"].fact) == (
        Verdict.WARN,
        "DATABASE_URL=off: no history is kept",
    )
    found = await run(settings(pg_bin=tmp_path))
    assert found["database"].verdict is Verdict.FAIL
    assert "has no postgres" in found["database"].fact


async def test_server_of_our_own_is_asked_when_it_runs(
    ssi: FakeSsi, settings: Callable[..., DoctorSettings]
) -> None:
    base = short_dir()
    server = EmbeddedPostgres(base, settings={"fsync": "off"})
    await server.start()
    place = DatabasePlace("ssi", "", base)
    try:
        finding = (await run(settings(place=place)))["database"]
        assert (finding.verdict, finding.fact[-13:]) == (Verdict.WARN, " not made yet")
        await server.ensure_database(database_name("ssi"))
        assert (await run(settings(place=place)))["database"].verdict is Verdict.WARN
    finally:
        await server.stop()
    assert (await run(settings(place=place)))["database"].fact.endswith("not running now")
    shutil.rmtree(base, ignore_errors=True)


async def test_folder_that_may_not_be_written_to_fails(
    ssi: FakeSsi, settings: Callable[..., DoctorSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may write everywhere
    found = (await run(settings()))["disk"]
    assert found.verdict is Verdict.FAIL
    assert found.fact.startswith("no permission to write to ")
    assert "DATA_DIR" in found.remedy
