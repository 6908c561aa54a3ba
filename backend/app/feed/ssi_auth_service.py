"""SSIAuthService: the access token of SSI, taken with our keys and renewed before it expires.

Units: seconds since the epoch. The SDK's own login is not used: it blocks, has no time-out, and runs in a constructor.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx

from app.clock import Clock
from app.feed.errors import FeedConnectError, FeedLoginError
from app.feed.redaction import Redactor

ACCESS_TOKEN_PATH = "api/v2/Market/AccessToken"  # noqa: S105 - a path
LOGIN_TIMEOUT_S = 15.0  # for the whole answer; httpx alone would wait for ever on one that trickles
LIFETIME_UNKNOWN_S = 50 * 60.0  # SSI publishes none; careful users log in again every 50 minutes
RENEW_AT_FRACTION = 0.2  # of the lifetime, before its end
RENEW_BEFORE_MAX_S = 3600.0  # the SDK's own margin
REFUSAL_KEPT_S = 55.0  # keys SSI refused are not shown again sooner: the supervisor asks once a minute


class SSIAuthService:
    """Holds one token. `token()` logs in when there is none; several callers share one login."""

    def __init__(
        self, *, base_url: str, consumer_id: str, consumer_secret: str, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._url = base_url.rstrip("/") + "/" + ACCESS_TOKEN_PATH
        self._consumer_id = consumer_id
        self._consumer_secret = consumer_secret
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._expires_s = 0.0
        self._renew_s = 0.0
        self._refusal = ""
        self._refused_s = 0.0
        self.redactor = Redactor(consumer_id, consumer_secret)
        self.logins = 0

    async def token(self) -> str:
        """Return a valid token. Raise FeedLoginError (keys refused) or FeedConnectError (not reachable)."""
        async with self._lock:
            if self._token is None or self._clock.time_s() >= self._expires_s:
                return await self._log_in()
            return self._token

    async def renew(self) -> None:
        """Log in again while the old token still serves. Raise as `token` does; the old one is kept then."""
        async with self._lock:
            if self.is_renewal_due:
                await self._log_in()

    def invalidate(self, token: str) -> None:
        """Forget this token: SSI refused it. A newer one stays."""
        if self._token == token:
            self._token = None

    @property
    def is_renewal_due(self) -> bool:
        """Whether the token nears its end."""
        return self._token is not None and self._clock.time_s() >= self._renew_s

    async def _log_in(self) -> str:
        if not self._consumer_id or not self._consumer_secret:
            raise FeedLoginError("SSI_CONSUMER_ID and SSI_CONSUMER_SECRET are not set")
        if self._refusal and self._clock.monotonic_s() - self._refused_s < REFUSAL_KEPT_S:
            raise FeedLoginError(self._refusal)
        self._refusal = ""
        keys = {"consumerID": self._consumer_id, "consumerSecret": self._consumer_secret}
        self.logins += 1
        try:
            async with asyncio.timeout(LOGIN_TIMEOUT_S):
                response = await self._http.post(self._url, json=keys)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise FeedConnectError(f"SSI's login cannot be reached ({type(error).__name__})") from None
        token = self._read_token(response)
        now_s = self._clock.time_s()
        expires_s = read_expiry(token)
        if expires_s is None or expires_s <= now_s:  # no exp, or our clock is far ahead of SSI's
            expires_s = now_s + LIFETIME_UNKNOWN_S
        self._token, self._expires_s = token, expires_s
        self._renew_s = expires_s - min(RENEW_BEFORE_MAX_S, (expires_s - now_s) * RENEW_AT_FRACTION)
        self.redactor = Redactor(self._consumer_id, self._consumer_secret, token)
        return token

    def _read_token(self, response: httpx.Response) -> str:
        answer = _json_object(response)
        data = answer.get("data")
        token = data.get("accessToken") if isinstance(data, dict) else None
        if isinstance(token, str) and token:
            return token
        message = self.redactor.clean(answer.get("message") or f"HTTP {response.status_code}")
        refused = answer.get("status") in {400, 401, 403} or response.status_code in {400, 401, 403}
        if refused and "quota" not in message.lower():
            self._refusal, self._refused_s = f"SSI refuses the login: {message}", self._clock.monotonic_s()
            raise FeedLoginError(self._refusal)
        raise FeedConnectError(f"SSI's login answers: {message}")


def read_expiry(token: str) -> float | None:
    """Return the `exp` claim of a JWT, or None when it has none that can be read."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    payload = (
        parts[1].replace("+", "-").replace("/", "_")
    )  # the SDK reads standard base64, RFC 7519 is urlsafe
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return None
    expires = claims.get("exp") if isinstance(claims, dict) else None
    return float(expires) if isinstance(expires, int | float) and not isinstance(expires, bool) else None


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
