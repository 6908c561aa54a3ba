# shellcheck shell=bash disable=SC2034
# Sourced by backup.sh and restore.sh: how to reach PostgreSQL's programs for the database that is meant.
#   docker  the timescaledb service of docker-compose.prod.yml, with its own programs
#   url     DATABASE_URL, with the programs of this machine
#   own     our own server, with the programs that come with it
# MODE chooses; else url when DATABASE_URL is set in the environment, docker when the service runs, own otherwise.

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$(basename "$0"): $*"
  exit 1
}

compose() { docker compose -f "$ROOT/docker-compose.prod.yml" "$@"; }
python() { "$ROOT/backend/.venv/bin/python" "$@"; }

# Sets MODE, SOURCE and DATABASE (its name).
find_database() {
  if [ -n "${MODE:-}" ]; then
    case $MODE in docker | url | own) ;; *) die "MODE is docker, url or own" ;; esac
  elif [ -n "${DATABASE_URL:-}" ]; then
    MODE=url
  elif command -v docker >/dev/null 2>&1 && [ -n "$(compose ps --quiet --status running timescaledb 2>/dev/null)" ]; then
    MODE=docker
  else
    MODE=own
  fi
  SOURCE=${SOURCE:-ssi}
  case $MODE in
    docker) DATABASE=$(compose exec -T timescaledb sh -c 'printf %s "$POSTGRES_DB"') ;;
    url)
      [ -n "${DATABASE_URL:-}" ] || die "MODE=url needs DATABASE_URL"
      use_url "$DATABASE_URL"
      DATABASE=$PGDATABASE
      ;;
    own) DATABASE=tracker_$SOURCE ;;
  esac
}

# libpq's programs take a URL in different options; its parts in the environment serve all of them, and stay out of `ps`
use_url() {
  local parts
  parts=$(URL=$1 python3 -c '
import os, shlex, urllib.parse as u
url = u.urlsplit(os.environ["URL"])
query = dict(u.parse_qsl(url.query))
values = {
    "PGHOST": url.hostname and u.unquote(url.hostname) or query.get("host", ""), "PGPORT": str(url.port or query.get("port", "")),
    "PGUSER": u.unquote(url.username or ""), "PGPASSWORD": u.unquote(url.password or ""),
    "PGDATABASE": u.unquote(url.path.lstrip("/")), "PGSSLMODE": query.get("sslmode", ""),
}
print("; ".join(f"export {name}={shlex.quote(value)}" for name, value in values.items() if value))')
  eval "$parts"
}

# pg PROGRAM ARGUMENTS...: on the database that is meant
pg() {
  case $MODE in
    docker) compose exec -T timescaledb sh -c 'PGUSER=$POSTGRES_USER PGDATABASE=$POSTGRES_DB exec "$@"' sh "$@" ;;
    url) "$@" ;;
    own) (cd "$ROOT/backend" && python -m app pg --source "$SOURCE" "$@") ;;
  esac
}

# The figures of every table as "name rows sum", one snapshot; more words are options of psql.
figures() { pg psql -X --no-psqlrc -v ON_ERROR_STOP=1 "$@" -f - <"$ROOT/scripts/backup.sql"; }

# data_file NAME: a consistent copy of a SQLite file of DATA_DIR to stdout; 3 when there is none, 4 while it is held
data_file() {
  local script=$ROOT/scripts/copy_sqlite.py
  if [ "$MODE" = docker ]; then
    if [ -n "$(compose ps --quiet --status running backend 2>/dev/null)" ]; then
      compose exec -T backend python - "/data/$1" <"$script"
    else
      compose run --rm --no-deps -T --entrypoint python backend - "/data/$1" <"$script"
    fi
  else
    python "$script" "$(data_dir)/$1"
  fi
}

data_dir() {
  (cd "$ROOT/backend" && python -c '
from app.commands.history_verbs import data_dir_of
from app.config import load_settings
print(data_dir_of(load_settings()))')
}
