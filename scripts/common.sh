# shellcheck shell=bash
# Shared by the scripts here; sourced, with the repository as the current
# directory. No colours: the output is often a log.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '==> %s\n' "$*"; }

die() {
  printf '%s: error: %s\n' "scripts/$(basename "$0")" "$*" >&2
  exit 1
}

# Prints a command and runs it.
run() {
  printf '$ %s\n' "$*"
  "$@"
}
