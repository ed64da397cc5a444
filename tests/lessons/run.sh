#!/bin/bash
# SPDX-License-Identifier: MIT
# The lessons on real servers, which it starts and stops: lessons/run.sh [VARIANT…], plain and sanitized by default. What
# each prints, and how it ends, must be what NAME.expected says: "!" is standard error, "exit" a status that is not 0.
. "$(dirname "$0")/../common.sh"
here=$top/tests/lessons

lessons() { (cd "$top/examples" && ls [0-9][0-9]-* | grep -E '\.(c|cc|py)$'); }

check() { # NAME COMMAND…
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    printf 'FAILED: %s\n' "$name"
    failed=$((failed + 1))
  fi
}

# Of a lesson's source.
is_short() { [[ $(wc -l <"$1") -lt 100 ]]; }
is_public() { ! grep -E '^#include "' "$1"; }
says_what() { head -4 "$1" | grep -Eq '[a-z]{3}.*[.:]'; }
is_listed() { grep -q "($(basename "$1"))" "$top/examples/README.md"; }

# Shows a command as a person would type it, and all that it does.
show() {
  local status=0
  printf '$ %s\n' "$*"
  "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  cat "$work/out"
  sed 's/^/! /' "$work/err"
  [[ $status -eq 0 ]] || echo "exit $status"
}
# The same where the order of the lines is nobody's choice.
show_sorted() { show "$@" | { head -1; sort; }; }

04-payment_via() { # before|after KEY: by way of a connection that is cut
  local port cut
  mkfifo "$work/port"
  node "$here/cut.mjs" "$1" "$SUPABASE_URL" >"$work/port" &
  cut=$!
  read -r port <"$work/port"
  SUPABASE_URL=http://127.0.0.1:$port show 04-payment T1-1002 46.08 "$2"
  kill "$cut"
  wait "$cut" 2>/dev/null || true
  rm "$work/port"
}

rows_of() { $STACK_PSQL -d tenant_1 -At -c "select idempotency_key, count(*) from payments group by 1 order by 1"; }

# Several carts' tabs, and several workers, at once.
at_once() {
  local i pids=()
  for i in 1 2 3 4; do
    "$@" "$i" >"$work/at.$i" 2>&1 </dev/null &
    pids+=($!)
  done
  wait "${pids[@]}"
}
add_to_cart() { 14-cart session-1 T1-001; }
work_on_jobs() { 15-claim-job "worker-$1"; }

service() {
  local pid host port tries=0 crowd=()
  until [[ -n ${pid:-} ]] && curl -s -o /dev/null "http://127.0.0.1:$port/"; do
    if [[ $((tries += 1)) -gt 100 ]]; then echo "it does not answer"; return; fi
    if [[ -z ${pid:-} ]] || ! kill -0 "$pid" 2>/dev/null; then # a port that is taken ends it
      port=$((20000 + RANDOM % 10000))
      17-http-service "$port" 2>"$work/service.err" &
      pid=$!
    fi
    sleep 0.1
  done
  for host in www.tulip.example MAPLE.stores.example:8080 nowhere.example suspended.stores.example 'a b'; do
    printf '$ curl -H "Host: %s"\n' "$host"
    curl -s -w '\n%{http_code} %{content_type}\n' -H "Host: $host" "http://127.0.0.1:$port/"
  done
  # Twenty at once, of two stores: each answer is its own store's.
  for i in {1..20}; do
    curl -s -H "Host: $([[ $((i % 2)) -eq 0 ]] && echo tulip || echo maple).stores.example" "http://127.0.0.1:$port/" >"$work/at.$i" &
    crowd+=($!)
  done
  wait "${crowd[@]}"
  printf '%s of tulip, ' "$(cat "$work"/at.* | grep -c red-tulips)"
  printf '%s of maple\n' "$(cat "$work"/at.* | grep -c maple-chairs)"
  kill -TERM "$pid"
  wait "$pid" && echo "ended well"
}

# What each lesson is run with.
transcript() {
  read -ra stores <<<"$STACK_STORES"
  case $1 in
  02-*) show 02-filters && show 02-filters tulip ;;
  04-*)
    04-payment_via after lost-answer
    04-payment_via before lost-request
    show 04-payment T1-1003 66.07 direct
    show 04-payment T1-1003 66.07 direct
    show 04-payment T1-1003 -1 negative
    rows_of
    ;;
  09-* | 10-*) show_sorted "${1%.*}" "${stores[@]}" "$STACK_STORE_SUSPENDED" ;;
  08-*) show 08-many-queries "${stores[@]}" "$STACK_STORE_SUSPENDED" nonsense ;;
  11-*) show 11-tenants "${stores[@]}" "$STACK_STORE_SUSPENDED" "${stores[0]}" ;;
  13-*)
    show 13-order-desk T1-1002 pending processing
    show 13-order-desk T1-1002 pending processing
    show 13-order-desk T1-9999 pending processing
    ;;
  14-*)
    show 14-cart session-1 T1-003
    at_once add_to_cart
    show 14-cart session-1 T1-009
    show 14-cart session-1 T1-999
    show 14-cart session-1
    ;;
  15-*)
    at_once work_on_jobs
    sed 's/.* did/did/' "$work"/at.* | sort
    show 15-claim-job late
    ;;
  16-*) show_sorted 16-fan-out ;;
  17-*) service ;;
  01-*)
    show 01-first-query
    show env -u STORE 01-first-query
    ;;
  18-*) show 18-first-query ;;
  19-*) LD_LIBRARY_PATH=$build/lib/.libs show 19-first-query.py ;;
  *) show "${1%.*}" ;;
  esac
}

