#!/bin/bash
# SPDX-License-Identifier: MIT
# The blocks of code in the README and the guides. C: a program compiles against an installed copy of the library
# and links by pkg-config, a file compiles, a fragment compiles as the body of a function (fragment.h). A program
# or shell block with an `output` block behind it prints that, on the test servers; other shell blocks end with
# success there. What is marked as not run is counted. Also the guides' tables of codes, models and links.
. "$(dirname "$0")/../common.sh"

check() {
  if "${@:2}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    say "failed: $1"
  fi
}

# ---- With the servers' environment: each block that is run, in a folder of its own.
if [[ ${1:-} == --inside ]]; then
  work=$2
  read -ra stores <<<"$STACK_STORES"
  export STORE=${stores[0]} LD_LIBRARY_PATH=$work/lib PATH=$work/bin:$PATH
  expected() { local file=${1%.*}.output; [[ ! -f $file ]] || diff -u "$file" "$2"; }
  run() { # BLOCK COMMAND…
    local block=$1 folder
    folder=$work/run/$(basename "$block")
    mkdir -p "$folder/backend/src"
    printf 'const { Store } = (await ConnectionManager.getConnection(id)).models;\nawait Store.findByPk(id);\n' \
      >"$folder/backend/src/payments.js"
    (cd "$folder" && timeout 60 "${@:2}" >"$work/printed" 2>"$work/complaints") || { cat "$work/printed" "$work/complaints"; return 1; }
    expected "$block" "$work/printed"
  }
  for block in "$work"/blocks/*.sh; do
    check "$(basename "$block") runs" run "$block" bash -euo pipefail "$block"
  done
  for program in "$work"/programs/*; do
    check "$(basename "$program") runs" run "$work/blocks/$(basename "$program").c" "$program"
  done
  conclude
  exit
fi

install_test_tools
build plain
export STACK_SEAL=$build/tests/stack/seal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/blocks" "$work/programs" "$work/run"
make -s -C "$build" install prefix="$work" >"$work/install.out" 2>&1 || { tail "$work/install.out"; exit 1; }
for guide in "$top"/README.md "$top"/doc/*.md; do
  name=$(basename "$guide" .md)
  [[ $guide == "$top/doc/README.md" ]] && name=index
  awk -v dir="$work/blocks" -v name="$name" -f "$top/tests/live/blocks.awk" "$guide"
done
sed -n '/^#include/,/^}/p' "$top/doc/supa.7" | sed 's/\\e/\\/g' >"$work/blocks/supa7.001.c"

# ---- C.
export PKG_CONFIG_PATH=$work/lib/pkgconfig
cflags="-Wall -Wextra -Werror $(pkg-config --define-variable=prefix="$work" --cflags libsupa)"
libs=$(pkg-config --define-variable=prefix="$work" --libs libsupa)
as_fragment() {
  printf '#include "%s"\n' "$top/tests/live/fragment.h"
  printf 'int fragment(void);\nint fragment(void)\n{\n    FRAGMENT\n    memset(&error, 0, sizeof error);\n    {\n'
  cat "$1"
  printf '\n    }\n    return 0;\n}\n'
}
# shellcheck disable=SC2086
compile() {
  local name
  name=$(basename "$1" .c)
  if grep -q 'int main(' "$1"; then
    cc $cflags "$1" $libs -lpthread -o "$work/programs/$name"
  elif grep -q '^#include' "$1"; then
    cc $cflags -c "$1" -o "$work/object.o"
  else
    as_fragment "$1" >"$work/fragment.c"
    cc $cflags -Wno-unused -Wno-uninitialized -Wno-maybe-uninitialized -c "$work/fragment.c" -o "$work/object.o"
  fi
}
for block in "$work"/blocks/*.c; do
  check "$(basename "$block") compiles" compile "$block"
done

# ---- Tables and links.
header_codes() { sed -nE 's/^ *SUPA_ERROR_([A-Z_]+) = ([0-9]+).*/\1 \2/p' "$top/include/supa/error.h"; }
told_codes() { sed -nE 's/^\| `([A-Z_]+)` \| ([0-9]+) \|.*/\1 \2/p' "$top/doc/errors.md"; }
codes_agree() { diff <(header_codes) <(told_codes); }
situations_agree() { # each code has a situation, and there is no other
  diff <(header_codes | cut -d' ' -f1 | sort) \
    <(sed -n '/^## Situations/,$p' "$top/doc/errors.md" | awk -F'|' '/^\|/ {print $3}' | grep -oE '[A-Z_]{4,}|TLS' | sort -u)
}
side_of() { # TABLE SIDE
  local told
  told=$(LD_LIBRARY_PATH=$work/lib "$work/bin/supa" scope "$1")
  case $2 in
  both) [[ $told == *"by the master: allowed"* ]] && grep -qE "\{\"$1\", OWNER_BOTH," "$top/lib/manager/platform_scope.c" ;;
  master) [[ $told == *"by the master: allowed"* && $told == *"by the tenant: refused"* ]] ;;
  tenant) [[ $told == *"by the master: refused"* && $told == *"by the tenant: allowed"* ]] ;;
  *) false ;;
  esac
}
models_are_where_they_are_said_to_be() {
  local table side wrong=0 seen=0
  while read -r table side; do
    side_of "$table" "$side" || { say "$table is not $side"; wrong=1; }
    seen=$((seen + 1))
  done < <(sed -nE 's/^\| [A-Z][A-Za-z, ]+ \| `([a-z_]+)` \| (master|tenant|both) \|$/\1 \2/p' "$top/doc/migrating.md")
  [[ $wrong -eq 0 && $seen -gt 20 ]]
}
links_lead_somewhere() {
  local guide to missing=0
  for guide in "$top"/README.md "$top"/doc/*.md; do
    while read -r to; do
      [[ -e $(dirname "$guide")/$to ]] || { say "$guide: $to"; missing=1; }
    done < <(grep -oE '\]\([^)]+\)' "$guide" | sed -E 's/^\]\(//; s/(#.*)?\)$//' | grep -vE '^(https?:|$)')
  done
  [[ $missing -eq 0 ]]
}
guides_are_listed() { # in the index, and in what is distributed
  local guide missing=0
  for guide in "$top"/doc/*.md; do
    guide=$(basename "$guide")
    grep -qw "$guide" "$top/doc/Makefile.am" || { say "doc/Makefile.am has no $guide"; missing=1; }
    [[ $guide == README.md ]] || grep -q "($guide)" "$top/doc/README.md" || { say "doc/README.md has no $guide"; missing=1; }
  done
  [[ $missing -eq 0 ]]
}
names_exist() { # functions, types and constants that the guides speak of
  local strange
  strange=$(grep -hoE '\b(supa|SUPA)_[A-Za-z0-9_]*[A-Za-z0-9]' "$top"/README.md "$top"/doc/*.md | sort -u |
    comm -23 - <(cat "$top"/include/supa/*.h "$top"/include/supa/adapters/*.h | grep -oE '\b(supa|SUPA)_[A-Za-z0-9_]+' | sort -u) |
    comm -23 - <(grep -rhoE '"SUPA_[A-Z_]+"|supa_[a-z_]+_(total|seconds|entries)' "$top/lib" "$top/examples/supa" | tr -d '"' | sort -u))
  [[ -z $strange ]] || { say "$strange"; return 1; }
}
check "errors.md has the header's codes and numbers" codes_agree
check "errors.md has a situation for each code" situations_agree
check "migrating.md has each model on the side that the scope has" models_are_where_they_are_said_to_be
check "links between the guides lead somewhere" links_lead_somewhere
check "doc/README.md lists every guide" guides_are_listed
check "the guides name nothing that does not exist" names_exist

# ---- On the servers.
inside=$("$top/tests/stack/stack" run "$0" --inside "$work" 2>"$work/complaints") || true
if [[ $inside =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ && ${BASH_REMATCH[1]} -gt 0 ]]; then
  passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
  [[ ${BASH_REMATCH[2]} -eq 0 ]] || { cat "$work/complaints"; printf '%s\n' "$inside"; }
else
  failed=$((failed + 1))
  cat "$work/complaints"
  printf '%s\n' "$inside"
fi
count() { find "$work/blocks" -name "$1" | wc -l; }
printf '%d blocks: %d of C, %d of them run; %d of shell run, %d marked as not run\n' "$(count '*')" "$(count '*.c')" \
  "$(find "$work/programs" -type f | wc -l)" "$(count '*.sh')" "$(count '*.not')"
conclude
