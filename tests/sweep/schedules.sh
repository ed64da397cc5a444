#!/bin/bash
# SPDX-License-Identifier: MIT
# Every order in which a few threads can meet in the manager's cache: sweep/schedules.sh [--plants | SCENE [TRACE]].
# With --plants, bugs are put into copies of the cache's files, each alone, and each has to be found.
. "$(dirname "$0")/../common.sh"
install_test_tools
build plain
here=$top/tests/sweep
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=gnu11 -O1 -g -Wall -Wextra -Werror -I"$top/include" -I"$top/lib" $(pkg-config --cflags libcurl libcjson libsodium))
libraries=($(pkg-config --libs libcurl libcjson libsodium) $(pkg-config --libs libcrypto 2>/dev/null || true) -lpthread)
wraps=-Wl
for name in mutex_init mutex_destroy mutex_lock mutex_trylock mutex_unlock cond_wait cond_timedwait cond_signal cond_broadcast; do
  wraps+=,--wrap=pthread_$name
done
wraps+=,--wrap=clock_gettime
files=(cache hit load lease fetch shelf refusals outage)

# compile FILE OUT: with a point at each atomic operation.
compile() { gcc "${flags[@]}" -include "$here/points.h" -c "$1" -o "$2"; }

link() { # in front of the library, so that they stand in for its own
  gcc -o "$work/schedules" "$work"/*.o "$build/lib/.libs/libsupa_core.a" "$wraps" "${libraries[@]}"
}

for file in schedule schedules; do gcc "${flags[@]}" -c "$here/$file.c" -o "$work/$file.o"; done
for file in "${files[@]}"; do compile "$top/lib/manager/$file.c" "$work/$file.o"; done
link
if [[ ${1:-} != --plants ]]; then
  "$work/schedules" "$@"
  exit
fi

# plant NAME FILE EXPRESSION: 0 when some scene fails.
plant() {
  local last out
  sed -E "$3" "$top/lib/manager/$2.c" >"$work/planted.c"
  if cmp -s "$top/lib/manager/$2.c" "$work/planted.c"; then
    printf 'CHANGES NOTHING in %s.c: %s\n' "$2" "$1"
    return 1
  fi
  gcc "${flags[@]}" -Wno-error -w -include "$here/points.h" -c "$work/planted.c" -o "$work/$2.o" && link || return 1
  out=$("$work/schedules" --first 2>&1) || true
  last=$(tail -1 <<<"$out")
  compile "$top/lib/manager/$2.c" "$work/$2.o"
  if [[ $last =~ ^[0-9]+\ passed,\ ([0-9]+)\ failed$ ]] && ((BASH_REMATCH[1] > 0)); then
    printf 'found: %s\n      (%s)\n' "$1" "$(grep -m1 WRONG <<<"$out" | sed 's/^ *WRONG: //')"
  else
    printf 'NOT FOUND: %s (%s)\n' "$1" "$last"
    return 1
  fi
}

while IFS='|' read -r name file expression; do
  if plant "$name" "$file" "$expression"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done <<'PLANTS'
a forget does not overtake the load that is under way|cache|s/fetch->overtaken = FETCH_OUTDATED;/(void)fetch;/
what the delta tells does not reach the load that is under way|cache|s/expect\(shard, id, part, hash\);/(void)id;/
a forget of all leaves loads alone|cache|s/fetch_overtake_all\(shard->fetches\);//
a load is joined that was overtaken|fetch|s/list->overtaken \|\| //
a load begins beside another one|load|s/running != NULL \&\& !waiter->is_alone/0/
a waiter leaves by itself at its deadline|lease|s/if \(!cache_leave\(cache, \&asker->waiter\)\)/if (0)/
a dropped load's failure is everybody's|load|s/fetch->overtaken = FETCH_DROPPED;/(void)fetch;/
one is woken where all wait|fetch|s/sleeper->done = 1;/if (sleeper->done) return; sleeper->done = 0;/
evictions are not counted|cache|s/atomic_fetch_sub\(\&cache->count, 1\);//
a hit takes no reference|hit|s/target_ref\(\&entry->client->target\);//
PLANTS
conclude
