"""Fill the continuous aggregates from trades that were there before them (after a downgrade and an upgrade), then let
their refresh policies begin.

A revision of its own, because a refresh can't run in a transaction. Natively 0002 has filled the tables.
Without this, the first refresh policy would hide whatever is older than its window. The policies come last: one that
is at work refuses ours.
"""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# name -> start, end, pace. The start lies within what the retention keeps of `trades`: refreshing a dropped range would
# delete its candles.
POLICIES = {"candle_1m": ("3 days", "1 minute", "1 minute"), "candle_1d": ("5 days", "1 day", "1 hour")}


def upgrade() -> None:
    """Go to this revision."""
    if not context.config.attributes["is_timescale"]:
        return
    if op.get_bind().scalar(text("SELECT EXISTS (SELECT 1 FROM trades)")):
        with op.get_context().autocommit_block():
            for name in POLICIES:
                # a day of minutes at a time: the ten of the default take a thousand times as many steps
                options = '{"buckets_per_batch": 1440}'
                op.execute(f"CALL refresh_continuous_aggregate('{name}', NULL, NULL, options => '{options}')")
    for name, (start, end, pace) in POLICIES.items():
        op.execute(f"""
            SELECT add_continuous_aggregate_policy('{name}', start_offset => INTERVAL '{start}',
                end_offset => INTERVAL '{end}', schedule_interval => INTERVAL '{pace}', if_not_exists => true)
        """)


def downgrade() -> None:
    """Go back to the one before; the candles go with 0002."""
    if context.config.attributes["is_timescale"]:
        for name in POLICIES:
            op.execute(f"SELECT remove_continuous_aggregate_policy('{name}', if_exists => true)")
