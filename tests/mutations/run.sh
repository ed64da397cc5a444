#!/bin/bash
# SPDX-License-Identifier: MIT
# Do the tests see it when lib/ is wrong? mutations/run.sh [--count N] [--seed N] [--suites "unit fault …"] draws
# mutations of the sources by a seed, each in an object of its own that stands in for the library's, and runs the
# tests that belong to the file, the quickest first, to the first that fails; a hang is seen by a limit of time.
# A mutation counts when it compiles to other machine code and is not among the equal ones in equivalent.txt. Ends
# in "N mutations, K caught", with status 0 when at least nine in ten are. Not part of run.sh: it takes long.
. "$(dirname "$0")/../common.sh"
here=$top/tests/mutations
count=50 seed=1 chosen=
while [[ $# -gt 0 ]]; do
  case $1 in
  --count) count=$2 ;;
  --seed) seed=$2 ;;
  --suites) chosen=$2 ;;
  *) say "mutations/run.sh [--count N] [--seed N] [--suites \"near unit fault hostile live platform manager\"]"; exit 2 ;;
  esac
  shift 2
done
install_test_tools
install_missing node=nodejs
build_tests plain
export STACK_SEAL=$build/tests/stack/seal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
eval "defines=($(sed -n 's/^DEFS = //p' "$build/lib/Makefile"))"
flags=(-std=gnu11 -O1 -Werror=incompatible-pointer-types -Werror=int-conversion -Werror=implicit-function-declaration
  -Werror=discarded-qualifiers "${defines[@]}" -I"$top/include" -I"$top/lib" $(pkg-config --cflags libcurl libcjson libsodium))
libraries=($(pkg-config --libs libcurl libcjson libsodium cunit openssl libnghttp2 libuv) -lpthread -lm)

# object SOURCE FILE OBJECT: as if it stood where FILE does, so that nothing but the code tells them apart.
object() {
  gcc "${flags[@]}" -iquote "$top/lib/$(dirname "$2")" -x c -c - -o "$3" <"$1" 2>/dev/null
}

# objects SUITE: of the test program, as make knows them.
objects() {
  local program=$1_$1
  case $1 in
  near) program=unit_unit ;;
  hostile) program=fault_hostile ;;
  esac
  make -s -C "$build/tests" --eval "objects-of: ; @echo \$(${program}_OBJECTS)" objects-of | tr ' ' '\n' | sed "s,^,$build/tests/,"
}

# near FILE: the unit suites of the name of the file or of what it is a part of, and those that include its header.
near() {
  local name=$(basename "$1" .c) test
  for test in $(cd "$top/tests/unit" && { ls "${name}_test.c" "${name%%_*}_test.c" 2>/dev/null; grep -l "/$name\.h\"" ./*_test.c; } | sort -u); do
    sed -n "s/^ *{\"\([^\"]*\)\",.* $(basename "$test" .c)s}.*/\1/p" "$top/tests/unit/suites.c"
  done | sort -u
}

# The suites that look at a folder of lib/, the quickest first.
suites_of() {
  if [[ -n $chosen ]]; then
    printf '%s\n' $chosen
    return
  fi
  case $1 in
  platform/*) printf '%s\n' near unit platform ;;
  manager/*) printf '%s\n' near unit fault live platform manager ;;
  query/*) printf '%s\n' near unit fault live hostile platform ;;
  *) printf '%s\n' near unit fault hostile live platform manager ;;
  esac
}

# watch LIMIT OUTPUT COMMAND…: its status, and 1 as soon as it says that a test failed.
watch() {
  local end=$((SECONDS + $1)) output=$2 child
  shift 2
  setsid "$@" >"$output" 2>&1 </dev/null &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    if grep -qa '\.\.\.FAILED' "$output" || ((SECONDS > end)); then
      kill -TERM -- "-$child" 2>/dev/null || true
      for _ in {1..100}; do kill -0 "$child" 2>/dev/null && sleep 0.1; done
      kill -KILL -- "-$child" 2>/dev/null || true
      wait "$child" 2>/dev/null || true
      return 1
    fi
    sleep 0.2
  done
  wait "$child"
}

# passes SUITE DIRECTORY FILE [OBJECT]: whether the suite passes, with the object in front of the library's own.
passes() {
  local suite=$1 place=$2 program=$2/$1 command=("$2/$1") status=0 name
  g++ -o "$program" $(objects "$suite") "${@:4}" "$build/lib/.libs/libsupa_core.a" "${libraries[@]}" 2>/dev/null || return 1
  case $suite in
  fault) ln -sf "$build/tests/fault/resident" "$place/resident" ;;
  live | platform) command=("$top/tests/stack/stack" run "$program") ;;
  manager) command=("$top/tests/stack/stack" run "$top/tests/manager/keys.sh" "$program") ;;
  esac
  if [[ $suite == near ]]; then
    while read -r name; do
      [[ -z $name ]] || watch 600 "$place/near.out" "$program" "$name" || { status=1; break; }
    done < <(near "$3")
  else
    watch "$(cat "$work/limit-$suite" 2>/dev/null || echo 600)" "$place/$suite.out" "${command[@]}" || status=$?
  fi
  rm -f "$program"
  return "$status"
}

# try NUMBER: a line to the screen, and the same in $work/NUMBER/verdict.
try() {
  local n file line operator change suite caught=SURVIVED
  IFS=$'\t' read -r n file line operator change < <(grep -P "^$1\t" "$work/draws/list")
  for suite in $(suites_of "$file"); do
    passes "$suite" "$work/$n" "$file" "$work/$n/mutated.o" 2>/dev/null || { caught="caught by $suite"; break; }
  done
  printf '%s: lib/%s:%s: %s: %s\n' "$caught" "$file" "$line" "$operator" "$change" | tee "$work/$n/verdict"
}

# is_equal FILE OPERATOR CHANGE: argued in equivalent.txt to change nothing that anybody could see.
is_equal() {
  grep -v '^#' "$here/equivalent.txt" | cut -d'|' -f1-3 | grep -qxF "$1|$2|${3//|/¦}"
}

mkdir "$work/draws"
node "$here/mutate.mjs" "$top/lib" "$seed" $((count * 3 + 10)) "$work/draws"
taken=()
while IFS=$'\t' read -r n file line operator change && ((${#taken[@]} < count)); do
  mkdir "$work/$n"
  is_equal "$file" "$operator" "$change" && continue
  object "$work/draws/$n.c" "$file" "$work/$n/mutated.o" || continue
  object "$top/lib/$file" "$file" "$work/$n/as_it_is.o"
  ! cmp -s "$work/$n/mutated.o" "$work/$n/as_it_is.o" && taken+=("$n")
done <"$work/draws/list" || true
# Without a mutation all must pass; how long that takes is what a hang is measured by.
mkdir "$work/none"
for suite in $(for n in "${taken[@]}"; do suites_of "$(grep -P "^$n\t" "$work/draws/list" | cut -f2)"; done | sort -u); do
  began=$SECONDS
  passes "$suite" "$work/none" "" || { say "$suite fails without any mutation:"; grep -a FAILED -A3 "$work/none/$suite.out" >&2; exit 1; }
  echo $(((SECONDS - began) * 4 + 60)) >"$work/limit-$suite"
done
running=0
for n in "${taken[@]}"; do
  ((running < 2)) || { wait -n || true; running=$((running - 1)); }
  try "$n" &
  running=$((running + 1))
done
wait
caught=$(cat "$work"/*/verdict | grep -c '^caught') || true
printf '%d mutations, %d caught\n' "${#taken[@]}" "$caught"
((caught * 10 >= ${#taken[@]} * 9))
