#!/usr/bin/env bash
# Builds the images, starts them with the simulated market, and asks through nginx what users ask: scripts/smoke.sh
# Needs a Docker engine; used by CI. Ends everything it started, with its volumes.
set -euo pipefail
cd "$(dirname "$0")/.."
ENV_FILE=$PWD/.env
[ ! -e "$ENV_FILE" ] || { echo "smoke: there is a .env already; this is for an empty checkout" >&2; exit 1; }
port=18080
files=(-f docker-compose.prod.yml -f docker-compose.dev.yml)
umask 077
printf 'POSTGRES_PASSWORD=%s\nWS_AUTH_TOKEN=%s\nHTTP_PORT=%s\n' "$(openssl rand -hex 24)" "$(openssl rand -hex 24)" "$port" >"$ENV_FILE"
token=$(sed -n 's/^WS_AUTH_TOKEN=//p' "$ENV_FILE")
backups=$(mktemp -d)
end() {
  docker compose "${files[@]}" logs --tail 50 || true
  docker compose "${files[@]}" down --volumes --timeout 30
  rm -rf "$ENV_FILE" "$backups"
}
trap end EXIT

WAIT_S=300 scripts/deploy.sh --dev
base=http://127.0.0.1:$port
get() { curl --silent --show-error --fail --max-time 10 "$@"; }
for _ in $(seq 60); do
  if get "$base/health" | grep -q '"database":"connected"'; then break; fi
  sleep 2
done
get "$base/health" | grep -q '"database":"connected"'
get "$base/" | grep -q '<div id="root">'
get --header "Authorization: Bearer $token" "$base/api/market/snapshot" | grep -q '"source":"simulator"'
[ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$base/api/market/snapshot")" = 401 ]
[ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$base/metrics")" = 404 ]
[ "$(curl --silent --output /dev/null --write-out '%{http_code}' --http1.1 --max-time 5 \
  --header 'Connection: Upgrade' --header 'Upgrade: websocket' --header 'Sec-WebSocket-Version: 13' \
  --header "Sec-WebSocket-Key: $(openssl rand -base64 16)" "$base/ws/market?token=$token" || true)" = 101 ]
# the image writes nowhere but /data and /tmp, as its own user
docker compose "${files[@]}" exec -T backend sh -c 'test "$(id -u)" = 1000 && ! touch /srv/x 2>/dev/null && touch /data/x /tmp/x && rm /data/x'
if docker compose "${files[@]}" logs 2>&1 | grep -qF "$token"; then echo "smoke: the token is in a log" >&2; exit 1; fi
backup=$(SOURCE=simulator scripts/backup.sh "$backups" | tail -n 1)
docker compose "${files[@]}" stop --timeout 30 backend
SOURCE=simulator scripts/restore.sh "$backup" --force
echo 'smoke: all is well'
