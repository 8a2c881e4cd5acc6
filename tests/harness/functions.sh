# What the scripts of the suites share. They source it from the root of the repository.
# shellcheck shell=bash

TARGET=$(realpath -m "${CARGO_TARGET_DIR:-target}")
TOOLS=$TARGET/tools
servers=()

# build PACKAGE [FEATURE]: the programs and tests of a package. CI sets SCOPE to the whole workspace, so that all suites
# use the same libraries.
build() {
  local package=$1 feature=${2-}
  # shellcheck disable=SC2086
  cargo build --quiet --all-targets ${SCOPE:---package $package} ${feature:+--features $package/$feature}
}

# go_install PACKAGE@VERSION PATH: a Go program, once, below the folder of tools.
go_install() {
  [[ -x $TOOLS/$2 ]] || GOBIN=$(dirname "$TOOLS/$2") go install "$1"
}

# start LOG COMMAND...: runs a server until `stop`.
start() {
  local report=$1
  shift
  "$@" >"$report" 2>&1 &
  servers+=($!)
  trap stop EXIT
}

# stop: ends all servers that were started.
stop() {
  local server
  for server in "${servers[@]}"; do
    kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true
  done
  servers=()
}

# await LOG PATTERN: the address that a server prints, as soon as it does.
await() {
  local found
  for _ in $(seq 100); do
    found=$(sed -n "$2" "$1" | head -n 1)
    [[ -z $found ]] || { echo "$found"; return; }
    sleep 0.1
  done
  cat "$1" >&2
  fail "the server does not listen"
}

fail() {
  echo "$0: $*" >&2
  exit 1
}
