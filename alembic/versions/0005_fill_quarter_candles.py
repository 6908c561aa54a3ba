"""Fill the continuous aggregate of the quarters from the minutes that were there before it.

A revision of its own, because a refresh can't run in a transaction. Natively 0004 has filled the table.
"""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    if not context.config.attributes["is_timescale"]:
        return
    if not op.get_bind().scalar(text("SELECT EXISTS (SELECT 1 FROM candle_1m)")):
        return
    with op.get_context().autocommit_block():
        # the minutes first: what is refreshed is the union of what they hold and what they have not taken in yet
        op.execute("CALL refresh_continuous_aggregate('candle_15m', NULL, NULL)")


def downgrade() -> None:
    """Nothing to undo: the quarters go with 0004."""
