#!/bin/bash
# SPDX-License-Identifier: MIT
# The main job, on real servers: installs what is missing, builds, starts a master and three tenants,
# and runs the example programs. What they print must be what examples/demo.expected says. demo.sh COMMAND… runs that
# command with these servers instead, with `supa` at hand: demo.sh supa doctor, demo.sh bash. $DEMO_BUILD is a build that
# is there already.
. "$(dirname "$0")/../tests/common.sh"

build=${DEMO_BUILD:-$top/build/demo}

# Shows a command as a person would type it, and what it prints.
show() {
  printf '$ %s\n' "$*"
  "$build/examples/$1" "${@:2}" 2>&1 || true
}

demo() {
  local stores
  read -ra stores <<<"$STACK_STORES"
  show store "${stores[0]}"
  show products "${stores[0]}"
  show products "${stores[1]}" ca7e0000-0000-4000-8000-000000000002
  printf '\n# what goes wrong is said in one line\n'
  show products "$STACK_STORE_UNKNOWN"
  show products "$STACK_STORE_INACTIVE"
  show products "$STACK_STORE_SUSPENDED"
  show products "$STACK_STORE_UNSUPPORTED"
  show mixup "${stores[0]}" stores
  printf '\n# with another keyring\n'
  head -c 32 /dev/urandom | base64 | sed 's/^/k1:/' >"$STACK_DIR/other-keyring"
  chmod 600 "$STACK_DIR/other-keyring"
  SUPA_KEYRING_FILE=$STACK_DIR/other-keyring show products "${stores[0]}"
}

if [[ ${1:-} == --inside ]]; then
  demo
  exit
fi
install_build_tools
"$top/tests/stack/stack" install
if [[ -z ${DEMO_BUILD:-} ]]; then build demo; fi
export STACK_SEAL=$build/tests/stack/seal PATH=$build/examples/supa:$PATH
if [[ $# -gt 0 ]]; then
  say "starting a master and three tenants"
  exec "$top/tests/stack/stack" run "$@"
fi
say "starting a master and three tenants"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
"$top/tests/stack/stack" run "$0" --inside | tee "$output"
if ! diff -u "$top/examples/demo.expected" "$output" >&2; then
  say "the demo printed something else than examples/demo.expected"
  exit 1
fi
say "all as expected"
