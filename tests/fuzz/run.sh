#!/bin/bash
# SPDX-License-Identifier: MIT
# fuzz/run.sh                            the short form: the JSON reader against cJSON and Python, and the
#                                        committed corpora, all under ASan and UBSan. "N passed, M failed"
# fuzz/run.sh fuzz [TARGET] [SECONDS]    libFuzzer on one target, or on all, one a core; 60 seconds each by
#                                        default. "N targets, M findings"
# MINUTES=M fuzz/run.sh fuzz             all, in M minutes of one core altogether
# What libFuzzer learns stays in build/fuzz/corpus, what it finds in build/fuzz/findings. The edges that a target
# reaches are not to become fewer than edges.txt says: a target that no longer gets anywhere finds nothing either.
. "$(dirname "$0")/../common.sh"
targets=(json split answer envelope url escape builder path arguments)

# programs OPTION… NAME…: of tests/fuzz, in $build.
programs() {
  make -s -C "$build/tests" -j"$(nproc)" "$@" >"$build/fuzz.out" 2>&1 || { tail -30 "$build/fuzz.out" >&2; exit 1; }
}

# oracle LABEL COMMAND…: passes when it ends without a disagreement, and says so.
oracle() {
  local label=$1 output line status=0
  shift
  say "== $label"
  output=$("$@" 2>&1) || status=$?
  line=${output##*$'\n'}
  if [[ $status -eq 0 && $line =~ ^[1-9][0-9]*\ documents,\ 0\ disagreements$ ]]; then
    passed=$((passed + 1))
    [[ -z ${VERBOSE:-} ]] || printf '%s\n' "$output"
  else
    failed=$((failed + 1))
    printf '%s\n' "$output"
  fi
  printf '%s: %s\n' "$label" "$line"
}

short_form() {
  local emitted
  install_test_tools
  install_missing python3=python3
  build sanitized
  programs "${targets[@]/#/fuzz/fuzz_}" fuzz/json_diff
  emitted=$(mktemp)
  oracle "json, cJSON" "$build/tests/fuzz/json_diff" --documents 100000 --seed 1
  oracle "json, cJSON again" "$build/tests/fuzz/json_diff" --documents 20000 --seed 2 --emit "$emitted"
  oracle "json, Python" python3 "$top/tests/fuzz/json_python.py" "$emitted"
  rm -f "$emitted"
  for t in "${targets[@]}"; do
    tally "corpus of $t" "$build/tests/fuzz/fuzz_$t" "$top/tests/fuzz/corpus/$t"
  done
  conclude
}

build_fuzzers() {
  local sanitizers=address,undefined
  install_test_tools
  install_missing clang=clang
  install_missing "file:$(clang -print-resource-dir)/lib/linux/libclang_rt.fuzzer-$(uname -m).a=libclang-rt-dev"
  export CC=clang CPPFLAGS=-DFUZZ_ENGINE
  export CFLAGS="-g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,$sanitizers -fno-sanitize-recover=all -Wno-error"
  export LDFLAGS="-fsanitize=$sanitizers"
  build fuzz SUBDIRS="include lib"
  programs LDFLAGS="-fsanitize=fuzzer,$sanitizers" "$@"
}

# run_fuzzer TARGET SECONDS: what it has done goes to build/fuzz/fuzz_TARGET.said; 0 when nothing was found.
run_fuzzer() {
  local target=$1 seconds=$2 learned=$build/corpus/$1 log=$build/fuzz_$1.log status=0
  mkdir -p "$learned" "$build/findings"
  say "== $target, $seconds seconds; $log"
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$target-" "$learned" "$top/tests/fuzz/corpus/$target" >"$log" 2>&1 || status=1
  {
    [[ $status -eq 0 ]] || tail -40 "$log"
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(grep -oE ' cov: [0-9]+' "$log" | tail -1 | tr -dc 0-9)
    printf '%s: %s inputs, %s edges\n' "$target" "${inputs:-0}" "${edges:-0}"
    check_edges "$target" "${edges:-0}" || status=1
  } >"$build/fuzz_$target.said"
  return "$status"
}

# check_edges TARGET EDGES: 0 when they are as many as edges.txt wants. Other compilers count other edges.
check_edges() {
  local wanted
  wanted=$(awk -v c="$compiler" -v t="$1" '$1 == c && $2 == t {print $3}' "$top/tests/fuzz/edges.txt")
  if [[ -z $wanted ]]; then
    printf '%s: edges not looked at: edges.txt knows none of it by %s\n' "$1" "$compiler"
  elif [[ $2 -lt $wanted ]]; then
    printf '%s: %s edges, which are fewer than the %s of edges.txt\n' "$1" "$2" "$wanted"
    return 1
  fi
}

# run_share FILE SECONDS TARGET…: one after the other; the file gets a line for each one that failed.
run_share() {
  local file=$1 seconds=$2 t
  for t in "${@:3}"; do
    run_fuzzer "$t" "$seconds" || echo "$t" >>"$file"
    cat "$build/fuzz_$t.said"
  done
}

# Each core takes every n-th target.
fuzz() {
  local seconds=$1 cores found share i
  shift
  build_fuzzers "${@/#/fuzz/fuzz_}"
  compiler=clang-$(clang -dumpversion | cut -d. -f1)
  cores=$(nproc)
  found=$(mktemp)
  for ((i = 0; i < cores && i < $#; i++)); do
    share=()
    for ((j = i + 1; j <= $#; j += cores)); do share+=("${!j}"); done
    run_share "$found" "$seconds" "${share[@]}" &
  done
  wait
  printf '%d targets, %d findings\n' $# "$(wc -l <"$found")"
  [[ ! -s $found ]]
  i=$?
  rm -f "$found"
  return $i
}

usage() { say "usage: fuzz/run.sh [fuzz [TARGET] [SECONDS]], or MINUTES=M fuzz/run.sh fuzz"; exit 2; }
number() { [[ $1 =~ ^[1-9][0-9]{0,6}$ ]]; }

fuzz_as_asked() {
  local seconds=${2:-60}
  if [[ -n ${MINUTES:-} ]]; then
    [[ -z ${1:-} ]] && number "$MINUTES" || usage
    seconds=$((60 * MINUTES / ${#targets[@]}))
  fi
  number "$seconds" || usage
  [[ -z ${1:-} ]] || targets=("$1")
  [[ -f $top/tests/fuzz/fuzz_${targets[0]}.c ]] || { say "there is no target ${targets[0]}"; exit 2; }
  fuzz "$seconds" "${targets[@]}"
}

case ${1:-} in
"") short_form ;;
fuzz) fuzz_as_asked "${@:2}" ;;
*) usage ;;
esac
