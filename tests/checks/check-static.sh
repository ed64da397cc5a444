#!/bin/sh
# SPDX-License-Identifier: MIT
# The static library defines no global name but those that begin with supa_: any other could meet one of
# the program's. In a build folder, or with $BUILD set to one.
library=${BUILD:-..}/lib/.libs/libsupa.a
stamp=${BUILD:-..}/lib/libsupa.local
[ -f "$stamp" ] || { echo "there is no static library in this build, or no objcopy to keep names out of it"; exit 77; }
names() { ${NM:-nm} -g --defined-only "$library" | awk 'NF == 3 {print $3}'; }
others=$(names | grep -v '^supa_')
[ -z "$others" ] || { echo "$others"; echo "global in the static library, and not supa_…"; exit 1; }
[ "$(names | wc -l)" -gt 0 ] && echo "$(names | wc -l) global names, all of them supa_…"
