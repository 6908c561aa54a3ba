#!/usr/bin/env bash
# Makes backend/.venv from a hash-pinned requirement file: scripts/python.sh LOCK_FILE
# Looks for Python >= 3.12 on PATH, below pyenv, then asks uv. PYTHON=/path/to/python3 chooses one.
set -euo pipefail
cd "$(dirname "$0")/../backend"
lock=$1

is_new_enough() { "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
  local candidate
  # the real path of pyenv's versions comes before its shims, which fail when the version is not active
  for candidate in ${PYTHON:+"$PYTHON"} python3.12 python3.13 python3.14 python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do
    candidate=$(command -v "$candidate" 2>/dev/null) || continue
    if is_new_enough "$candidate"; then
      "$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))'
      return
    fi
  done
  if command -v uv >/dev/null 2>&1; then uv python find '>=3.12' 2>/dev/null && return; fi
  echo "Python 3.12 or newer was not found: install it (Debian: apt-get install python3.12 python3.12-venv; or pyenv, or uv) or name it with PYTHON=/path/to/python3" >&2
  return 1
}

if ! is_new_enough .venv/bin/python; then
  python=$(find_python)
  echo "python: making backend/.venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv || { echo "python: 'venv' does not work with $python: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
fi
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
  uv=.venv/bin/uv
  [ -x "$uv" ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
fi
echo "python: installing $lock"
# not `sync`: the run-time lock must not remove what the tests need
"$uv" pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
touch ".venv/.${lock%.lock}.stamp"
