#!/usr/bin/env bash
# Restores a backup of scripts/backup.sh into an empty database, and compares every table with what the backup counted.
#   scripts/restore.sh BACKUP [--force]     --force: what the database, accounts and spool hold now is deleted
# The tracker must be stopped. MODE, SOURCE, DATABASE_URL, DATA_DIR say where to: see scripts/database.sh.
set -euo pipefail
umask 077
ROOT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/database.sh
. "$ROOT/scripts/database.sh"

backup='' force=''
for word in "$@"; do
  case $word in
    --force) force=yes ;;
    -*) die "there is no option $word" ;;
    *) backup=$word ;;
  esac
done
[ -n "$backup" ] && [ -f "$backup/history.dump" ] || die "usage: scripts/restore.sh BACKUP_FOLDER/TIME [--force]"
backup=$(cd "$backup" && pwd)
(cd "$backup" && sha256sum --quiet --check SHA256SUMS) || die "$backup is damaged: its checksums differ"
find_database

if [ "$MODE" = docker ] && [ -n "$(compose ps --quiet --status running backend 2>/dev/null)" ]; then
  die "the backend runs: docker compose -f docker-compose.prod.yml stop backend"
fi
if [ "$MODE" = own ] && data_file "spool-$SOURCE.sqlite" >/dev/null 2>&1; then :; elif [ "$MODE" = own ] && [ -e "$(data_dir)/spool-$SOURCE.sqlite" ]; then
  die "a tracker runs on this DATA_DIR: stop it first"
fi

sql() { pg psql -X --no-align --tuples-only -v ON_ERROR_STOP=1 "$@"; }
tables=$(sql -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" 2>/dev/null || echo none)
if [ "$tables" != none ] && [ "$tables" -gt 0 ]; then
  [ -n "$force" ] || die "the database $DATABASE is not empty: name another, or --force to delete what it holds"
  say "restore: deleting the database $DATABASE"
  pg dropdb --force "$DATABASE"
  tables=none
fi
if [ "$tables" = none ] && [ "$MODE" != own ]; then pg createdb --maintenance-db=postgres "$DATABASE"; fi

timescale=$(awk '$1 == "timescaledb" { print $2 }' "$backup/figures.txt")
if [ "$timescale" != none ]; then
  # its two calls, without which its jobs would work on half a database; and the version the backup was made with
  sql -c "CREATE EXTENSION IF NOT EXISTS timescaledb VERSION '$timescale'" >/dev/null
  sql -c 'SELECT timescaledb_pre_restore()' >/dev/null
fi
say "restore: $backup into $DATABASE ($MODE)"
pg pg_restore --exit-on-error --no-owner --dbname "$DATABASE" <"$backup/history.dump"
if [ "$timescale" != none ]; then sql -c 'SELECT timescaledb_post_restore()' >/dev/null; fi

say "restore: comparing every table"
restored=$(figures 2>&1 | grep -E '^[a-z0-9_]+ [0-9]+ -?[0-9]+$' | sort)
if ! diff <(grep -v '^timescaledb ' "$backup/figures.txt" | sort) <(printf '%s\n' "$restored") >&2; then
  die "what was restored differs from what was backed up (above: < backup, > restored)"
fi

put_back() {
  local file=$1 target
  [ -f "$backup/$file" ] || return 0
  if [ "$MODE" = docker ]; then
    compose run --rm --no-deps -T --entrypoint sh backend -c \
      'test -n "$2" -o ! -e "/data/$1" && rm -f "/data/$1-wal" "/data/$1-shm" && umask 077 && cat >"/data/$1"' sh "$file" "$force" \
      <"$backup/$file" || die "$file is there already: --force to replace it"
  else
    target=$(data_dir)/$file
    [ -n "$force" ] || [ ! -e "$target" ] || die "$target is there already: --force to replace it"
    mkdir -p "$(dirname "$target")"
    rm -f "$target-wal" "$target-shm"
    cp "$backup/$file" "$target"
  fi
  say "restore: $file"
}
put_back accounts.sqlite
put_back "spool-$SOURCE.sqlite"
say "restore: complete, $(printf '%s\n' "$restored" | awk '$1 == "trades" { print $2 }') prints; the next start brings the tables up to date"
