#!/bin/bash
# SPDX-License-Identifier: MIT
# Each test that doc/security.md names is there: a line of its threats, "`PROGRAM SUITE`: name", is a test of
# that suite's file in tests/PROGRAM; "`hostile`: case" a case of the hostile peer's table; "`checks/x.sh`" and
# other scripts are files. And no threat is without a test.
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
page=doc/security.md
status=0 count=0
fail() { echo "$page: $1"; status=1; }

# The file of a suite: suites.c calls its table NAME_tests, and NAME_test.c defines it.
file_of() { # PROGRAM SUITE
  local table
  table=$(sed -n "s/^ *{\"$2\", .* \([a-z0-9_]*\)_tests},\$/\1/p" "tests/$1/suites.c" 2>/dev/null)
  grep -lE "^CU_TestInfo ${table:-none}_tests\[\]" "tests/$1"/*.c "tests/$1"/*.cc 2>/dev/null
}
is_there() { # PROGRAM SUITE NAME
  local file
  [[ $1 != hostile ]] || { grep -qF "{\"$3\"," tests/fault/hostile_table.c; return; }
  file=$(file_of "$1" "$2")
  [[ -n $file ]] && grep -qF "{\"$3\"," "$file"
}
threats=$(sed -n '/^## Threats/,/^## /p' "$page" | sed -n '/^|/p' | sed 1,2d)
while IFS= read -r threat; do
  tests=$(grep -oE '`[a-z_]+( [^`]+)?`: [^;|]*' <<<"$threat")
  scripts=$(grep -oE '`tests/[^` ]+' <<<"$threat" | tr -d '`')
  [[ -n $tests$scripts ]] || fail "no test: $threat"
  while IFS= read -r test; do
    [[ -n $test ]] || continue
    count=$((count + 1))
    where=${test#\`} where=${where%%\`*} name=${test#*: }
    name=${name%"${name##*[! ]}"}
    is_there "${where%% *}" "${where#* }" "$name" || fail "there is no test \"$name\" in $where"
  done <<<"$tests"
  for script in $scripts; do
    count=$((count + 1))
    [[ -e $script ]] || fail "there is no $script"
  done
done <<<"$threats"
[[ $count -gt 20 ]] || fail "only $count tests are named: is the table still found?"
[[ $status -ne 0 ]] || echo "$count tests of $(wc -l <<<"$threats") threats are there"
exit $status
