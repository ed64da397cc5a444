#!/bin/bash
# SPDX-License-Identifier: MIT
# fuzz/run.sh                            the short form: the JSON reader against cJSON and Python, and the
#                                        committed corpora, all under ASan and UBSan. "N passed, M failed"
# fuzz/run.sh fuzz [TARGET] [SECONDS]    libFuzzer on one target, or on each in turn; 60 seconds each by
#                                        default. "N targets, M findings"
# What libFuzzer learns stays in build/fuzz/corpus, what it finds in build/fuzz/findings.
. "$(dirname "$0")/../common.sh"
targets=(json split answer envelope url escape builder)

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

# run_fuzzer TARGET SECONDS: 0 when nothing was found.
run_fuzzer() {
  local learned=$build/corpus/$1 log=$build/fuzz_$1.log
  mkdir -p "$learned" "$build/findings"
  say "== $1, $2 seconds; $log"
  if ! "$build/tests/fuzz/fuzz_$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$1-" "$learned" "$top/tests/fuzz/corpus/$1" >"$log" 2>&1; then
    tail -40 "$log"
    return 1
  fi
  printf '%s: %s inputs\n' "$1" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
}

fuzz() {
  local found=0
  [[ -z $1 ]] || targets=("$1")
  [[ ${2:-60} =~ ^[1-9][0-9]*$ ]] || { say "no number of seconds: $2"; exit 2; }
  [[ -z $1 || -f $top/tests/fuzz/fuzz_$1.c ]] || { say "there is no target $1"; exit 2; }
  build_fuzzers "${targets[@]/#/fuzz/fuzz_}"
  for t in "${targets[@]}"; do
    run_fuzzer "$t" "${2:-60}" || found=$((found + 1))
  done
  printf '%d targets, %d findings\n' "${#targets[@]}" "$found"
  [[ $found -eq 0 ]]
}

case ${1:-} in
"") short_form ;;
fuzz) fuzz "${2:-}" "${3:-}" ;;
*) say "usage: fuzz/run.sh [fuzz [TARGET] [SECONDS]]"; exit 2 ;;
esac
