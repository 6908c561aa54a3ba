"""Fill the continuous aggregate of the quarters from the minutes that were there before it, then let its policy begin.

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
    if op.get_bind().scalar(text("SELECT EXISTS (SELECT 1 FROM candle_1m)")):
        with op.get_context().autocommit_block():
            # what is refreshed is the union of what the minutes hold and what they have not taken in yet
            options = '{"buckets_per_batch": 1440}'
            op.execute(f"CALL refresh_continuous_aggregate('candle_15m', NULL, NULL, options => '{options}')")
    # as far back as the minutes are refreshed; a late print shows once both have been
    op.execute("""
        SELECT add_continuous_aggregate_policy('candle_15m', start_offset => INTERVAL '3 days',
            end_offset => INTERVAL '15 minutes', schedule_interval => INTERVAL '1 minute', if_not_exists => true)
    """)


def downgrade() -> None:
    """Go back to the one before; the quarters go with 0004."""
    if context.config.attributes["is_timescale"]:
        op.execute("SELECT remove_continuous_aggregate_policy('candle_15m', if_exists => true)")
