"""Create the tables of the history: hypertables on TimescaleDB, plain tables natively, under the same names.

Natural keys throughout (docs/decisions/0002-history.md). Prices are double precision: whole VND and tenths of a point
come back as they were written. The CHECKs refuse what can't be a market figure; a NaN fails every comparison here,
because PostgreSQL holds it greater than any number.

Downgrade sets the tables aside in the schema `history_kept`, and the next upgrade takes them back: no row is lost.
"""

# ruff: noqa: S608 - the SQL is put together from constants of this file
from __future__ import annotations

from alembic import context, op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEPT = "history_kept"
TABLES = (
    "trades",
    "foreign_snapshots",
    "index_snapshots",
    "basis_points",
    "alerts",
    "gaps",
    "candle_repairs",
    "meta",
)
# table -> (chunk, compress after, keep for, segment by, order by)
HYPERTABLES = {
    "trades": ("7 days", "14 days", "730 days", "symbol", "trading_date DESC, total_volume DESC"),
    "foreign_snapshots": ("7 days", "14 days", "730 days", "symbol", "timestamp DESC"),
    "index_snapshots": ("30 days", "30 days", "1825 days", "index_id", "timestamp DESC"),
    "basis_points": ("30 days", "30 days", "1825 days", "futures_symbol", "timestamp DESC"),
}
TIME = "timestamp >= '2000-01-01 00:00+00' AND timestamp < '2100-01-01 00:00+00'"
NAME = "octet_length({0}) BETWEEN 1 AND 32"
PRICE = "{0} >= 0 AND {0} < 1e9"
COUNT = "{0} BETWEEN 0 AND 1000000000000000"  # 10^15: ten times the value all exchanges trade in a year
PHASES = (
    "'pre_open', 'ato', 'continuous', 'lunch', 'atc', 'plo', 'put_through', 'closed', 'halted', 'unknown'"
)


def upgrade() -> None:
    """Go to this revision."""
    is_timescale = context.config.attributes["is_timescale"]
    if is_timescale:
        op.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    if _is_kept():
        _take_back()
        return
    _create_trades(is_timescale)
    _create_snapshots()
    _create_ledgers()
    if is_timescale:
        _make_hypertables()
    else:
        # a few kB for millions of rows: enough to find a day, for the restore and for the retention
        for table in HYPERTABLES:
            op.execute(f"CREATE INDEX {table}_timestamp_brin ON {table} USING brin (timestamp)")
    op.execute("INSERT INTO meta VALUES ('branch', '{}')".format("timescale" if is_timescale else "native"))


def downgrade() -> None:
    """Go back to the one before; what is lost, if anything, is said above."""
    op.execute(f"CREATE SCHEMA {KEPT}")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} SET SCHEMA {KEPT}")


def _is_kept() -> bool:
    return bool(op.get_bind().scalar(text(f"SELECT to_regclass('{KEPT}.meta') IS NOT NULL")))


def _take_back() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {KEPT}.{table} SET SCHEMA public")
    op.execute(f"DROP SCHEMA {KEPT}")


def _create_trades(is_timescale: bool) -> None:
    # A print is (symbol, trading_date, total_volume after it): TotalVol only grows. A hypertable's key must hold its
    # time column as well. Read backwards, the key gives the newest prints of a symbol first.
    time_in_key = ", timestamp" if is_timescale else ""
    op.execute(f"""
        CREATE TABLE trades (
            symbol text NOT NULL,
            price double precision NOT NULL,
            volume bigint NOT NULL,
            trade_type text NOT NULL,
            value bigint NOT NULL,
            bid_price double precision NOT NULL,
            ask_price double precision NOT NULL,
            timestamp timestamptz NOT NULL,
            trading_date date NOT NULL,
            total_volume bigint NOT NULL,
            phase text NOT NULL,
            exchange_side text,
            PRIMARY KEY (symbol, trading_date, total_volume{time_in_key}),
            CONSTRAINT trades_symbol_plausible CHECK ({NAME.format("symbol")}),
            CONSTRAINT trades_price_plausible CHECK (price > 0 AND price < 1e9),
            CONSTRAINT trades_quote_plausible CHECK ({PRICE.format("bid_price")} AND {PRICE.format("ask_price")}),
            CONSTRAINT trades_volume_plausible CHECK (volume BETWEEN 1 AND 1000000000000),
            CONSTRAINT trades_total_volume_plausible CHECK (total_volume BETWEEN 1 AND 1000000000000),
            CONSTRAINT trades_value_plausible CHECK ({COUNT.format("value")}),
            CONSTRAINT trades_type_known CHECK (trade_type IN ('mua_chu_dong', 'ban_chu_dong', 'neutral')),
            CONSTRAINT trades_phase_known CHECK (phase IN ({PHASES})),
            CONSTRAINT trades_time_plausible CHECK ({TIME}),
            CONSTRAINT trades_date_plausible CHECK (trading_date BETWEEN '2000-01-01' AND '2100-01-01')
        )
    """)


