"""Access tokens that look like SSI's: three dot-separated parts with an `exp`, signed by nobody's key but ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time


class TokenIssuer:
    """Issue bearer tokens and check them; a token of before `revoke_all` is refused."""

    def __init__(self, ttl_s: float, consumer_id: str = "", consumer_secret: str = "") -> None:
        self.ttl_s = ttl_s
        self._consumer = (consumer_id, consumer_secret)
        self._key = secrets.token_bytes(32)

    def accepts(self, consumer_id: object, consumer_secret: object) -> bool:
        """Say whether the key pair may log in: any non-empty pair, unless one was configured."""
        if not (isinstance(consumer_id, str) and isinstance(consumer_secret, str)):
            return False
        if self._consumer != ("", ""):
            return (consumer_id, consumer_secret) == self._consumer
        return bool(consumer_id and consumer_secret)

    def issue(self) -> str:
        """Return a new token. The claims are plain ASCII: the SDK decodes with the non-url alphabet."""
        now = int(time.time())
        head = _encode({"alg": "RS256", "typ": "JWT"})
        body = _encode(
            {"iss": "simulator", "iat": now, "exp": now + int(self.ttl_s), "jti": secrets.token_hex(8)}
        )
        return f"{head}.{body}.{self._signature(f'{head}.{body}')}"

    def is_valid(self, token: str) -> bool:
        """Say whether a token is ours and has not expired."""
        signed, _, signature = token.rpartition(".")
        if not signed or not hmac.compare_digest(signature, self._signature(signed)):
            return False
        body = signed.split(".")[1]
        claims = json.loads(base64.b64decode(body + "=" * (-len(body) % 4)))
        return bool(claims["exp"] > time.time())

    def revoke_all(self) -> None:
        """Refuse every token issued so far."""
        self._key = secrets.token_bytes(32)

    def _signature(self, signed: str) -> str:
        return hmac.new(self._key, signed.encode(), hashlib.sha256).hexdigest()


def _encode(claims: dict[str, object]) -> str:
    return base64.b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")
