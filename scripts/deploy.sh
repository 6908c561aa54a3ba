#!/usr/bin/env bash
# Brings the service up with docker compose, after looking whether it can work: scripts/deploy.sh [--tls] [--monitoring] [--check]
#   --tls         with docker-compose.tls.yml          --monitoring  with Prometheus and Grafana
#   --check       only look, change nothing            --dev         the simulated market of docker-compose.dev.yml
# WAIT_S (180): how long to wait for it to be healthy. Ends with 1 when something is missing or it does not become healthy.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
ENV_FILE=${ENV_FILE:-$ROOT/.env}
DISK_GB_MIN=10   # images 2 GB; the VN30 writes about 5 GB a month before compression
WAIT_S=${WAIT_S:-180}

tls='' monitoring='' check_only='' dev=''
for word in "$@"; do
  case $word in
    --tls) tls=yes ;;
    --monitoring) monitoring=yes ;;
    --check) check_only=yes ;;
    --dev) dev=yes ;;
    *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
  esac
done

problems=0
ok() { printf 'ok    %s\n' "$*"; }
warn() { printf 'warn  %s\n' "$*"; }
fail() { printf 'FAIL  %s\n' "$*"; problems=$((problems + 1)); }

# setting NAME: its value in .env (never run as a program), or of the file that NAME_FILE names below SECRETS_DIR
line_of() { sed -n "s/^[[:space:]]*$1=//p" "$ENV_FILE" | tail -n 1 | sed -e "s/^'\(.*\)'\$/\1/" -e 's/^"\(.*\)"$/\1/'; }
setting() {
  local value file
  value=$(line_of "$1")
  file=$(line_of "$1_FILE")
  if [ -z "$value" ] && [ -n "$file" ]; then
    value=$(cat "$(secrets_dir)/$(basename "$file")" 2>/dev/null || true)
  fi
  printf '%s' "$value"
}
secrets_dir() { local dir; dir=$(line_of SECRETS_DIR); printf '%s' "${dir:-$ROOT/secrets}"; }
is_placeholder() { printf '%s' "$1" | grep -qiE 'change.?me|change.?this|placeholder|example|your[-_ ]|<.*>|^(x+|secret|password|admin|stock|postgres|test|123.*)$'; }

check_programs() {
  if ! command -v docker >/dev/null 2>&1; then fail "docker is not installed"; return; fi
  if ! docker info >/dev/null 2>&1; then fail "the Docker engine does not answer: is it running, may this user use it?"; return; fi
  if docker compose version >/dev/null 2>&1; then ok "docker $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
  else fail "docker compose (v2.24 or newer) is not installed"; fi
}

# secret NAME LEAST WHAT: refused when it is missing (unless WHAT is optional), a placeholder or short
check_secret() {
  local name=$1 least=$2 kind=$3 value
  value=$(setting "$name")
  if [ -z "$value" ]; then
    if [ "$kind" = needed ]; then fail "$name is not set"; fi
    return 0
  fi
  if is_placeholder "$value"; then fail "$name is a placeholder"
  elif [ "${#value}" -lt "$least" ]; then fail "$name is too short: at least $least characters (openssl rand -hex 32)"
  elif [ "$(printf '%s' "$value" | fold -w1 | sort -u | wc -l)" -lt 6 ]; then fail "$name is too simple (openssl rand -hex 32)"
  else ok "$name is set"; fi
}

check_settings() {
  if [ ! -f "$ENV_FILE" ]; then fail "there is no $ENV_FILE: cp .env.example .env, then fill it in"; return; fi
  case $(stat -c %a "$ENV_FILE") in *[1-7][0-7] | *[0-7][1-7]) warn "others may read $ENV_FILE: chmod 600 $ENV_FILE" ;; esac
  if [ -z "$dev" ]; then
    check_secret SSI_CONSUMER_ID 8 needed
    check_secret SSI_CONSUMER_SECRET 8 needed
  fi
  check_secret POSTGRES_PASSWORD 16 needed
  check_secret AUTH_JWT_SECRET 32 optional
  check_secret WS_AUTH_TOKEN 24 optional
  if [ -n "$monitoring" ]; then check_secret GRAFANA_PASSWORD 12 needed; fi
  if [ -z "$(setting AUTH_JWT_SECRET)$(setting WS_AUTH_TOKEN)" ]; then
    warn "neither AUTH_JWT_SECRET nor WS_AUTH_TOKEN is set: whoever reaches the port sees the market (SSI's terms: docs/operations.md)"
  fi
  if [ -z "$tls" ]; then warn "no --tls: passwords and tokens can be read on their way, unless something in front does TLS"; fi
}

