"""What scripts/deploy.sh refuses before it changes anything. The engine itself is asked by scripts/smoke.sh, in CI."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "SSI_CONSUMER_ID": "3f9c2b7d1a5e4c60",
    "SSI_CONSUMER_SECRET": "b81f4e02c97d4a6f8e15d03c",
    "POSTGRES_PASSWORD": secrets.token_hex(24),
    "AUTH_JWT_SECRET": secrets.token_urlsafe(48),
}


def _check(folder: Path, settings: dict[str, str], *words: str) -> list[str]:
    """Return the lines about it; a machine without Docker or a clock service has more, which are left out."""
    path = folder / ".env"
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    path.chmod(0o600)
    done = subprocess.run(
        [str(ROOT / "scripts" / "deploy.sh"), "--check", *words],
        env={**os.environ, "ENV_FILE": str(path)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    for value in (value for name, value in settings.items() if name in GOOD):
        assert len(value) < 8 or value not in done.stdout, "it shows a secret"
    return done.stdout.splitlines()


def _failed(lines: list[str]) -> str:
    return "\n".join(
        line for line in lines if line.startswith("FAIL") and "Docker" not in line and "docker" not in line
    )


def test_good_settings_have_no_complaint(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        port = str(probe.getsockname()[1])
    lines = _check(tmp_path, {**GOOD, "HTTP_PORT": port})
    assert _failed(lines) == ""
    for name in GOOD:
        assert f"ok    {name} is set" in lines
    assert f"ok    port {port}" in lines


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("SSI_CONSUMER_ID", "", "SSI_CONSUMER_ID is not set"),
        ("SSI_CONSUMER_SECRET", "your_consumer_secret", "SSI_CONSUMER_SECRET is a placeholder"),
        ("SSI_CONSUMER_SECRET", "<from SSI>", "SSI_CONSUMER_SECRET is a placeholder"),
        ("POSTGRES_PASSWORD", "", "POSTGRES_PASSWORD is not set"),
        ("POSTGRES_PASSWORD", "stock", "POSTGRES_PASSWORD is a placeholder"),
        ("POSTGRES_PASSWORD", "hunter2hunter", "POSTGRES_PASSWORD is too short"),
        ("POSTGRES_PASSWORD", "aaaaaaaaaaaaaaaaaaaaaaaa", "POSTGRES_PASSWORD is too simple"),
        ("AUTH_JWT_SECRET", "change-me-change-me-change-me-change-me", "AUTH_JWT_SECRET is a placeholder"),
        ("WS_AUTH_TOKEN", "abc123", "WS_AUTH_TOKEN is too short"),
        ("HTTP_PORT", "eighty", "HTTP_PORT is not a port"),
    ],
)
def test_placeholder_or_weak_secret_is_refused(tmp_path: Path, name: str, value: str, complaint: str) -> None:
    assert complaint in _failed(_check(tmp_path, {**GOOD, name: value}))


def test_secret_in_a_file_counts_and_is_judged_too(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("changeme\n")
    settings = {**GOOD, "SECRETS_DIR": str(tmp_path), "POSTGRES_PASSWORD_FILE": "/run/secrets/postgres"}
    del settings["POSTGRES_PASSWORD"]
    assert "POSTGRES_PASSWORD is a placeholder" in _failed(_check(tmp_path, settings))
    (tmp_path / "postgres").write_text(secrets.token_hex(24) + "\n")
    assert "POSTGRES_PASSWORD" not in _failed(_check(tmp_path, settings))


def test_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} is taken" in _failed(_check(tmp_path, {**GOOD, "HTTP_PORT": str(port)}))


def test_environment_file_is_read_and_never_run(tmp_path: Path) -> None:
    settings = {**GOOD, "POSTGRES_PASSWORD": f"$(touch {tmp_path}/ran)`touch {tmp_path}/ran`"}
    _check(tmp_path, settings)
    assert not (tmp_path / "ran").exists()


def test_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "60", "-subj", "/CN=h", "-keyout", str(tmp_path / f"{name}.key"), "-out", str(tmp_path / f"{name}.pem")],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
    settings = {**GOOD, "TLS_DIR": str(tmp_path)}
    assert "fullchain.pem is missing" in _failed(_check(tmp_path, settings, "--tls"))
    (tmp_path / "one.pem").rename(tmp_path / "fullchain.pem")
    (tmp_path / "two.key").rename(tmp_path / "privkey.pem")
    assert "do not belong together" in _failed(_check(tmp_path, settings, "--tls"))
    (tmp_path / "one.key").rename(tmp_path / "privkey.pem")
    lines = _check(tmp_path, settings, "--tls")
    assert "certificate" not in _failed(lines)
    assert any(line.startswith("ok    certificate until") for line in lines)


def test_missing_environment_file_is_said(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(ROOT / "scripts" / "deploy.sh"), "--check"],
        env={**os.environ, "ENV_FILE": str(tmp_path / "none")}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "cp .env.example .env" in done.stdout
    assert "nothing was changed" in done.stdout
