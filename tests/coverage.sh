#!/bin/bash
# SPDX-License-Identifier: MIT
# How much of lib/ the tests run: unit, fault, hostile, the live suites and the tool, built with gcc's counters. Lists
# what they do not run and ends in "lib: P % lines, B % branches", with status 0 when P is at least 95 and B at least 85.
# Each line's count is in build/coverage/lib.html, each file's uncovered branches in branches.txt. Not counted: branches
# that gcc says nothing can reach; no line is excluded. A failing test is shown, and is no matter of this status: bounds
# of time do not hold for counting code, and what passes is run.sh's to say.
. "$(dirname "$0")/common.sh"
install_test_tools
install_missing gcovr=gcovr node=nodejs
build_tests coverage
find "$build" '(' -name '*.gcda' -o -name 'conftest.gc*' ')' -delete
export STACK_SEAL=$build/tests/stack/seal
tally "unit" "$build/tests/unit/unit"
tally "fault" "$build/tests/fault/fault"
tally "hostile" "$build/tests/fault/hostile"
tally "live" "$top/tests/stack/stack" run "$build/tests/live/live"
tally "manager" "$top/tests/stack/stack" run "$top/tests/manager/keys.sh" "$build/tests/manager/manager"
tally "platform" "$top/tests/stack/stack" run "$build/tests/platform/platform"
tally "tool" "$top/tests/stack/stack" run "$top/tests/tool/run.sh" --inside "$build/examples/supa/supa"
if [[ -x $top/tests/sweep/run.sh ]]; then
  tally "sweep" "$top/tests/sweep/run.sh" coverage
fi
report() {
  gcovr --root "$top" --object-directory "$build" --filter "$top/lib/" --exclude-unreachable-branches "$@" "$build"
}
report --txt "$build/lib.txt" --html-details "$build/lib.html" --json "$build/lines.json" --json-summary "$build/lib.json" >/dev/null
report --branches --txt "$build/branches.txt" >/dev/null
# "file: 12, 30-34" of the lines that nothing ran, and how many of the branches.
node -e '
  for (const {file, lines} of JSON.parse(require("fs").readFileSync(process.argv[1])).files) {
    const code = lines.filter((line) => !line["gcovr/noncode"])
    const missing = code.filter((line) => line.count === 0).map((line) => line.line_number)
    const counted = code.map((line) => line.line_number)
    const branches = code.flatMap((line) => line.branches ?? []).filter((branch) => branch.count === 0).length
    const ranges = []
    for (const n of missing) {
      const last = ranges.at(-1)
      if (last && !counted.some((m) => m > last[1] && m < n)) last[1] = n
      else ranges.push([n, n])
    }
    if (missing.length + branches)
      console.log(`${file}: lines ${ranges.map(([a, b]) => a === b ? a : `${a}-${b}`).join(", ") || "all run"}; ${branches} branches`)
  }' "$build/lines.json"
conclude || true
read -r lines branches < <(node -e '
  const {line_percent, branch_percent} = JSON.parse(require("fs").readFileSync(process.argv[1]))
  console.log(line_percent, branch_percent)' "$build/lib.json")
printf 'lib: %s %% lines, %s %% branches\n' "$lines" "$branches"
awk -v lines="$lines" -v branches="$branches" 'BEGIN {exit !(lines >= 95 && branches >= 85)}'
