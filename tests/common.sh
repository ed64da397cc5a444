# SPDX-License-Identifier: MIT
# What the test scripts share; to be sourced. Each of them works alone from a clean clone: it installs
# what is missing, builds, runs, and ends in the line "N passed, M failed".
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# install_missing PROGRAM=PACKAGE…: Debian packages whose program, header or pkg-config module is not there.
install_missing() {
  local pair what missing=()
  for pair in "$@"; do
    what=${pair%%=*}
    case $what in
    pc:*) pkg-config --exists "${what#pc:}" 2>/dev/null || missing+=("${pair#*=}") ;;
    file:*) [[ -e ${what#file:} ]] || missing+=("${pair#*=}") ;;
    *) command -v "$what" >/dev/null || missing+=("${pair#*=}") ;;
    esac
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ $EUID -ne 0 ]]; then
    say "missing: ${missing[*]}; as root: apt-get install ${missing[*]}"
    exit 1
  fi
  say "installing what is missing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >"${TMPDIR:-/tmp}/apt.$$.log" 2>&1 ||
    { tail -5 "${TMPDIR:-/tmp}/apt.$$.log" >&2; exit 1; }
  rm -f "${TMPDIR:-/tmp}/apt.$$.log"
}

install_build_tools() {
  install_missing gcc=gcc g++=g++ make=make autoconf=autoconf automake=automake \
    libtoolize=libtool pkg-config=pkg-config file:/usr/include/stdio.h=libc6-dev
  install_missing pc:libcurl=libcurl4-openssl-dev pc:libcjson=libcjson-dev pc:libsodium=libsodium-dev
}

install_test_tools() {
  install_build_tools
  install_missing pc:cunit=libcunit1-dev pc:openssl=libssl-dev pc:libnghttp2=libnghttp2-dev pc:libuv=libuv1-dev nginx=nginx-light
  install_missing pc:libmicrohttpd=libmicrohttpd-dev
}

# build VARIANT: configures and builds in build/VARIANT, which is left in $build. Variants: plain,
# demo, clang, static (and without what is optional), bench (shared and optimised, to be installed in
# build/bench/installed), sanitized (address,undefined), thread,
# coverage (gcc's counters, shared: a static library would bring gcc's own with it). Warnings are errors.
build() {
  local variant=$1 options=(--enable-werror)
  build=$top/build/$variant
  mkdir -p "$build"
  exec 9>"$top/build/.lock"
  flock 9
  case $variant in
  sanitized) options+=(--enable-sanitize=address,undefined --disable-shared) ;;
  bench) options+=(CFLAGS='-O2 -g' --disable-static "--prefix=$build/installed") ;;
  clang) options+=(CC=clang CXX=clang++) ;;
  static) options+=(--disable-shared --without-libcrypto) ;;
  coverage) options+=(CFLAGS='-O0 -g --coverage -fprofile-update=prefer-atomic' LDFLAGS=--coverage --disable-static) ;;
  # Its instrumentation hides from the compiler that a query is never NULL behind its check.
  thread) options+=(--enable-sanitize=thread --disable-shared CFLAGS='-O2 -g -Wno-null-dereference') ;;
  esac
  if [[ ! -x $top/configure || $top/configure.ac -nt $top/configure ]]; then
    (cd "$top" && autoreconf -i >"$top/build/autoreconf.log" 2>&1) || { cat "$top/build/autoreconf.log" >&2; exit 1; }
  fi
  if [[ ! -f $build/Makefile ]]; then
    say "configuring build/$variant"
    (cd "$build" && "$top/configure" "${options[@]}" >configure.out 2>&1) || { tail -20 "$build/configure.out" >&2; exit 1; }
  fi
  say "building build/$variant"
  make -s -C "$build" -j"$(nproc)" "${@:2}" >"$build/make.out" 2>&1 || { tail -30 "$build/make.out" >&2; exit 1; }
  flock -u 9
}

# The test programs of a build.
build_tests() {
  build "$1"
  exec 9>"$top/build/.lock"
  flock 9
  make -s -C "$build/tests" -j"$(nproc)" unit/unit fault/fault fault/hostile fault/resident live/live live/envelope \
    manager/manager platform/platform >"$build/tests.out" 2>&1 ||
    { tail -30 "$build/tests.out" >&2; exit 1; }
  flock -u 9
}

# tally LABEL COMMAND…: runs it, adds up its last line "N passed, M failed", shows what was not looked at, and all that
# it prints when something failed.
passed=0 failed=0
tally() {
  local label=$1 output status=0 line
  shift
  output=$(mktemp)
  say "== $label"
  "$@" >"$output" 2>&1 || status=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$output" | tail -1 || true)
  if [[ -z $line || $status -ne 0 ]]; then
    cat "$output"
  elif [[ -n ${VERBOSE:-} ]]; then
    cat "$output"
  fi
  grep -io 'not looked at.*' "$output" | sort -u | sed "s/^/$label: /" || true
  rm -f "$output"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    # A program that fails without saying so (a sanitizer's report) has failed.
    [[ $status -eq 0 || ${BASH_REMATCH[2]} -gt 0 ]] || failed=$((failed + 1))
    printf '%s: %s\n' "$label" "$line"
  else
    failed=$((failed + 1))
    printf '%s: ended without a result (exit %d)\n' "$label" "$status"
  fi
}

conclude() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [[ $failed -eq 0 && $passed -gt 0 ]]
}
