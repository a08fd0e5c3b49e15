#!/usr/bin/env bash
# Install Debian packages: as root, or through sudo if it asks no password; otherwise say what to run, and fail.
# Usage: scripts/apt-install.sh PACKAGE...
set -euo pipefail

give_up() {
    echo "error: $* is needed and cannot be installed from here." >&2
    echo "       On Debian or Ubuntu run:  sudo apt-get update && sudo apt-get install -y $*" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up "$@"
if [ "$(id -u)" -eq 0 ]; then
    as_root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n env)
else
    give_up "$@"
fi

install=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
echo "installing $* with apt-get" >&2
# The package lists may be missing or old: fetch them only when the first attempt fails.
"${install[@]}" >/dev/null 2>&1 && exit 0
"${as_root[@]}" apt-get update -qq >&2 || true
"${install[@]}" >&2 || give_up "$@"
