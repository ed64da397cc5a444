#!/bin/bash
# SPDX-License-Identifier: MIT
# The benchmark, from a clean clone: installs what is missing, builds the library as packages are built,
# starts the server of canned answers and the real servers, and measures every row of the budget table
# beside its floor. Ends in "N rows, M met, K not met"; the status is 0 when all are met.
. "$(dirname "$0")/../common.sh"

# make's own flags and variables (PEERS, CFLAGS) are not for the builds below
unset MAKEFLAGS MFLAGS

here=$top/tests/bench
usage() {
  cat <<'EOF'
usage: run.sh [--peers js] [--rows A,B] [--rounds N] [--curves] [--out DIR]
       run.sh --report [--rows A,B] [--rounds N]
       run.sh --with COMMAND…

  --peers js   also measure postgrest-js, installed from npm
  --rows A,B   these rows, or curves, only
  --rounds N   rounds of each row; 15 without it, 5 for curves
  --curves     cost as work grows, instead of the rows
  --report     all that is kept here, in one go: the rows with postgrest-js, then the curves; bench.json and
               the charts go to doc/bench, the table to README.md. Status 0 also when a row is not met
  --out DIR    where bench.json goes; build/bench without it. The charts go to build/bench/results
  --with …     only run a command beside the canned answers, in the environment of the sides
EOF
}

peers='' only='' out='' report='' rounds='' curves='' options=() with=()
while [[ $# -gt 0 ]]; do
  case $1 in
  --peers) peers=${2:-}; shift 2 ;;
  --rows) only=${2:-}; options+=(--rows "${2:-}"); shift 2 ;;
  --rounds) rounds=${2:-}; shift 2 ;;
  --curves) curves=1; shift ;;
  --report) report=1 peers=js; options+=(--report); shift ;;
  --out) out=${2:-}; shift 2 ;;
  --help) usage; exit 0 ;;
  --with) with=("${@:2}"); shift $# ;;
  *) usage >&2; exit 2 ;;
  esac
done
[[ -z $report || -z $curves ]] || { usage >&2; exit 2; }
[[ $peers == '' || $peers == js ]] || { say "no peer $peers: only js (README.md has recipes for others)"; exit 2; }
stores=${BENCH_STORES:-100000}
[[ $stores =~ ^[0-9]+$ && $stores -ge 10000 ]] || { say "BENCH_STORES wants a number from 10000 on"; exit 2; }

install_peers() (
  install_missing node=nodejs npm=npm
  exec 8<"$here/package.json"
  flock 8
  want=$(sed -n 's/.*"@supabase\/postgrest-js": "\(.*\)".*/\1/p' "$here/package.json")
  ! grep -q "\"version\": \"$want\"" "$here/node_modules/@supabase/postgrest-js/package.json" 2>/dev/null || exit 0
  say "installing postgrest-js $want from npm"
  cd "$here"
  npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null 8<&- >&2
)

install_tools() {
  install_build_tools
  install_missing nginx=nginx-light openssl=openssl gnuplot=gnuplot-nox valgrind=valgrind \
    file:/etc/ssl/certs/ca-certificates.crt=ca-certificates strip=binutils
  [[ $peers == '' ]] || install_peers
}

# The library as it is installed, and the programs against it.
build_programs() {
  build bench
  exec 9>"$top/build/.lock"
  flock 9
  make -s -C "$build" install >"$build/install.out" 2>&1 || { tail -20 "$build/install.out" >&2; exit 1; }
  bin=$build/programs
  mkdir -p "$bin"
  make -s -f "$here/bench.mk" PREFIX="$build/installed" BUILD="$build" OUT="$bin" >"$build/programs.out" 2>&1 ||
    { tail -20 "$build/programs.out" >&2; exit 1; }
  flock -u 9
  strip -o "$bin/libsupa.stripped" "$build/installed/lib/libsupa.so"
}

# needs ROW…: whether one of these rows is asked for.
needs() {
  local row
  [[ -n $only ]] || return 0
  for row in "$@"; do [[ ,$only, != *,$row,* ]] || return 0; done
  return 1
}

# ---- canned answers

make_certificate() {
  local subject
  subject() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
  subject ca.key
  openssl req -x509 -new -key ca.key -days 2 -subj '/CN=libsupa benchmark' -out ca.pem
  subject server.key
  openssl req -new -key server.key -subj '/CN=127.0.0.1' -out server.csr
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile <(echo 'subjectAltName=IP:127.0.0.1') -out server.pem
  # the system's own authorities and one more
  cat /etc/ssl/certs/ca-certificates.crt ca.pem >trust.pem
}

answers() {
  local size
  printf 'location = /rest/v1/one { add_header X-Sent $request_length; add_header Content-Range "0-0/*"; return 200 %s; }\n' \
    "'$(cat one.json)'"
  printf 'location = /rest/v1/notes { add_header X-Sent $request_length; add_header Content-Range "*/*"; return 201; }\n'
  printf 'location = /rest/v1/page { add_header X-Sent $request_length; add_header Content-Range "0-99/*"; alias %s/page.json; }\n' "$dir"
  for size in "$@"; do
    printf 'location = /rest/v1/rows_%d { add_header X-Sent $request_length; add_header Content-Range "0-%d/*"; alias %s/rows_%d.json; }\n' \
      "$size" $((size - 1)) "$dir" "$size"
  done
}

