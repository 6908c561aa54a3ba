"""Settings: the only reader of the environment. `.env.example` lists every one; a test compares the two.

Errors: a wrong value raises SettingsError with one line that names the setting and what is allowed.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

REPOSITORY_DIR = Path(__file__).resolve().parents[2]
NO_DATABASE = "off"
RETAIN_TRADES_DAYS_MIN = 8  # history/retention.py says why
JWT_SECRET_BYTES_MIN = 32
JWT_SECRET_CHARACTERS_MIN = 8  # different ones: aaaa... is no secret
# each also from a file, NAME_FILE: what Docker calls secrets
FILE_SECRETS = (
    "ssi_consumer_id",
    "ssi_consumer_secret",
    "database_url",
    "postgres_password",
    "ws_auth_token",
    "auth_jwt_secret",
    "operator_webhook_url",
)
_PLACEHOLDER = re.compile(
    r"change.?me|change.?this|placeholder|example|your[-_ ]|secret|password|<.*>", re.IGNORECASE
)
CHANNELS = ("X-TRADE", "X-QUOTE", "X", "R", "MI", "B", "F", "OL")


class SettingsError(ValueError):
    """A setting can't be used; the message is one line fit for the operator."""


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _check_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("should be a URL that begins with http:// or https://")
    return value if value.endswith("/") else value + "/"


def _check_channel(value: str) -> str:
    name, _, symbols = value.partition(":")
    if name.upper() not in CHANNELS or not symbols:
        raise ValueError(f"should be CHANNEL:SYMBOLS with a channel of {', '.join(CHANNELS)}")
    return f"{name.upper()}:{symbols}"


