"""Create the candles of a quarter of an hour, from which bars of 15 minutes and more are read: a fifteenth of the rows.

TimescaleDB: a continuous aggregate over `candle_1m`, so that it also holds days whose trades the retention has dropped.
Natively: a table kept as `candle_1m` is, by a statement trigger on `trades`, and filled from `candle_1m` here.

A minute's bar is chosen when it is read (history/candles.py), and each minute of a quarter goes the same way but one:
continuous prints stamped 14:30 belong to 14:29 where a closing auction follows. They stand apart as `half_past_two`.

Downgrade drops them: `candle_1m` has everything they are made of.
"""

# ruff: noqa: S608 - the SQL is put together from constants of this file
from __future__ import annotations

from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SUMS = ("volume", "value", "mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume", "trade_count")
COLUMNS = (
    "symbol", "phase", "bucket", "open", "high", "low", "close", *SUMS,
    "open_time", "open_total", "close_time", "close_total",
)  # fmt: skip
MIDNIGHT = "date_bin('1 day', {0}, '2000-01-01 00:00+07')"
PHASE = (
    "CASE WHEN phase = 'continuous' AND {0} - " + MIDNIGHT + " >= INTERVAL '14:30'"
    " AND {0} - " + MIDNIGHT + " < INTERVAL '14:31' THEN 'half_past_two' ELSE phase END"
)
QUARTER = "date_bin('15 minutes', {0}, '2000-01-01 00:00+07')"


def upgrade() -> None:
    """Go to this revision."""
    if context.config.attributes["is_timescale"]:
        _create_aggregate()
    else:
        _create_table()
        _create_trigger()


def downgrade() -> None:
    """Go back to the one before; what is lost, if anything, is said above."""
    if context.config.attributes["is_timescale"]:
        op.execute("DROP MATERIALIZED VIEW candle_15m")
    else:
        op.execute("DROP TRIGGER trades_to_quarter_candles ON trades")
        op.execute("DROP FUNCTION add_trades_to_quarter_candles")
        op.execute("DROP TABLE candle_15m")


def _create_aggregate() -> None:
    op.execute(f"""
        CREATE MATERIALIZED VIEW candle_15m
        WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
        SELECT symbol, {PHASE.format("bucket")} AS phase, time_bucket('15 minutes', bucket) AS bucket,
            {_of_minutes()}
        FROM candle_1m
        GROUP BY symbol, {PHASE.format("bucket")}, time_bucket('15 minutes', bucket)
        WITH NO DATA
    """)


def _create_table() -> None:
    # room on the page: as for the minutes, every batch updates the newest
    op.execute("""
        CREATE TABLE candle_15m (
            symbol text NOT NULL,
            phase text NOT NULL,
            bucket timestamptz NOT NULL,
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
            close_total bigint NOT NULL,
            PRIMARY KEY (symbol, bucket, phase)
        ) WITH (fillfactor = 70)
    """)
    op.execute(f"""
        INSERT INTO candle_15m ({", ".join(COLUMNS)})
        SELECT symbol, {PHASE.format("bucket")}, {QUARTER.format("bucket")}, {_of_minutes()}
        FROM candle_1m GROUP BY 1, 2, 3 ORDER BY 3, 1, 2
    """)


def _create_trigger() -> None:
    op.execute(f"""
        CREATE FUNCTION add_trades_to_quarter_candles() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO candle_15m AS c ({", ".join(COLUMNS)})
            SELECT symbol, {PHASE.format("timestamp")}, {QUARTER.format("timestamp")}, {_of_trades()}
            FROM new_trades WHERE phase <> 'put_through' GROUP BY 1, 2, 3 ORDER BY 1, 3, 2
            ON CONFLICT (symbol, bucket, phase) DO UPDATE SET {_merged()};
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER trades_to_quarter_candles AFTER INSERT ON trades
        REFERENCING NEW TABLE AS new_trades FOR EACH STATEMENT EXECUTE FUNCTION add_trades_to_quarter_candles()
    """)


def _of_minutes() -> str:
    """Return COLUMNS from `open` on, of a group of minutes."""
    return f"""
        {_first("open", "open_time, open_total")}, max(high) AS high, min(low) AS low,
        {_first("close", "close_time DESC, close_total DESC")},
        {", ".join(f"sum({column})::bigint AS {column}" for column in SUMS)},
        min(open_time) AS open_time, {_first("open_total", "open_time, open_total")},
        max(close_time) AS close_time, {_first("close_total", "close_time DESC, close_total DESC")}
    """


def _of_trades() -> str:
    """Return COLUMNS from `open` on, of a group of trades."""
    first, last = "timestamp, total_volume", "timestamp DESC, total_volume DESC"
    sides = ", ".join(
        f"coalesce(sum(volume) FILTER (WHERE trade_type = '{side}'), 0)::bigint"
        for side in ("mua_chu_dong", "ban_chu_dong", "neutral")
    )
    return f"""
        (array_agg(price ORDER BY {first}))[1], max(price), min(price), (array_agg(price ORDER BY {last}))[1],
        sum(volume)::bigint, sum(value)::bigint, {sides}, count(*),
        min(timestamp), (array_agg(total_volume ORDER BY {first}))[1],
        max(timestamp), (array_agg(total_volume ORDER BY {last}))[1]
    """


def _first(column: str, order: str) -> str:
    return f"(array_agg({column} ORDER BY {order}))[1] AS {column}"


def _merged() -> str:
    """Return the SET of a candle that meets later, earlier or late prints."""
    is_earlier = "(excluded.open_time, excluded.open_total) < (c.open_time, c.open_total)"
    is_later = "(excluded.close_time, excluded.close_total) > (c.close_time, c.close_total)"
    parts = ["high = greatest(c.high, excluded.high)", "low = least(c.low, excluded.low)"]
    parts += [f"{column} = c.{column} + excluded.{column}" for column in SUMS]
    for condition, columns in (
        (is_earlier, ("open", "open_time", "open_total")),
        (is_later, ("close", "close_time", "close_total")),
    ):
        parts += [
            f"{column} = CASE WHEN {condition} THEN excluded.{column} ELSE c.{column} END"
            for column in columns
        ]
    return ", ".join(parts)
