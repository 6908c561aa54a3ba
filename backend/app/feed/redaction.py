"""Keeps keys and tokens out of every text that may reach a log, a status or a client."""

from __future__ import annotations

import re

REDACTED = "[redacted]"
TEXT_LENGTH_MAX = 300  # characters: SSI's own messages are under 120; a proxy's HTML page is not wanted

# A JWT is three base64url parts; the first, a JSON object, always begins with eyJ.
_JWT = re.compile(r"eyJ[\w=-]+(?:\.[\w=+/-]+){0,2}")
_BEARER = re.compile(r"(?i)\bbearer\s+\S+")


class Redactor:
    """Removes known secrets, bearer headers and anything shaped like a JWT from a text."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)

    def clean(self, text: object) -> str:
        """Return one short line without secrets."""
        line = " ".join(str(text).split())
        for secret in self._secrets:
            line = line.replace(secret, REDACTED)
        line = _JWT.sub(REDACTED, _BEARER.sub(REDACTED, line))
        return line if len(line) <= TEXT_LENGTH_MAX else line[: TEXT_LENGTH_MAX - 1] + "…"
