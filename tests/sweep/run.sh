#!/bin/bash
# SPDX-License-Identifier: MIT
# Failed allocations in every scenario, every order in which threads meet in the cache (plain only), and eight
# threads at once: sweep/run.sh [VARIANT…], plain, sanitized and thread by default. The sanitized sweep tries each
# 7th allocation behind the first 20 of a scenario; under ThreadSanitizer only the threads run, for 10 s.
. "$(dirname "$0")/../common.sh"
install_test_tools
here=$top/tests/sweep

# Each export is used in a scenario, or stands in exceptions.txt, and not both.
check_exports() {
  local used listed unswept superfluous
  used=$(nm -u "$build"/tests/sweep/*_scenarios.o "$build"/tests/sweep/place.o | grep -o 'supa_[a-z0-9_]*' | sort -u)
  listed=$(awk '!/^#/ && NF > 1 {print $1}' "$here/exceptions.txt" | sort)
  unswept=$(comm -23 <(sort "$top/tests/checks/exports.txt") <(sort -u <<<"$used"$'\n'"$listed"))
  superfluous=$(comm -12 <(echo "$used") <(echo "$listed"); comm -13 <(sort "$top/tests/checks/exports.txt") <(echo "$listed"))
  [[ -z $unswept ]] || echo "in no scenario, and no exception: "$unswept
  [[ -z $superfluous ]] || echo "exceptions that are none: "$superfluous
  echo "$(grep -c . <<<"$used") exports in scenarios, $(grep -c . <<<"$listed") exceptions"
  if [[ -z $unswept$superfluous ]]; then echo "1 passed, 0 failed"; else echo "0 passed, 1 failed"; return 1; fi
}

for v in ${@:-plain sanitized thread}; do
  programs=(sweep/stress) more=()
  # gcc sees NULL pointers in what ThreadSanitizer adds.
  if [[ $v == thread ]]; then more=(CFLAGS='-g -O1 -Wno-null-dereference'); else programs+=(sweep/sweep); fi
  build "$v" -C lib "${more[@]}"
  make -s -C "$build/tests" -j2 "${programs[@]}" "${more[@]}" >"$build/tests.out" 2>&1 || { tail -30 "$build/tests.out" >&2; exit 1; }
  if [[ $v == thread ]]; then
    tally "eight threads, $v" env SUPA_STRESS_MS=10000 "$build/tests/sweep/stress"
    continue
  fi
  tally "eight threads, $v" "$build/tests/sweep/stress"
  [[ $v != plain ]] || tally "schedules" "$here/schedules.sh"
  tally "every export is swept, $v" check_exports
  stride=1
  [[ $v == plain ]] || stride=7
  tally "failed allocations, $v" "$build/tests/sweep/sweep" --stride "$stride"
done
conclude
