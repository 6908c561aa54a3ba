-- One snapshot for both: what every table holds (rows, and a sum over their contents) and the dump, which goes to stdout.
-- psql -X -v ON_ERROR_STOP=1 -v dump=1 -f - < backup.sql; without a dump it only counts (scripts/restore.sh).
-- The lines of figures go to stderr: "table rows sum".
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET TimeZone = 'UTC';
SET extra_float_digits = 1;
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
SELECT string_agg(
         format('SELECT %L || '' '' || count(*) || '' '' || coalesce(sum(hashtextextended(to_jsonb(t)::text, 0)), 0) FROM %I t', name, name),
         ' UNION ALL ' ORDER BY name) AS counting
  FROM unnest(ARRAY['trades', 'foreign_snapshots', 'index_snapshots', 'basis_points', 'alerts', 'gaps', 'candle_repairs',
                    'candle_1m', 'candle_15m', 'candle_1d']) AS name
 WHERE to_regclass(name) IS NOT NULL \gset
SELECT string_agg(line, E'\n' ORDER BY line) AS figures FROM (:counting) AS counted(line) \gset
\warn :figures
SELECT coalesce((SELECT 'timescaledb ' || extversion FROM pg_extension WHERE extname = 'timescaledb'), 'timescaledb none') AS timescale \gset
\if :{?dump}
\warn :timescale
\! pg_dump --format=custom --snapshot="$SNAPSHOT" && echo "dump complete" >&2
\endif
COMMIT;
