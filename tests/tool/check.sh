# SPDX-License-Identifier: MIT
# What the parts share; to be sourced inside of a stack. All that the tool prints is kept in $log, so that the last
# part can look for keys in it.
tool=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
export HOME=$work XDG_CONFIG_HOME='' LC_ALL=C.UTF-8 NO_COLOR=1
unset SUPA_CONFIG SUPA_PROFILE SUPA_STORE SUPA_URL SUPA_KEY COLUMNS
umask 077
read -ra stores <<<"$STACK_STORES"

supa() { "$tool" "$@"; }

# verdict NAME WHAT EXPECTED FOUND
verdict() {
  if [[ $3 == "$4" ]]; then
    return 0
  fi
  printf 'failed: %s: %s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3" "$4"
  return 1
}

# count OK: one more passed or failed.
count() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

run() {
  status=0
  "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  cat "$work/out" "$work/err" >>"$log"
}

# prints NAME EXPECTED COMMAND…: its standard output, and success.
prints() {
  local name=$1 expected=$2
  shift 2
  run "$@"
  if [[ $status -ne 0 ]]; then sed 's/^/  /' "$work/err"; fi
  count both "$name" "$expected" 0
}

# ends NAME STATUS ERROR COMMAND…: nothing on standard output, these lines on standard error.
ends() {
  local name=$1 expected=$2 error=$3
  shift 3
  run "$@"
  count refused "$name" "$error" "$expected"
}

both() {
  verdict "$1" "exit status" "$3" "$status" && verdict "$1" "standard output" "$2" "$(<"$work/out")"
}

refused() {
  verdict "$1" "exit status" "$3" "$status" && verdict "$1" "standard error" "$2" "$(<"$work/err")" &&
    verdict "$1" "standard output" "" "$(<"$work/out")"
}

# tells NAME TEXT: the last command said it on standard error.
tells() {
  count verdict "$1" "standard error" "$2" "$(<"$work/err")"
}

# has_terminals: whether pseudo-terminals can be made here; a bare root may lack /dev/pts.
has_terminals() {
  script -qec true /dev/null </dev/null >"$work/terminal" 2>&1 && return 0
  printf 'not looked at: what %s; no pseudo-terminal can be made here: %s\n' "$1" "$(tail -1 "$work/terminal")"
  return 1
}

# on_terminal COLUMNS COMMAND: what it shows on a terminal so wide.
on_terminal() {
  script -qec "stty cols $1; $2" /dev/null </dev/null | tr -d '\r'
}
