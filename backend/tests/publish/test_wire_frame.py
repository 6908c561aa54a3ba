from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from app.publish.wire_frame import WireFrame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_wire_frame_any_size_equals_what_websockets_serialises(size: int) -> None:
    payload = b"x" * size
    assert WireFrame(payload).wire == Frame(Opcode.TEXT, payload).serialize(mask=False)