check_tls() {
  local dir
  [ -n "$tls" ] || return 0
  dir=$(line_of TLS_DIR)
  dir=${dir:-$ROOT/tls}
  for file in fullchain.pem privkey.pem; do [ -r "$dir/$file" ] || { fail "$dir/$file is missing"; return; }; done
  if ! openssl x509 -in "$dir/fullchain.pem" -noout -checkend 604800 >/dev/null; then fail "the certificate in $dir ends within a week"
  elif [ "$(openssl x509 -in "$dir/fullchain.pem" -noout -pubkey)" != "$(openssl pkey -in "$dir/privkey.pem" -pubout)" ]; then fail "key and certificate in $dir do not belong together"
  else ok "certificate until $(openssl x509 -in "$dir/fullchain.pem" -noout -enddate | cut -d= -f2)"; fi
}

# taken PORT: whether somebody listens on it, by the kernel's own list
is_taken() {
  local hex
  hex=$(printf '%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}

check_ports() {
  local name port default running=''
  running=$(docker compose -f docker-compose.prod.yml ps --quiet --status running nginx 2>/dev/null || true)
  for pair in HTTP_PORT:80 ${tls:+HTTPS_PORT:443}; do
    name=${pair%%:*} default=${pair##*:}
    port=$([ -f "$ENV_FILE" ] && line_of "$name" || true)
    port=${port:-$default}
    if ! [[ $port =~ ^[0-9]{1,5}$ ]]; then fail "$name is not a port: $port"
    elif [ -z "$running" ] && is_taken "$port"; then fail "port $port is taken: end what uses it, or set $name"
    else ok "port $port"; fi
  done
}

check_machine() {
  local free_gb
  free_gb=$(df --output=avail -B1G "$ROOT" | tail -n 1 | tr -d ' ')
  if [ "$free_gb" -lt "$DISK_GB_MIN" ]; then fail "$free_gb GB of disk are free, $DISK_GB_MIN are needed"; else ok "$free_gb GB of disk are free"; fi
  if [ "$(awk '/MemTotal/ { print int($2 / 1048576) }' /proc/meminfo)" -lt 3 ]; then warn "less than 4 GB of memory: the limits add up to 2.7 GB"; fi
  case $(timedatectl show --property=NTPSynchronized --value 2>/dev/null || true) in
    yes) ok "the clock is synchronised" ;;
    no) fail "the clock is not synchronised: timedatectl set-ntp true" ;;
    *) warn "cannot tell whether the clock is synchronised (no timedatectl): stalls and phases go by it" ;;
  esac
}

printf 'looking\n'
check_programs
check_settings
check_tls
check_ports
check_machine
if [ "$problems" -gt 0 ]; then printf '%s problems: nothing was changed\n' "$problems"; exit 1; fi
if [ -n "$check_only" ]; then printf 'all is well; --check: nothing was changed\n'; exit 0; fi

files=(-f docker-compose.prod.yml ${tls:+-f docker-compose.tls.yml} ${dev:+-f docker-compose.dev.yml})
profiles=(${monitoring:+--profile monitoring})
compose() { printf '+ docker compose %s\n' "${files[*]} ${profiles[*]} $*"; docker compose "${files[@]}" "${profiles[@]}" "$@"; }
mkdir -p "$(secrets_dir)"
compose build
compose up --detach --remove-orphans

health() { docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$1" 2>/dev/null || printf 'gone'; }
printf 'waiting up to %s s until all are healthy\n' "$WAIT_S"
deadline=$((SECONDS + WAIT_S)) last=''
while :; do
  line='' waiting=''
  for id in $(docker compose "${files[@]}" "${profiles[@]}" ps --all --quiet); do
    state=$(health "$id")
    line+="$(docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}}' "$id") $state, "
    case $state in healthy | running) ;; *) waiting=yes ;; esac
  done
  if [ "$line" != "$last" ]; then printf '%4s s  %s\n' "$SECONDS" "${line%, }"; last=$line; fi
  if [ -z "$waiting" ]; then break; fi
  if [ "$SECONDS" -ge "$deadline" ]; then
    printf 'not healthy in time; the last lines of the log:\n'
    docker compose "${files[@]}" "${profiles[@]}" logs --tail 20
    exit 1
  fi
  sleep 2
done
port=$(line_of HTTP_PORT)
printf 'up: http://localhost:%s/\n' "${port:-80}"
