from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.auth.accounts import Accounts


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    made = Accounts(tmp_path)
    yield made
    made.sign_in.close()
