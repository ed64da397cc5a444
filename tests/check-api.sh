#!/bin/bash
# SPDX-License-Identifier: MIT
# Every export has a doc comment and is called by a test or an example. Ends in
# "N exports, M unused, K undocumented".
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
exports=$(cat tests/checks/exports.txt)
callers=$(cat tests/*.c tests/*/*.c tests/*/*.cc examples/*.c 2>/dev/null)
# A declaration is documented when the line before its SUPA_API line ends a comment.
documented=$(awk '
  /\*\/[ \t]*$/ {comment = 1; next}
  /^SUPA_API/ {if (comment) wanted = 1}
  wanted && match($0, /supa_[a-z0-9_]+\(/) {print substr($0, RSTART, RLENGTH - 1); wanted = 0}
  {comment = 0}' include/supa/*.h)
unused=0 undocumented=0 count=0
for name in $exports; do
  count=$((count + 1))
  grep -qE "\b$name\b *\(|\b$name\b" <<<"$callers" || { echo "no test calls $name"; unused=$((unused + 1)); }
  grep -qx "$name" <<<"$documented" || { echo "no comment on $name"; undocumented=$((undocumented + 1)); }
done
echo "$count exports, $unused unused, $undocumented undocumented"
[ $count -gt 0 ] && [ $unused = 0 ] && [ $undocumented = 0 ]