as_expected() {
  transcript "$1" >"$work/transcript"
  if [[ -n ${RENEW:-} ]]; then cp "$work/transcript" "$here/${1%.*}.expected"; fi
  diff -u "$here/${1%.*}.expected" "$work/transcript"
}

# One line on standard error that has these words, nothing on standard output, and a status that is not 0.
refuses() { # WORDS COMMAND…
  local words=$1 status=0
  shift
  "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  [[ $status -ne 0 && ! -s $work/out && $(wc -l <"$work/err") -eq 1 ]] && grep -q "$words" "$work/err" && return
  printf 'status %s\n' "$status"
  cat "$work/out" "$work/err"
  return 1
}

# Without the environment, with a key that is none, and with a store that is none.
environment() { # LESSON PROGRAM
  local arguments=()
  case $1 in
  04-*)
    check "$1 says what it wants" refuses SUPABASE_URL 04-payment
    check "$1 without SUPABASE_KEY" refuses SUPABASE_KEY env -u SUPABASE_KEY 04-payment T1-1 1 key
    return
    ;;
  0[89]-* | 1[0157]-*) arguments=("$STACK_STORE_UNKNOWN") ;;
  14-*) arguments=(session-1 T1-001) ;;
  esac
  check "$1 without MASTER_SUPABASE_URL" refuses MASTER_SUPABASE_URL env -u MASTER_SUPABASE_URL "$2" "${arguments[@]}"
  check "$1 without a keyring" refuses SUPA_KEYRING env -u SUPA_KEYRING_FILE "$2" "${arguments[@]}"
  case $1 in
  0[89]-* | 1[0147]-*) check "$1 says what it wants" refuses wanted "$2" ;;
  15-* | 16-*) check "$1 with a wrong key" refuses key env MASTER_SUPABASE_SERVICE_KEY=wrong "$2" "${arguments[@]}" ;;
  *)
    check "$1 without STORE" refuses '' env -u STORE "$2"
    check "$1 with a wrong key" refuses key env MASTER_SUPABASE_SERVICE_KEY=wrong "$2"
    ;;
  esac
}

# The servers have read lessons.sql.
wait_for() { # URL KEY
  local tries=0
  until curl -sf -o /dev/null "$1" -H "apikey: $2" || [[ $((tries += 1)) -gt 100 ]]; do sleep 0.1; done
}

inside() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  build=$1
  PATH=$build/examples:$top/examples:$PATH
  read -r STORE _ <<<"$STACK_STORES"
  export STORE SUPABASE_URL=$STACK_TENANT_1_URL SUPABASE_KEY=$STACK_TENANT_1_SERVICE_KEY LC_ALL=C.UTF-8
  export LD_LIBRARY_PATH=$build/lib/.libs PYTHONDONTWRITEBYTECODE=1
  $STACK_PSQL -d master -f - <"$top/examples/lessons.sql" >"$work/sql" 2>&1 || { cat "$work/sql"; exit 1; }
  wait_for "$SUPABASE_URL/rest/v1/payments?select=amount" "$SUPABASE_KEY"
  wait_for "$MASTER_SUPABASE_URL/rest/v1/job_queue?select=worker" "$MASTER_SUPABASE_SERVICE_KEY"
  for file in $(lessons); do
    local source=$top/examples/$file program=${file%.*}
    check "$file has less than 100 lines" is_short "$source"
    check "$file uses what is public" is_public "$source"
    check "$file begins with what it shows" says_what "$source"
    check "$file is in examples/README.md" is_listed "$source"
    case $file in *.py)
      [[ -e $build/lib/.libs/libsupa.so.0 ]] || { echo "not looked at: $file, which needs a shared library"; continue; }
      program=$file ;;
    esac
    check "$file prints what is expected" as_expected "$file"
    environment "$file" "$program"
  done
  conclude
}

if [[ ${1:-} == --inside ]]; then
  inside "$2"
  exit
fi
install_test_tools
install_missing node=nodejs python3=python3
for v in ${@:-plain sanitized}; do
  # A build that was configured when libmicrohttpd was missing is configured anew.
  if grep -qs 'HAVE_MICROHTTPD_TRUE"\]="#"' "$top/build/$v/config.status"; then rm "$top/build/$v/Makefile"; fi
  build "$v"
  export STACK_SEAL=$build/tests/stack/seal
  tally "lessons, $v" "$top/tests/stack/stack" run "$0" --inside "$build"
done
conclude