# The last core that we may use: the first one has the most interrupts.
choose_core() {
  local allowed
  allowed=$(taskset -pc $$)
  core=${allowed##*[:,\ -]}
  mask=1$(printf '%*s' "$core" '' | tr ' ' 0)
}

answering() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_nginx() {
  local i user=''
  [[ $EUID -ne 0 ]] || user='user root;'
  for i in 1 2 3 4 5; do
    port=$((10240 + RANDOM % 11000)) tls_port=$((21300 + RANDOM % 11000))
    ! answering $port && ! answering $tls_port || continue
    sed -e "s|@DIR@|$dir|g" -e "s|@USER@|$user|" -e "s|@MASK@|$mask|" -e "s|@PORT@|$port|" -e "s|@TLS_PORT@|$tls_port|" \
      "$here/nginx.conf.in" >"$dir/nginx.conf"
    ! "$nginx" -p "$dir" -c "$dir/nginx.conf" 2>"$dir/start.log" || return 0
  done
  cat "$dir/start.log" >&2
  exit 1
}

start_canned() {
  local sizes=(100000)
  [[ -z $curves$report ]] || sizes=(100 1000 10000 100000 1000000)
  nginx=$(command -v nginx || echo /usr/sbin/nginx)
  dir=$(mktemp -d "${TMPDIR:-/tmp}/supa-bench-XXXXXXXX")
  trap 'status=$?; trap - EXIT; stop_canned; exit $status' EXIT
  trap 'exit 130' INT TERM HUP
  "$bin/canned" "$dir" "${sizes[@]}"
  (cd "$dir" && make_certificate && answers "${sizes[@]}" >answers.conf) 2>"$dir/make.log" ||
    { cat "$dir/make.log" >&2; exit 1; }
  choose_core
  start_nginx
}

stop_canned() {
  [[ ! -f $dir/nginx.pid ]] || kill "$(cat "$dir/nginx.pid")" 2>/dev/null || true
  rm -rf "$dir"
}

# ---- charts

versions() {
  local js=$here/node_modules/@supabase/postgrest-js/package.json
  printf 'libsupa %s (%s) · libcurl %s' "$version" \
    "$(git -C "$top" rev-parse --short HEAD 2>/dev/null || echo release)" "$(pkg-config --modversion libcurl)"
  [[ $peers == '' ]] || printf ' · postgrest-js %s, Node.js %s' "$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$js")" "$(node -v)"
}

machine() {
  printf '%s, %s cores, ' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)"
  (. /etc/os-release 2>/dev/null; printf '%s' "${PRETTY_NAME:-$(uname -s)}")
}

draw() {
  printf 'caption = "%s · %s · %s"\n' "$(date -u +%F)" "$(versions)" "$(machine)" >"$results/caption.gp"
  (cd "$results" && gnuplot -e "what = '$1'" "$here/charts.gp") || say "the charts could not be drawn"
}

# keep_report: what the repository keeps of a run. The README's part stands between two marks.
keep_report() {
  local doc=$top/doc/bench
  [[ -s $results/summary.md ]] || return 0
  mkdir -p "$doc"
  cp "$results"/*.svg "$results/bench.json" "$doc/"
  {
    printf '%s · %s · %s\n\n' "$(date -u +%F)" "$(versions)" "$(machine)"
    cat "$results/summary.md"
    printf '\nCharts, and cost as work grows: [doc/bench](doc/bench).\n'
  } >"$results/readme.md"
  sed -i -e '/^<!-- bench -->$/,/^<!-- end of bench -->$/{' -e '/^<!-- bench -->$/r '"$results/readme.md" \
    -e '/^<!-- \(end of \)\?bench -->$/!d' -e '}' "$top/README.md"
}

# measure: the rows, the curves, or both.
measure() {
  local command=("$bin/bench" --out "$results" "${options[@]}")
  case $curves$report in
  '') command+=(${peers:+--peers} ${rounds:+--rounds "$rounds"}) ;;
  *) command=(bash -c '
    if [[ $1 ]]; then "${@:3}" --peers ${2:+--rounds "$2"}; fi
    "${@:3}" --curves --rounds "${2:-5}"' bench "$report" "$rounds" "${command[@]}") ;;
  esac
  if needs lookup cold stores threads; then
    STACK_SEAL=$build/tests/stack/seal "$top/tests/stack/stack" run "$here/with_stores.sh" "${command[@]}"
  else
    "${command[@]}"
  fi
}

install_tools
build_programs
out=${out:-$build}
results=$build/results
rm -rf "$results"
mkdir -p "$results" "$out"
start_canned

version=$(PKG_CONFIG_PATH=$build/installed/lib/pkgconfig pkg-config --modversion libsupa)
# as long as a hosted project's service key: libcurl formats headers byte by byte
key=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.$(openssl rand -hex 70).$(openssl rand -hex 21)
export BENCH_URL=http://127.0.0.1:$port BENCH_TLS_URL=https://127.0.0.1:$tls_port BENCH_KEY=$key \
  BENCH_AGENT=libsupa/$version BENCH_CANNED=$dir BENCH_CA_FILE=$dir/trust.pem BENCH_CORE=$core \
  BENCH_BIN=$bin BENCH_SOURCE=$here BENCH_STORES=$stores
BENCH_LIBRARY_BYTES=$(stat -c %s "$bin/libsupa.stripped")
export BENCH_LIBRARY_BYTES

[[ ${#with[@]} -eq 0 ]] || { "${with[@]}"; exit; }
status=0
measure || status=$?
[[ ! -f $results/bench.json ]] || cp "$results/bench.json" "$out/bench.json"
[[ -n $curves ]] || draw rows
[[ -z $curves$report ]] || draw curves
[[ -z $report ]] || keep_report
exit $status