def _check_network(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueError("should be an IP address or a CIDR network") from None
    return value


def _check_database_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value() not in {"", NO_DATABASE} and not value.get_secret_value().startswith(
        ("postgresql://", "postgres://")
    ):
        raise ValueError("should be a URL that begins with postgresql://, or off")
    return value


def _check_jwt_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    is_weak = len(text.encode()) < JWT_SECRET_BYTES_MIN or len(set(text)) < JWT_SECRET_CHARACTERS_MIN
    if text and (is_weak or _PLACEHOLDER.search(text)):
        raise ValueError(
            f"should be at least {JWT_SECRET_BYTES_MIN} random bytes and no placeholder: openssl rand -base64 48"
        )
    return value


def _check_webhook_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not value.get_secret_value().startswith(("http://", "https://")):
        raise ValueError("should be a URL that begins with http:// or https://")
    return value


def _check_retain_trades(value: int) -> int:
    if 0 < value < RETAIN_TRADES_DAYS_MIN:
        raise ValueError(
            f"should be 0 or at least {RETAIN_TRADES_DAYS_MIN}: younger candles are still being refreshed"
        )
    return value


type CommaList[T] = Annotated[list[T], NoDecode, BeforeValidator(_split)]
Url = Annotated[str, AfterValidator(_check_url)]


class Settings(BaseSettings):
    """Every setting with its unit and default. Empty values count as not set."""

    model_config = SettingsConfigDict(
        env_file=REPOSITORY_DIR / ".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    # SSI FastConnect Data
    ssi_consumer_id: str = ""
    ssi_consumer_id_file: Path | None = None
    ssi_consumer_secret: SecretStr = SecretStr("")
    ssi_consumer_secret_file: Path | None = None
    ssi_base_url: Url = "https://fc-data.ssi.com.vn/"
    ssi_stream_url: Url = "https://fc-datahub.ssi.com.vn/"
    ssi_channels: CommaList[Annotated[str, AfterValidator(_check_channel)]] = [
        "X-TRADE:ALL",
        "X-QUOTE:ALL",
        "R:ALL",
        "MI:ALL",
        "F:ALL",
    ]
    ssi_connections: Literal["one", "per_channel"] = "one"
    feed_source: Literal["auto", "ssi", "simulator", "replay"] = "auto"
    feed_stall_s: float = Field(20, ge=5, le=600)
    record_dir: Path | None = None
    record_max_gb: float = Field(20, ge=0)
    record_keep_days: int = Field(0, ge=0, le=36_500)
    replay_files: CommaList[Path] = []

    # The market
    tracked_symbols: CommaList[str] = ["VN30"]
    futures_override: str = ""
    channel_r_interval_ms: int = Field(1000, ge=0, le=60_000)
    session_reset_time: time = time(15, 5)
    extra_holidays: CommaList[date] = []
    extra_trading_days: CommaList[date] = []
    holidays_uncertain_closed: bool = False

    # History
    database_url: Annotated[SecretStr, AfterValidator(_check_database_url)] = SecretStr("")
    database_url_file: Path | None = None
    postgres_password: SecretStr = SecretStr("")
    postgres_password_file: Path | None = None
    db_pool_min: int = Field(2, ge=1, le=100)
    db_pool_max: int = Field(10, ge=2, le=100)
    timescale: Literal["auto", "require", "off"] = "auto"
    pg_bin: Path | None = None
    data_dir: Path | None = None
    retain_trades_days: Annotated[int, AfterValidator(_check_retain_trades)] = Field(730, ge=0, le=36_500)
    retain_foreign_snapshots_days: int = Field(730, ge=0, le=36_500)
    retain_index_snapshots_days: int = Field(1825, ge=0, le=36_500)
    retain_basis_points_days: int = Field(1825, ge=0, le=36_500)
    retain_alerts_days: int = Field(1825, ge=0, le=36_500)
    retain_gaps_days: int = Field(1825, ge=0, le=36_500)
    retain_candles_days: int = Field(0, ge=0, le=36_500)

    # Alerts
    alert_volume_spike_ratio: float = Field(3.0, gt=0)
    alert_volume_spike_min_prints: int = Field(10, ge=0)
    alert_volume_window_min: float = Field(20, gt=0)
    alert_foreign_change_pct: float = Field(30, gt=0)
    alert_foreign_min_value: int = Field(1_000_000_000, ge=0)
    alert_dedup_s: float = Field(60, ge=0)

    # WebSocket and REST
    app_host: str = "127.0.0.1"
    app_port: int = Field(8000, ge=0, le=65_535)
    ws_throttle_interval_ms: int = Field(500, ge=0, le=60_000)
    ws_delta_interval_ms: int = Field(100, ge=10, le=10_000)
    ws_batch_interval_ms: int = Field(50, ge=5, le=10_000)
    ws_heartbeat_interval: float = Field(30, ge=1)
    ws_heartbeat_timeout: float = Field(10, ge=1)
    ws_deflate: bool = False
    ws_client_buffer_bytes: int = Field(1_048_576, ge=65_536)
    ws_session_ttl_s: int = Field(300, ge=0, le=86_400)
    ws_max_subscriptions: int = Field(500, ge=1, le=100_000)
    ws_max_messages_per_s: int = Field(20, ge=1)
    ws_max_connections_per_ip: int = Field(5, ge=1)
    ws_auth_token: SecretStr = SecretStr("")
    ws_auth_token_file: Path | None = None
    auth_jwt_secret: Annotated[SecretStr, AfterValidator(_check_jwt_secret)] = SecretStr("")
    auth_jwt_secret_file: Path | None = None
    auth_anonymous: bool = False
    auth_access_ttl_s: int = Field(900, ge=5, le=86_400)
    auth_refresh_ttl_s: int = Field(604_800, ge=60, le=31_536_000)
    cors_origins: CommaList[str] = []
    trusted_proxies: CommaList[Annotated[str, AfterValidator(_check_network)]] = []
    ui_default_palette: Literal["red-up", "vn", "safe"] = "red-up"
    frontend_dir: Path = REPOSITORY_DIR / "frontend" / "dist"

    # Simulator and replay
    sim_url: str = ""
    sim_seed: int = 20_260_202
    sim_speed: float = Field(1.0, ge=0)
    sim_activity: float = Field(1.0, gt=0, le=100)
    sim_symbols: int = Field(30, ge=1, le=1600)
    sim_start: time = time(9, 14, 40)

    # Notices to the operator
    operator_webhook_url: Annotated[SecretStr, AfterValidator(_check_webhook_url)] = SecretStr("")
    operator_webhook_url_file: Path | None = None
    operator_webhook_after_s: float = Field(30, ge=1, le=3600)

    # Logs
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in FILE_SECRETS:
            path = values.get(f"{name}_file")
            if not path:
                continue
            if values.get(name):
                raise ValueError(f"{name.upper()}_FILE should be the only one: {name.upper()} is set too")
            values[name] = _read_secret(f"{name}_file", Path(path))
        return values

    @field_validator("log_level", "log_format", "feed_source", "ssi_connections", "timescale", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("tracked_symbols")
    @classmethod
    def _upper(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("should be VN30, an index, an exchange, ALL or a list of symbols")
        return [symbol.upper() for symbol in value]

    @model_validator(mode="after")
    def _check_pool(self) -> Self:
        if self.db_pool_max < self.db_pool_min:
            raise ValueError(f"DB_POOL_MAX should be at least DB_POOL_MIN ({self.db_pool_min})")
        return self

    @model_validator(mode="after")
    def _check_lifetimes(self) -> Self:
        if self.auth_refresh_ttl_s <= self.auth_access_ttl_s:
            raise ValueError(
                f"AUTH_REFRESH_TTL_S should be more than AUTH_ACCESS_TTL_S ({self.auth_access_ttl_s})"
            )
        return self

    @model_validator(mode="after")
    def _fill_in_password(self) -> Self:
        """Put POSTGRES_PASSWORD into a DATABASE_URL that names a user and no password."""
        parts = urlsplit(self.database_url.get_secret_value())
        password = self.postgres_password.get_secret_value()
        if password and parts.username and parts.password is None:
            user, _, host = parts.netloc.rpartition("@")
            filled = parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()
            object.__setattr__(self, "database_url", SecretStr(filled))  # frozen, but not made yet
        return self

    @property
    def keeps_history(self) -> bool:
        """Whether there is a database at all, ours or another one."""
        return self.database_url.get_secret_value() != NO_DATABASE

    @property
    def has_ssi_keys(self) -> bool:
        """Whether both halves of the SSI key pair are set."""
        return bool(self.ssi_consumer_id and self.ssi_consumer_secret.get_secret_value())

    @property
    def resolved_feed_source(self) -> Literal["ssi", "simulator", "replay"]:
        """Return the source that `auto` stands for: ssi when keys are set, else the simulator."""
        if self.feed_source == "auto":
            return "ssi" if self.has_ssi_keys else "simulator"
        return self.feed_source


def _read_secret(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{name.upper()} should be a file that can be read") from None
    if not text:
        raise ValueError(f"{name.upper()} should be a file with something in it")
    return text


def load_settings(**overrides: object) -> Settings:
    """Read the environment and `.env`. Raise SettingsError naming the first wrong setting."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:  # about two settings: the message names them
            raise SettingsError(
                first["msg"].removeprefix("Value error, ").replace(" should", ": should", 1)
            ) from None
        name = str(first["loc"][0]).upper()
        # pydantic prefixes our own messages; the value itself stays out, it may be a secret
        allowed = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {allowed.replace('Input should', 'should', 1)}") from None
