"""Settings: `.env.example` and the code list the same names and defaults; a wrong value is one clear line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.config import FILE_SECRETS, REPOSITORY_DIR, Settings, SettingsError, load_settings

EXAMPLE = (REPOSITORY_DIR / ".env.example").read_text()
COMPOSE_SECTION = "# --- docker compose only"
COMPOSE_NAME = re.compile(r"\$\{([A-Z0-9_]+)")
ASSIGNMENT = re.compile(r"^([A-Z0-9_]+)=(.*)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "none")


def test_example_file_lists_every_setting_once() -> None:
    names = [name for name, _ in ASSIGNMENT.findall(EXAMPLE.partition(COMPOSE_SECTION)[0])]
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_example_file_lists_what_the_compose_files_read() -> None:
    own = {name for name, _ in ASSIGNMENT.findall(EXAMPLE.partition(COMPOSE_SECTION)[2])}
    files = REPOSITORY_DIR.glob("docker-compose.*.yml")
    read = {name for path in files for name in COMPOSE_NAME.findall(path.read_text())}
    assert read - {name.upper() for name in Settings.model_fields} == own
    page = (REPOSITORY_DIR / "docs" / "configuration.md").read_text()
    assert [name for name in sorted(own) if f"`{name}`" not in page] == []


def test_example_file_as_env_file_gives_the_defaults() -> None:
    assert load_settings(_env_file=REPOSITORY_DIR / ".env.example") == load_settings()


def test_configuration_page_names_every_setting() -> None:
    page = (REPOSITORY_DIR / "docs" / "configuration.md").read_text()
    missing = [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in page]
    assert missing == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_PORT", "70000"),
        ("FEED_SOURCE", "yahoo"),
        ("SSI_CHANNELS", "Y:ALL"),
        ("SSI_CHANNELS", "X-TRADE"),
        ("SSI_BASE_URL", "ftp://example"),
        ("TRUSTED_PROXIES", "proxy.local"),
        ("TRACKED_SYMBOLS", ","),
        ("SESSION_RESET_TIME", "25:00"),
        ("EXTRA_HOLIDAYS", "2026-13-01"),
        ("SIM_SYMBOLS", "1601"),
        ("WS_MAX_CONNECTIONS_PER_IP", "0"),
    ],
)
def test_settings_wrong_value_is_one_line_naming_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: should ")
    assert "\n" not in str(caught.value)


def test_settings_error_never_shows_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSI_BASE_URL", "hunter2-secret")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "keys", "expected"),
    [
        ("auto", False, "simulator"),
        ("auto", True, "ssi"),
        ("AUTO", True, "ssi"),
        ("simulator", True, "simulator"),
        ("ssi", False, "ssi"),
        ("replay", False, "replay"),
    ],
)
def test_feed_source_resolves(
    monkeypatch: pytest.MonkeyPatch, source: str, keys: bool, expected: str
) -> None:
    monkeypatch.setenv("FEED_SOURCE", source)
    if keys:
        monkeypatch.setenv("SSI_CONSUMER_ID", "id")
        monkeypatch.setenv("SSI_CONSUMER_SECRET", "secret")
    assert load_settings().resolved_feed_source == expected


def test_settings_half_a_key_pair_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSI_CONSUMER_ID", "id")
    assert not load_settings().has_ssi_keys


def test_stream_url_without_slash_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSI_STREAM_URL", "https://example.test")
    assert load_settings().ssi_stream_url == "https://example.test/"


GOOD_SECRET = "Vq3nY8kT1zRw6uJx0bMc5sHd9fLg2aPe"


@pytest.mark.parametrize(
    "secret",
    [
        "short", GOOD_SECRET[:31], "a" * 64, "abababababababababababababababababab",
        "change-me-change-me-change-me-change-me", "<32 random bytes from openssl rand>..",
        "your-256-bit-key-goes-here-please-do-it", "my-very-own-Secret-0123456789-abcdefghij",
    ],
)  # fmt: skip
def test_jwt_secret_that_is_no_secret_is_refused_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("AUTH_JWT_SECRET", secret)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith("AUTH_JWT_SECRET: should be at least 32 random bytes")
    assert secret not in str(caught.value)


@pytest.mark.parametrize("name", FILE_SECRETS)
def test_secret_from_a_file_is_the_same_as_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    urls = {"database_url": "postgresql://u:p@h/d", "operator_webhook_url": "https://hooks.example/T0/secret"}
    value = urls.get(name, GOOD_SECRET)
    path = tmp_path / "secret"
    path.write_text(f"{value}\n")
    monkeypatch.setenv(f"{name.upper()}_FILE", str(path))
    found = getattr(load_settings(), name)
    assert (found if isinstance(found, str) else found.get_secret_value()) == value
    monkeypatch.setenv(name.upper(), value)
    with pytest.raises(SettingsError, match=rf"^{name.upper()}_FILE: should be the only one"):
        load_settings()
    monkeypatch.delenv(name.upper())
    for content in ("", " \n"):
        path.write_text(content)
        with pytest.raises(
            SettingsError, match=rf"^{name.upper()}_FILE: should be a file with something in it"
        ):
            load_settings()
    path.unlink()
    with pytest.raises(SettingsError, match=rf"^{name.upper()}_FILE: should be a file that can be read"):
        load_settings()


@pytest.mark.parametrize(
    ("url", "filled"),
    [
        ("postgresql://stock@db:5432/stock", "postgresql://stock:p%2Fw%40@db:5432/stock"),
        ("postgresql://stock:own@db/stock", "postgresql://stock:own@db/stock"),
        ("postgresql://db/stock", "postgresql://db/stock"),
        ("off", "off"),
    ],
)
def test_postgres_password_fills_a_url_that_has_none(
    monkeypatch: pytest.MonkeyPatch, url: str, filled: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("POSTGRES_PASSWORD", "p/w@")
    assert load_settings().database_url.get_secret_value() == filled


def test_refresh_token_lives_longer_than_access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_ACCESS_TTL_S", "600")
    monkeypatch.setenv("AUTH_REFRESH_TTL_S", "600")
    with pytest.raises(SettingsError, match=r"^AUTH_REFRESH_TTL_S: should be more than AUTH_ACCESS_TTL_S"):
        load_settings()
