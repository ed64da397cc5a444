# SPDX-License-Identifier: MIT
# What run.sh and rules_live.sh share; to be sourced.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
wire=$top/tests/wire

# Node.js and npm from Debian where missing, postgrest-js from npm.
install_wire_tools() {
  install_build_tools
  install_missing node=nodejs npm=npm
  (
    exec 8<"$wire/package.json"
    flock 8
    want=$(sed -n 's/.*"@supabase\/postgrest-js": "\(.*\)".*/\1/p' "$wire/package.json")
    have=$wire/node_modules/@supabase/postgrest-js/package.json
    ! grep -q "\"version\": \"$want\"" "$have" 2>/dev/null || exit 0
    say "installing postgrest-js $want from npm"
    cd "$wire"
    npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null 8<&- >&2
  )
}

# compile_drive TOP LIBRARY PROGRAM: the driver, as users of the library build theirs.
compile_drive() {
  # shellcheck disable=SC2046
  "${CC:-cc}" -std=gnu11 -O1 -Wall -Wextra -Werror -I"$1/include" $(pkg-config --cflags libcjson) \
    "$wire"/drive*.c -o "$3" -L"$2" -lsupa -Wl,-rpath,"$2" $(pkg-config --libs libcjson) -lm
}
