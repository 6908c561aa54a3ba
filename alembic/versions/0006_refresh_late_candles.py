"""TimescaleDB: refresh candles of prints that came too late for the refresh policies (3 and 5 days).

Such prints come from a spool whose database was away for a week, from a copy or from an old session played once more.
Until their range is refreshed a continuous aggregate does not show them; worse, once a policy has moved its watermark
past days that were never refreshed, it shows nothing of these. TimescaleDB's own log of changed ranges survives any
crash of ours, so a job of the database goes through it. Without a changed range it has nothing to do.

Refreshing a range whose trades are dropped would delete its candles: the job begins at the oldest trades there are, and
a day after what the retention drops or (meta, history/retention.py) dropped when it was stricter. Natively the trigger takes in every print at once.

Downgrade takes the job away; no row is touched.
"""

from __future__ import annotations

from alembic import context, op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PACE = "5 minutes"
# A chunk begins at 7 in the morning of Vietnam, before any trade: its first day is whole and refreshed from midnight on.
# Parents first. The oldest range first: otherwise the newest moves the watermark past those that are still to come.
# The end leaves the policies (0003, 0005) their window, because two refreshes of the same range refuse each other: the
# days meet at a midnight, the minutes are an hour apart, and what is late in that hour is refreshed an hour later.
PROCEDURE = """
    CREATE PROCEDURE refresh_late_candles(job_id integer, config jsonb) LANGUAGE plpgsql AS $$
    DECLARE
        oldest timestamptz;
        newest timestamptz;
        candles text;
    BEGIN
        FOREACH candles IN ARRAY ARRAY['candle_1m', 'candle_15m', 'candle_1d'] LOOP
            newest := now() - CASE candles WHEN 'candle_1d' THEN INTERVAL '4 days' ELSE INTERVAL '3 days 1 hour' END;
            SELECT min(range_start) INTO oldest FROM timescaledb_information.chunks
                WHERE hypertable_schema = 'public' AND hypertable_name = 'trades';
            EXIT WHEN oldest IS NULL;
            SELECT date_trunc('day', greatest(
                oldest,
                (SELECT now() - (jobs.config->>'drop_after')::interval + INTERVAL '1 day'
                    FROM timescaledb_information.jobs
                    WHERE proc_name = 'policy_retention' AND hypertable_schema = 'public'
                        AND hypertable_name = 'trades'),
                (SELECT value::timestamptz FROM meta WHERE key = 'trades_dropped_before')
            ), 'Asia/Ho_Chi_Minh') INTO oldest;
            CONTINUE WHEN oldest > newest - INTERVAL '1 day';  -- not a whole bucket, perhaps
            CALL refresh_continuous_aggregate(candles::regclass, oldest, newest,
                options => '{"refresh_newest_first": false, "buckets_per_batch": 1440}');
            COMMIT;
        END LOOP;
    END $$
"""


def upgrade() -> None:
    """Go to this revision."""
    if context.config.attributes["is_timescale"]:
        op.execute(PROCEDURE)
        op.execute(f"SELECT add_job('refresh_late_candles', INTERVAL '{PACE}')")


def downgrade() -> None:
    """Go back to the one before; what is lost, if anything, is said above."""
    if context.config.attributes["is_timescale"]:
        op.execute(
            "SELECT delete_job(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'refresh_late_candles'"
        )
        op.execute("DROP PROCEDURE refresh_late_candles")
