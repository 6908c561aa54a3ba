"""Create the candles over `trades`: per minute and phase, and per day.

TimescaleDB: continuous aggregates that also show what is not materialised yet (0003 fills and schedules them). Natively: two tables kept by a statement
trigger with a transition table. That holds exactly the rows that were inserted, so a repeated print counts once, and
late or out-of-order ones land where they belong: open and close go by (timestamp, total_volume), not by arrival.
Retention deletes trades and leaves the candles.

The phase is part of a minute because bars depend on it: a future's opening auction belongs to its 09:00 bar, the
closing auction stands alone (history/candles.py). Put-through trades are in no candle.

Downgrade drops the candles: `trades` has them. Those whose trades are gone are kept in candle_repairs.
"""

# ruff: noqa: S608 - the SQL is put together from constants of this file
from __future__ import annotations

from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIRST = "(array_agg({0} ORDER BY timestamp, total_volume))[1]"
LAST = "(array_agg({0} ORDER BY timestamp DESC, total_volume DESC))[1]"
SIDE = "coalesce(sum(volume) FILTER (WHERE trade_type = '{0}'), 0)::bigint"
AGGREGATES = f"""
    {FIRST.format("price")} AS open,
    max(price) AS high,
    min(price) AS low,
    {LAST.format("price")} AS close,
    sum(volume)::bigint AS volume,
    sum(value)::bigint AS value,
    {SIDE.format("mua_chu_dong")} AS mua_chu_dong_volume,
    {SIDE.format("ban_chu_dong")} AS ban_chu_dong_volume,
    {SIDE.format("neutral")} AS neutral_volume,
    count(*) AS trade_count,
    min(timestamp) AS open_time,
    {FIRST.format("total_volume")} AS open_total,
    max(timestamp) AS close_time,
    {LAST.format("total_volume")} AS close_total
"""
FIGURES = "open, high, low, close, volume, value, mua_chu_dong_volume, ban_chu_dong_volume, neutral_volume, trade_count"
FIGURE_TYPES = """
    open double precision NOT NULL,
    high double precision NOT NULL,
    low double precision NOT NULL,
    close double precision NOT NULL,
    volume bigint NOT NULL,
    value bigint NOT NULL,
    mua_chu_dong_volume bigint NOT NULL,
    ban_chu_dong_volume bigint NOT NULL,
    neutral_volume bigint NOT NULL,
    trade_count bigint NOT NULL,
    open_time timestamptz NOT NULL,
    open_total bigint NOT NULL,
    close_time timestamptz NOT NULL,
    close_total bigint NOT NULL
"""
CANDLES = {  # name -> key beside the symbol, bucket natively, bucket on TimescaleDB
    "candle_1m": (
        ("bucket", "phase"),
        "date_bin('1 minute', timestamp, '2000-01-01 00:00+07')",
        "time_bucket('1 minute', timestamp)",
    ),
    "candle_1d": (
        ("bucket",),
        "date_bin('1 day', timestamp, '2000-01-01 00:00+07')",  # Vietnam keeps UTC+7 all year
        "time_bucket('1 day', timestamp, 'Asia/Ho_Chi_Minh')",
    ),
}


def upgrade() -> None:
    """Go to this revision."""
    if context.config.attributes["is_timescale"]:
        for name in CANDLES:
            _create_aggregate(name)
    else:
        for name in CANDLES:
            _create_table(name)
        _create_trigger()
    # A repaired minute replaces ours, all phases of it.
    op.execute(f"""
        CREATE VIEW candle_minutes AS
        SELECT symbol, bucket, phase, {FIGURES}, open_time, open_total, NULL::text AS origin
        FROM candle_1m AS ours
        WHERE NOT EXISTS (
            SELECT 1 FROM candle_repairs AS r WHERE r.symbol = ours.symbol AND r.bucket = ours.bucket
        )
        UNION ALL
        SELECT symbol, bucket, phase, {FIGURES}, bucket AS open_time, 0::bigint AS open_total, origin
        FROM candle_repairs
    """)


