#!/bin/bash
# SPDX-License-Identifier: MIT
# Whether all of coverage.txt that PostgREST 12.0.2 has is named by a test ("row: NAME"), and no test names
# what is not there. Ends in "N rows, M without a test".
set -euo pipefail
wire=$(cd "$(dirname "$0")" && pwd)
tests=$(dirname "$wire")

names() { grep -hoE 'row: [a-z0-9-]+' "$@" | sed 's/row: //' | sort -u; }
named=$(names "$tests"/live/*.c "$tests"/unit/*.c "$wire"/corpus*)
rows=$(grep -vE '^(#|$)' "$wire/coverage.txt" | sed 's/ *| */|/g')
twice=$(cut -d '|' -f 1 <<<"$rows" | sort | uniq -d)
unknown=$(comm -13 <(cut -d '|' -f 1 <<<"$rows" | sort -u) <(names "$tests"/live/*.c))
missing=$(comm -23 <(awk -F '|' '$2 == "12.0.2" { print $1 }' <<<"$rows" | sort -u) <(printf '%s\n' "$named"))

[[ -z $twice ]] || printf 'stands there twice: %s\n' $twice
[[ -z $unknown ]] || printf 'named by a test, but no row: %s\n' $unknown
[[ -z $missing ]] || printf 'without a test: %s\n' $missing
count=$(awk -F '|' '$2 == "12.0.2"' <<<"$rows" | wc -l)
without=$(wc -w <<<"$missing$unknown$twice")
printf '%d passed, %d failed\n' "$((count - without))" "$without"
printf '%d rows, %d without a test\n' "$count" "$(wc -w <<<"$missing")"
[[ -z $twice$unknown$missing ]]
