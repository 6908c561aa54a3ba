"""Fill the continuous aggregates from trades that were there before them (after a downgrade and an upgrade).

A revision of its own, because a refresh can't run in a transaction. Natively 0002 has filled the tables.
Without this, the first refresh policy would hide whatever is older than its window.
"""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    if not context.config.attributes["is_timescale"]:
        return
    if not op.get_bind().scalar(text("SELECT EXISTS (SELECT 1 FROM trades)")):
        return
    with op.get_context().autocommit_block():
        for name in ("candle_1m", "candle_1d"):
            # a day of minutes at a time: by default it is ten buckets, an hour of work for some years
            op.execute(
                f"CALL refresh_continuous_aggregate('{name}', NULL, NULL, options => '{{\"buckets_per_batch\": 1440}}')"
            )


def downgrade() -> None:
    """Nothing to undo: the candles go with 0002."""