def downgrade() -> None:
    """Go back to the one before; what is lost, if anything, is said above."""
    op.execute(f"""
        INSERT INTO candle_repairs (symbol, bucket, phase, {FIGURES}, origin)
        SELECT symbol, bucket, phase, {FIGURES}, 'kept' FROM candle_1m
        WHERE bucket < coalesce((SELECT min(timestamp) - INTERVAL '1 minute' FROM trades), 'infinity')
            AND NOT EXISTS (
                SELECT 1 FROM candle_repairs AS r WHERE r.symbol = candle_1m.symbol AND r.bucket = candle_1m.bucket
            )
        ON CONFLICT DO NOTHING
    """)
    op.execute("DROP VIEW candle_minutes")
    if context.config.attributes["is_timescale"]:
        for name in CANDLES:
            op.execute(f"DROP MATERIALIZED VIEW {name}")
    else:
        op.execute("DROP TRIGGER trades_to_candles ON trades")
        op.execute("DROP FUNCTION add_trades_to_candles")
        for name in CANDLES:
            op.execute(f"DROP TABLE {name}")


def _create_aggregate(name: str) -> None:
    key, _, bucket = CANDLES[name]
    phase = "phase," if "phase" in key else ""
    groups = "symbol, phase, bucket" if phase else "symbol, bucket"
    op.execute(f"""
        CREATE MATERIALIZED VIEW {name}
        WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
        SELECT symbol, {phase} {bucket} AS bucket, {AGGREGATES}
        FROM trades WHERE phase <> 'put_through' GROUP BY {groups}
        WITH NO DATA
    """)


def _create_table(name: str) -> None:
    key, *_ = CANDLES[name]
    phase = "phase text NOT NULL," if "phase" in key else ""
    # every batch updates the newest candles: room on the page keeps those updates off the index
    op.execute(f"""
        CREATE TABLE {name} (
            symbol text NOT NULL, bucket timestamptz NOT NULL, {phase} {FIGURE_TYPES},
            PRIMARY KEY (symbol, {", ".join(key)})
        ) WITH (fillfactor = 70)
    """)
    op.execute(_add_sql(name, "trades"))


def _create_trigger() -> None:
    statements = ";\n".join(_add_sql(name, "new_trades") for name in CANDLES)
    op.execute(f"""
        CREATE FUNCTION add_trades_to_candles() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {statements};
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER trades_to_candles AFTER INSERT ON trades
        REFERENCING NEW TABLE AS new_trades FOR EACH STATEMENT EXECUTE FUNCTION add_trades_to_candles()
    """)


def _add_sql(name: str, source: str) -> str:
    """Return the statement that adds the prints of `source` to candles.

    In the order of the key, so that two writers wait for each other and never lock each other out.
    """
    key, bucket, _ = CANDLES[name]
    phase = "phase," if "phase" in key else ""
    keys = ", ".join(("symbol", *key))
    sums = ("volume", "value", "mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume", "trade_count")
    is_earlier = "(excluded.open_time, excluded.open_total) < (c.open_time, c.open_total)"
    is_later = "(excluded.close_time, excluded.close_total) > (c.close_time, c.close_total)"
    ends = [
        f"{column} = CASE WHEN {condition} THEN excluded.{column} ELSE c.{column} END"
        for condition, columns in (
            (is_earlier, ("open", "open_time", "open_total")),
            (is_later, ("close", "close_time", "close_total")),
        )
        for column in columns
    ]
    return f"""
        INSERT INTO {name} AS c (symbol, {phase} bucket, {FIGURES}, open_time, open_total, close_time, close_total)
        SELECT symbol, {phase} {bucket} AS bucket, {AGGREGATES}
        FROM {source} WHERE phase <> 'put_through' GROUP BY {keys} ORDER BY {keys}
        ON CONFLICT ({keys}) DO UPDATE SET
            high = greatest(c.high, excluded.high),
            low = least(c.low, excluded.low),
            {", ".join(f"{column} = c.{column} + excluded.{column}" for column in sums)},
            {", ".join(ends)}
    """
