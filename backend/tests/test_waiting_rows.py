"""What db-check says of the spool: of its file, and of the one a running tracker holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.commands.waiting_rows import waiting_text
from app.config import Settings
from app.history.spool import SpoolStatus
from app.history.spool_file import SpoolFile
from app.history.tables import gap_row, trade_row
from app.history.waiting_rows import count_waiting_rows, spool_path
from app.market.models import Gap
from tests.api.conftest import Backend, Serve, serve  # noqa: F401 - a fixture
from tests.history.builders import DAY, at, make_trade

UNKNOWN = "a running tracker holds the spool, what waits there is not known"


def settings_at(data_dir: Path, port: int = 9, source: str = "simulator") -> Settings:
    given = {"data_dir": data_dir, "app_port": port, "feed_source": source}
    return Settings(_env_file=None, **given)  # type: ignore[arg-type, call-arg]


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[SpoolFile]:
    """The simulator's spool as a tracker holds it, with three rows."""
    file = SpoolFile(spool_path(tmp_path, "simulator"))
    file.open()
    rows = {
        "trades": [trade_row(make_trade(total=total)) for total in (100, 200)],
        "gaps": [gap_row(Gap("VCB", None, at("09:30"), 50, "restart"), DAY)],
    }
    file.append(rows, {"VCB": (DAY, 200)}, 0.0)
    yield file
    file.close()


def test_rows_of_a_tracker_that_was_killed_are_counted_and_kept(owner: SpoolFile, tmp_path: Path) -> None:
    killed = tmp_path / "killed.sqlite"
    for suffix in ("", "-wal"):  # its last rows are in the journal only
        shutil.copy(f"{owner.path}{suffix}", f"{killed}{suffix}")
    assert count_waiting_rows(killed) == {"gaps": 1, "trades": 2}
    again = SpoolFile(killed)
    again.open()
    assert again.rows == 3
    again.close()


async def test_rows_of_a_spool_that_nobody_holds_are_said_by_table(owner: SpoolFile, tmp_path: Path) -> None:
    owner.close()
    text = await waiting_text(settings_at(tmp_path))
    assert text == "3 rows wait in the spool (1 gaps, 2 trades), not counted here"
    assert await waiting_text(settings_at(tmp_path, source="replay")) == "no rows wait in the spool"


async def test_tracker_that_holds_the_spool_is_asked(
    owner: SpoolFile,
    tmp_path: Path,
    serve: Serve,  # noqa: F811
) -> None:
    assert owner.rows == 3
    assert await waiting_text(settings_at(tmp_path)) == UNKNOWN  # nobody answers there
    backend = Backend(overrides={"spool_status": lambda: SpoolStatus(rows=1_234)})
    server = await serve(backend)
    text = await waiting_text(settings_at(tmp_path, server.port))
    assert text == "1,234 rows wait in the running tracker's spool, not counted here"
    owner.path.rename(spool_path(tmp_path, "replay"))
    assert (
        await waiting_text(settings_at(tmp_path, server.port, "replay")) == UNKNOWN
    )  # that is the simulator's


async def test_file_that_is_no_spool_is_no_error(tmp_path: Path) -> None:
    spool_path(tmp_path, "simulator").write_bytes(b"not a database" * 100)
    assert "can't be read (file is not a database)" in await waiting_text(settings_at(tmp_path))
