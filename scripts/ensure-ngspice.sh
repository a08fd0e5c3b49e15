#!/usr/bin/env bash
# Make sure that ngspice is there: the tests run it beside longtail.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

command -v ngspice >/dev/null && exit 0
"$here/apt-install.sh" ngspice
command -v ngspice >/dev/null || { echo "error: ngspice was installed but is not on the PATH" >&2; exit 1; }
