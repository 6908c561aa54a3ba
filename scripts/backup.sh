#!/usr/bin/env bash
# Backs everything up, while the tracker runs: the history, the accounts and, of a stopped tracker, the spool.
#   scripts/backup.sh [FOLDER]        (BACKUP_DIR, ./backups)
# Each backup is a folder FOLDER/TIME with history.dump, figures.txt (rows and a sum of each table, of the dump's own
# snapshot), accounts.sqlite, spool-SOURCE.sqlite and SHA256SUMS; it appears when it is complete and has been read back.
# KEEP (14): how many are kept. MODE, SOURCE: see scripts/database.sh. .env is not in it: it holds the keys; keep it elsewhere.
set -euo pipefail
umask 077
ROOT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/database.sh
. "$ROOT/scripts/database.sh"

folder=${1:-${BACKUP_DIR:-$ROOT/backups}}
keep=${KEEP:-14}
[[ $keep =~ ^[1-9][0-9]*$ ]] || die "KEEP is a number from 1 on"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
exec 9>"$folder/.lock"
flock --nonblock 9 || die "another backup into $folder is running"
find_database

name=$(date -u +%Y%m%dT%H%M%SZ)
partial=$folder/.partial-$name
rm -rf "$folder"/.partial-*   # of a run that was killed
trap 'rm -rf "$partial"' EXIT
mkdir "$partial"

say "backup: database $DATABASE ($MODE) to $folder/$name"
figures -v dump=1 >"$partial/history.dump" 2>"$partial/said.txt" || { cat "$partial/said.txt" >&2; die "the database could not be dumped"; }
grep -q '^dump complete$' "$partial/said.txt" || { cat "$partial/said.txt" >&2; die "the dump broke off"; }
grep -E '^([a-z0-9_]+ [0-9]+ -?[0-9]+|timescaledb [^ ]+)$' "$partial/said.txt" >"$partial/figures.txt" || die "no tables were found: is this a tracker's database?"
rm "$partial/said.txt"

say "backup: reading it back"
pg pg_restore --file=- <"$partial/history.dump" >/dev/null || die "the dump cannot be read"

copy() {
  local file=$1 code=0
  data_file "$file" >"$partial/$file" || code=$?
  case $code in
    0) say "backup: $file" ;;
    3) rm "$partial/$file" ;;
    4)
      rm "$partial/$file"
      say "backup: $file is held by the running tracker: rows that wait in it are not in this backup (see /health)"
      ;;
    *) die "$file could not be copied" ;;
  esac
}
copy accounts.sqlite
copy "spool-$SOURCE.sqlite"

(cd "$partial" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | sort | xargs sha256sum >SHA256SUMS)
sync -f "$partial"
mv "$partial" "$folder/$name"
trap - EXIT

find "$folder" -maxdepth 1 -type d -name '[0-9]*T[0-9]*Z' -printf '%f\n' | sort -r | tail -n "+$((keep + 1))" | while read -r old; do
  say "backup: removing $old, older than the newest $keep"
  rm -rf "${folder:?}/$old"
done
say "backup: complete, $(du -sh "$folder/$name" | cut -f1), $(awk '$1 == "trades" { print $2 }' "$folder/$name/figures.txt") prints"
printf '%s\n' "$folder/$name"
