#!/bin/bash
# SPDX-License-Identifier: MIT
# cppcheck, clang-tidy (bugprone, cert, concurrency; ../../.clang-tidy) and gcc -fanalyzer over the library and
# the tool: no finding but those that analysis.txt argues away, and none there that is not found any more.
# One line for each. check-analysis.sh [cppcheck|clang-tidy|gcc…], all three by default.
. "$(dirname "$0")/../common.sh"
install_build_tools
[[ $# -gt 0 ]] || set -- cppcheck clang-tidy gcc
for tool; do install_missing "$tool=$tool"; done
cd "$top"
argued=tests/checks/analysis.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sources=(lib/*.c lib/*/*.c examples/supa/*.c)
paths=("-I$top/include" "-I$top/lib" "-I$top/examples/supa")
read -ra foreign < <(pkg-config --cflags libcurl libcjson libsodium libcrypto 2>/dev/null || true) || true
flags=(-std=gnu11 -D_GNU_SOURCE -DHAVE_LIBCRYPTO=1 '-DPACKAGE_VERSION="0"' "${paths[@]}" "${foreign[@]}")
printf '%s\n' "${flags[@]}" >"$work/compile_flags.txt"
each() { printf '%s\0' "${sources[@]}" | xargs -0 -P"$(nproc)" "$@"; }
relative() { sed -n "s,^\($top/\)\?\([a-z]*/[^:]*:[0-9]*\):[0-9]*: \(warning\|error\|fatal error\): \(.*\) \[\([^]]*\)\]\$,\2: \5: \4,p"; }

# Each prints FILE:LINE: CHECK: MESSAGE, and fails where it could not do its work.
analyse_cppcheck() {
  cppcheck --enable=warning,portability,performance --std=c11 --quiet -j"$(nproc)" "${paths[@]}" -DHAVE_LIBCRYPTO=1 \
    --suppress=missingIncludeSystem --template='{file}:{line}: {id}: {message}' lib examples/supa 2>&1
}
analyse_clang-tidy() {
  each -n6 clang-tidy --quiet -p "$work" >"$work/said" 2>"$work/complaints" || { cat "$work/said" "$work/complaints" >&2; return 1; }
  relative <"$work/said"
}
analyse_gcc() {
  each -n1 gcc "${flags[@]}" -O1 -fanalyzer -S -o /dev/null 2>"$work/said" || { cat "$work/said" >&2; return 1; }
  relative <"$work/said" | sed 's/: -W\(analyzer[^:]*\):/: \1:/'
}

# A line of analysis.txt, FILE: CHECK: WHY, takes any number of findings of that check in the files that it names.
judge() { # TOOL, on standard input what it found
  awk -v tool="$1" -v argued="$argued" '
    function matches(text, pattern) {
      gsub(/\./, "\\.", pattern); gsub(/\*/, ".*", pattern)
      return text ~ ("^" pattern "$")
    }
    BEGIN {
      while ((getline line <argued) > 0) {
        if (line ~ /^#/ || line == "") continue
        split(line, part, /: /)
        if (part[1] != tool) continue
        count++; file[count] = part[2]; check[count] = part[3]
        if (part[4] == "") { print argued ": " line ": why?"; bad = 1 }
      }
    }
    {
      name = $1; sub(/:.*/, "", name)
      found = $2; sub(/:$/, "", found)
      for (i = 1; i <= count; i++)
        if (matches(name, file[i]) && found == check[i]) { used[i] = 1; next }
      print; bad = 1
    }
    END {
      for (i = 1; i <= count; i++)
        if (!used[i]) { print argued ": " tool ": " file[i] ": " check[i] ": is not found any more"; bad = 1 }
      exit bad
    }'
}
status=0
for tool; do
  "analyse_$tool" >"$work/findings" || { echo "$tool did not end well"; status=1; }
  LC_ALL=C sort -u "$work/findings" | judge "$tool" || status=1
done
[[ $status -ne 0 ]] || echo "$*: nothing in ${#sources[@]} files but what is argued ($(grep -c '^[a-z]' "$argued") lines)"
exit $status
