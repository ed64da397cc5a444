#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-format would change nothing. Skipped (77) where it is not installed.
top=$(cd "$(dirname "$0")/../.." && pwd)
command -v clang-format >/dev/null || { echo "clang-format is not here"; exit 77; }
cd "$top" || exit 1
find include lib tests examples -name node_modules -prune -o \( -name '*.[ch]' -o -name '*.cc' \) -print |
  xargs clang-format --dry-run -Werror && echo "formatted"
