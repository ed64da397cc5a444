# SPDX-License-Identifier: MIT
# A million rows to a file: constant memory, and a bar that tells the truth. A build with sanitizers, which keep what was
# freed, takes fewer of them and is not weighed; nor is its bar, which stands still for a fifth of so short a walk.
large=1000000
if grep -q __asan_init "$tool"; then large=50000; fi
export SUPA_SCOPE=warn # notes are in no list
$STACK_PSQL -qd tenant_1 -c "insert into notes (slug, title, rank)
  select 'large-' || lpad(n::text, 8, '0'), 'a note of some length', 1000000 + n
  from generate_series(1, $large) n"

# watched NAME COMMAND: runs it on a terminal; while it runs, each percent that its bar tells, the bytes in $work/NAME's partial file
# and the peak of memory until then go to $work/samples; $most is the last peak, in KiB.
watched() {
  local told='' last='' pid
  most=0
  rm -f "$work/pid" "$work/$1"
  : >"$work/samples"
  : >"$work/shown"
  mkfifo "$work/quiet" # a keyboard that nobody touches: the end of input would end it
  script -qefc "stty cols 80; echo \$\$ >'$work/pid'; exec $2" /dev/null <"$work/quiet" >"$work/shown" 2>&1 &
  pid=$!
  exec 7>"$work/quiet"
  while kill -0 $pid 2>/dev/null; do
    told=$(tail -c 150 "$work/shown" | grep -aoE '\] +[0-9]+ %' | tail -1 || true)
    if [[ $told != "$last" ]]; then
      last=$told
      echo "$(tr -dc 0-9 <<<"$told") $(stat -c %s "$work/$1".?????? 2>/dev/null || stat -c %s "$work/$1") $most" >>"$work/samples"
    fi
    read -r _ most _ < <(grep VmHWM "/proc/$(<"$work/pid")/status" 2>/dev/null || echo _ "$most") || true
    sleep 0.01
  done 2>/dev/null
  status=0
  wait $pid || status=$?
  exec 7>&-
  rm "$work/quiet"
  tr '\r' '\n' <"$work/shown" >>"$log"
}

# truth PERCENT: what is in the file when the bar first tells so much or more, as points away from it; 99 when it never did.
truth() {
  awk -v want="$1" -v size="$(stat -c %s "$work/large.ndjson")" \
    '$1 >= want {off = $1 - 100 * $2 / size; print int(off < 0 ? -off : off); told = 1; exit} END {if (!told) print 99}' \
    "$work/samples"
}

is_near() {
  if [[ $(truth "$1") -le 2 ]]; then return 0; fi
  printf 'failed: at %s %% the bar is %s points off\n' "$1" "$(truth "$1")"
  return 1
}

if has_terminals "a bar tells"; then
  watched large.ndjson "$tool export notes --store tulip --like 'slug=large-%' --to $work/large.ndjson --page 10000 --count"
  count verdict "all rows are exported" "status and rows" "0 $large" "$status $(wc -l <"$work/large.ndjson")"
  count verdict "… each once" "rows" "$large" "$(grep -o '"slug":"[^"]*"' "$work/large.ndjson" | sort -u | wc -l)"
  early=$(awk '$1 >= 25 {print $3; exit}' "$work/samples")
  if [[ $large -eq 1000000 ]]; then
    count verdict "… in constant memory" "more than 1 MiB since a quarter" 0 "$((most - early > 1024))"
    for at in 25 50 75; do count is_near "$at"; done
  else
    count verdict "… with a bar" "samples" 1 "$(($(wc -l <"$work/samples") > 0))"
  fi
  printf 'export: %d rows, %d KiB at a quarter, %d at most, %d samples, %s points off at 25, 50 and 75 %%: %s\n' \
    "$large" "$early" "$most" "$(wc -l <"$work/samples")" "$(truth 25) $(truth 50) $(truth 75)" \
    "$(tr '\r' '\n' <"$work/shown" | tail -1)"
fi
$STACK_PSQL -qd tenant_1 -c "delete from notes where slug like 'large-%'"
unset SUPA_SCOPE
