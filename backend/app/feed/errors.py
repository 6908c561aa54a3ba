"""What can go wrong between SSI and us, named by whose fault it is."""

from __future__ import annotations

from enum import StrEnum


class RejectReason(StrEnum):
    """Why a message changed nothing: the closed set behind ssi_messages_rejected_total{reason}."""

    BAD_FRAME = "bad_frame"  # the SignalR layer: not JSON, or a call without exactly one string
    BAD_JSON = "bad_json"  # the envelope or its Content is not JSON
    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    NOT_FINITE = "not_finite"
    NEGATIVE = "negative"
    ABSURD = "absurd"
    BAD_TIME = "bad_time"
    BAD_SYMBOL = "bad_symbol"
    NO_VALUE = "no_value"  # an index without a value: the pre-open reset
    UNKNOWN_CHANNEL = "unknown_channel"
    REFUSED = "refused"  # ours: no memory left for it


class FeedPayloadError(Exception):
    """A message of the feed cannot be used. Its text is the reason, never the payload."""

    def __init__(self, reason: RejectReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason


class FeedLoginError(Exception):
    """SSI refuses our keys (or there are none). Retrying soon will not help."""


class FeedConnectError(Exception):
    """SSI cannot be reached or turns the connection away for now. `is_unauthorized`: the token is the reason."""

    def __init__(self, message: str, *, is_unauthorized: bool = False) -> None:
        super().__init__(message)
        self.is_unauthorized = is_unauthorized


class FeedRequestError(Exception):
    """SSI answered a REST read with an error, or not at all after every retry."""
