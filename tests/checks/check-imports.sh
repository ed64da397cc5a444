#!/bin/sh
# SPDX-License-Identifier: MIT
# What the shared library takes from others is listed in imports.txt, with a reason where one may wonder: no
# function that cannot be used safely, none that starts a program, prints, ends the process or changes what
# belongs to it. In a build folder, or with $BUILD set to one.
here=$(cd "$(dirname "$0")" && pwd)
library=${BUILD:-..}/lib/.libs/libsupa.so
list=$here/imports.txt
[ -f "$library" ] || { echo "there is no shared library in this build"; exit 77; }
# Never, whatever the list says. strcpy and strcat are what compilers make of snprintf: the sources are asked about those.
never='gets|sprintf|vsprintf|system|popen|exec[lv]p?e?|abort|exit|_exit|mktemp|tmpnam|strtok|rand|srand|random|setenv|putenv|setlocale|signal|sigaction|printf|puts|perror|alloca|dlopen|localtime|gmtime|ctime|strerror|cJSON_InitHooks|curl_global_init_mem|curl_global_cleanup'
sources='str(n?cpy|n?cat)|sprintf|gets|atoi|atol|system|popen'

# Checked forms (__snprintf_chk) are the functions that they check.
imports() {
  ${NM:-nm} -D --undefined-only "$library" | sed 's/.* //; s/@.*//; s/^__\(.*\)_chk$/\1/; s/^__isoc[0-9]*_//' |
    grep -vE '^(_ITM_.*|__gmon_start__|__cxa_finalize|__stack_chk_fail|__tls_get_addr)$' | LC_ALL=C sort -u
}
# A pattern's * stands for anything.
is_listed() {
  for pattern in $patterns; do
    # shellcheck disable=SC2254  # a pattern it is
    case $1 in $pattern) return 0 ;; esac
  done
  return 1
}
set -f
patterns=$(sed -n 's/^\([A-Za-z_][A-Za-z0-9_*]*\).*/\1/p' "$list")
status=0
fail() { echo "$1"; status=1; }
for name in $(imports); do
  echo "$name" | grep -qxE "$never" && fail "the library calls $name()"
  is_listed "$name" || fail "$name() is in no line of ${list##*/}: list it, with the reason if one may wonder"
done
set +f
if cd "$here/../../lib"; then
  grep -nE "\b($sources) ?\(" ./*.[ch] ./*/*.[ch] | grep -vE ':[0-9]+: *(/?\*|//)' && fail "a bounded or checked function is there for that"
fi
[ $status = 0 ] && echo "$(imports | wc -l) imported functions, all of them listed"
exit $status