def _create_snapshots() -> None:
    counts = " AND ".join(
        f"({COUNT.format(c)})" for c in ("buy_volume", "sell_volume", "buy_value", "sell_value")
    )
    speeds = ("buy_speed", "sell_speed", "buy_acceleration", "sell_acceleration")
    finite = " AND ".join(f"{column} > -1e15 AND {column} < 1e15" for column in speeds)
    op.execute(f"""
        CREATE TABLE foreign_snapshots (
            symbol text NOT NULL,
            buy_volume bigint NOT NULL,
            sell_volume bigint NOT NULL,
            buy_speed double precision NOT NULL,
            sell_speed double precision NOT NULL,
            buy_acceleration double precision NOT NULL,
            sell_acceleration double precision NOT NULL,
            timestamp timestamptz NOT NULL,
            buy_value bigint NOT NULL,
            sell_value bigint NOT NULL,
            current_room bigint NOT NULL,
            PRIMARY KEY (symbol, timestamp, buy_volume, sell_volume),
            CONSTRAINT foreign_snapshots_symbol_plausible CHECK ({NAME.format("symbol")}),
            CONSTRAINT foreign_snapshots_totals_plausible CHECK ({counts}),
            CONSTRAINT foreign_snapshots_speeds_plausible CHECK ({finite}),
            CONSTRAINT foreign_snapshots_time_plausible CHECK ({TIME})
        )
    """)
    op.execute(f"""
        CREATE TABLE index_snapshots (
            index_id text NOT NULL,
            value double precision NOT NULL,
            change double precision NOT NULL,
            advances integer NOT NULL,
            declines integer NOT NULL,
            timestamp timestamptz NOT NULL,
            total_volume bigint NOT NULL,
            total_value bigint NOT NULL,
            PRIMARY KEY (index_id, timestamp, total_volume, value),
            CONSTRAINT index_snapshots_name_plausible CHECK ({NAME.format("index_id")}),
            CONSTRAINT index_snapshots_value_plausible CHECK ({PRICE.format("value")}),
            CONSTRAINT index_snapshots_change_plausible CHECK (change > -1e9 AND change < 1e9),
            CONSTRAINT index_snapshots_breadth_plausible CHECK (advances >= 0 AND declines >= 0),
            CONSTRAINT index_snapshots_totals_plausible
                CHECK ({COUNT.format("total_volume")} AND total_value BETWEEN 0 AND 1000000000000000000),
            CONSTRAINT index_snapshots_time_plausible CHECK ({TIME})
        )
    """)
    op.execute(f"""
        CREATE TABLE basis_points (
            futures_symbol text NOT NULL,
            futures_price double precision NOT NULL,
            spot_value double precision NOT NULL,
            basis double precision NOT NULL,
            basis_pct double precision NOT NULL,
            is_premium boolean NOT NULL,
            timestamp timestamptz NOT NULL,
            PRIMARY KEY (futures_symbol, timestamp, futures_price, spot_value),
            CONSTRAINT basis_points_symbol_plausible CHECK ({NAME.format("futures_symbol")}),
            CONSTRAINT basis_points_prices_plausible
                CHECK ({PRICE.format("futures_price")} AND {PRICE.format("spot_value")}),
            CONSTRAINT basis_points_basis_plausible
                CHECK (basis > -1e9 AND basis < 1e9 AND basis_pct > -1e9 AND basis_pct < 1e9),
            CONSTRAINT basis_points_time_plausible CHECK ({TIME})
        )
    """)


def _create_ledgers() -> None:
    """Alerts, gaps, repaired minutes and meta: small, and plain tables on both branches."""
    op.execute(f"""
        CREATE TABLE alerts (
            id text PRIMARY KEY,
            alert_type text NOT NULL,
            severity text NOT NULL,
            symbol text NOT NULL,
            message text NOT NULL,
            data jsonb NOT NULL,
            timestamp timestamptz NOT NULL,
            CONSTRAINT alerts_severity_known CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
            CONSTRAINT alerts_time_plausible CHECK ({TIME})
        )
    """)
    op.execute("CREATE INDEX alerts_timestamp ON alerts (timestamp, id)")
    op.execute(f"""
        CREATE TABLE gaps (
            id text PRIMARY KEY,
            symbol text NOT NULL,
            cause text NOT NULL,
            from_time timestamptz,
            to_time timestamptz,
            volume bigint NOT NULL,
            trading_date date NOT NULL,
            repaired_at timestamptz,
            CONSTRAINT gaps_volume_plausible CHECK ({COUNT.format("volume")}),
            CONSTRAINT gaps_times_in_order CHECK (to_time >= from_time)
        )
    """)
    op.execute("CREATE INDEX gaps_trading_date ON gaps (trading_date, id)")
    op.execute("CREATE INDEX gaps_unrepaired ON gaps (trading_date) WHERE repaired_at IS NULL")
    op.execute(f"""
        CREATE TABLE candle_repairs (
            symbol text NOT NULL,
            bucket timestamptz NOT NULL,
            phase text NOT NULL,
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
            origin text NOT NULL,
            PRIMARY KEY (symbol, bucket, phase),
            CONSTRAINT candle_repairs_symbol_plausible CHECK ({NAME.format("symbol")}),
            CONSTRAINT candle_repairs_prices_plausible CHECK (low > 0 AND high < 1e9
                AND low <= LEAST(open, close) AND high >= GREATEST(open, close)),
            CONSTRAINT candle_repairs_volume_plausible CHECK ({COUNT.format("volume")}),
            CONSTRAINT candle_repairs_phase_known CHECK (phase IN ({PHASES})),
            CONSTRAINT candle_repairs_origin_known CHECK (origin IN ('repair', 'backfill', 'kept'))
        )
    """)
    op.execute("CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL)")


def _make_hypertables() -> None:
    for table, (chunk, compress_after, keep_for, segment, order) in HYPERTABLES.items():
        op.execute(f"""
            SELECT create_hypertable('{table}', by_range('timestamp', INTERVAL '{chunk}'),
                                     create_default_indexes => false)
        """)
        op.execute(f"""
            ALTER TABLE {table} SET (timescaledb.compress, timescaledb.compress_segmentby = '{segment}',
                                     timescaledb.compress_orderby = '{order}')
        """)
        op.execute(f"SELECT add_compression_policy('{table}', INTERVAL '{compress_after}')")
        # history/retention.py replaces this when RETAIN_*_DAYS says otherwise
        op.execute(f"SELECT add_retention_policy('{table}', INTERVAL '{keep_for}')")
