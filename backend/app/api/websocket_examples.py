"""An example of each message the server sends: frames of a run cut short (scripts/websocket_examples.py), and a few
that a run says seldom, by the encoders that would say them.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, RootModel

from app.api import schemas
from app.clock import VIETNAM
from app.market.models import Alert, AlertType, Phase, SessionEvent, Severity
from app.publish import messages

_FRAMES_OF_A_RUN = Path(__file__).resolve().parents[1] / "reference" / "websocket_examples.json"
_TIME = datetime(2026, 11, 20, 9, 15, tzinfo=VIETNAM)
EXAMPLE_ALERT = Alert(
    id="VOLUME_SPIKE-HPG-1763604900",
    alert_type=AlertType.VOLUME_SPIKE,
    severity=Severity.WARNING,
    symbol="HPG",
    message="HPG: 250,000 shares in one print, 4.1 x the average",
    timestamp=_TIME,
    data={"volume": 250_000, "ratio": 4.1},
)
SESSION = messages.encode_session(SessionEvent("phase", _TIME.date(), _TIME, "HOSE", Phase.CONTINUOUS))
ALERT = messages.encode_alert(EXAMPLE_ALERT)
ALERTS = messages.encode_alerts_snapshot([EXAMPLE_ALERT])
BYE = messages.encode_bye((500, 3_500))
TOKEN_EXPIRING = messages.encode_token_expiring(_TIME)
TOKEN_REFRESHED = messages.encode_message(messages.TokenRefreshedMessage(_TIME, "eyJ...", "eyJ..."))

_ENCODED = {
    "SessionMessage": SESSION,
    "AlertMessage": ALERT,
    "ByeMessage": BYE,
    "PingMessage": messages.PING,
    "PongMessage": messages.PONG,
    "TokenExpiringMessage": TOKEN_EXPIRING,
    "TokenRefreshedMessage": TOKEN_REFRESHED,
}


class Indices(RootModel[dict[str, schemas.IndexData]]):
    """Every index by its id, in full mode."""


def examples_of(model: type[BaseModel]) -> list[Any]:
    """Return examples of a message, decoded. Raise KeyError for a message without any."""
    name = model.__name__
    if name in _ENCODED:
        return [json.loads(_ENCODED[name].payload)]
    return [_frames_of_a_run()[name]]


@cache
def _frames_of_a_run() -> dict[str, Any]:
    frames: dict[str, Any] = json.loads(_FRAMES_OF_A_RUN.read_text(encoding="utf-8"))
    return frames
