#!/usr/bin/env bash
# Make the virtual environment, with what Debian leaves out of its Python for that.
# Usage: scripts/ensure-venv.sh PYTHON FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$1
folder=$2

[ -x "$folder/bin/python" ] && "$folder/bin/python" -m pip --version >/dev/null 2>&1 && exit 0

command -v "$python" >/dev/null || "$here/apt-install.sh" python3 python3-venv
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "error: longtail needs Python 3.11 or later, and $python is $version;" >&2
    echo "       name another one:  make PYTHON=python3.12 ..." >&2
    exit 1
}
"$python" -c 'import venv, ensurepip' 2>/dev/null || "$here/apt-install.sh" "python$version-venv"
"$python" -m venv --clear "$folder"
