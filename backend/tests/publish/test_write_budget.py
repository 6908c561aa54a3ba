from __future__ import annotations

import pytest

from app.publish.write_budget import WRITE_SHARE_MAX, WRITE_SHARE_MIN, WriteBudget
from tests.publish.fakes import FakeClock


class Process:
    """What a process that writes and does something else has used of its core."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.cpu_s = 7.0
        self.budget = WriteBudget(self.clock, lambda: self.cpu_s)

    async def work(self, writing: float, others: float, seconds: float = 10.0) -> float:
        """Return the share after so long of using these shares of a core."""
        for _ in range(round(seconds / 0.05)):
            await self.clock.advance(0.05)
            self.cpu_s += (writing + others) * 0.05
            self.budget.spend(writing * 0.05)
        return self.budget.share


@pytest.mark.parametrize(
    ("writing", "others", "share"),
    [
        (0.1, 0.0, WRITE_SHARE_MAX),
        (0.6, 0.1, WRITE_SHARE_MAX),
        (0.5, 0.4, 0.45),
        (0.2, 0.5, 0.35),
        (0.1, 0.9, WRITE_SHARE_MIN),
        (0.0, 3.0, WRITE_SHARE_MIN),
    ],
)
async def test_writing_gets_what_the_rest_leaves(writing: float, others: float, share: float) -> None:
    assert await Process().work(writing, others) == pytest.approx(share, abs=0.01)


async def test_budget_comes_back_when_the_rest_is_done() -> None:
    process = Process()
    assert await process.work(0.2, 0.9) == pytest.approx(WRITE_SHARE_MIN, abs=0.01)
    assert await process.work(0.2, 0.1) == pytest.approx(WRITE_SHARE_MAX, abs=0.01)
