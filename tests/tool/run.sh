#!/bin/bash
# SPDX-License-Identifier: MIT
# The command-line tool on real servers, which it starts and stops: tool/run.sh [VARIANT…], plain and sanitized by
# default. Each check compares all that is printed and the exit status.
. "$(dirname "$0")/../common.sh"
here=$top/tests/tool
if [[ ${1:-} == --inside ]]; then
  . "$here/check.sh"
  for part in demo queries writes exports output configuration stores keys doctor walks examples large secrets; do
    . "$here/$part.sh"
  done
  conclude
  exit
fi
install_test_tools
install_missing node=nodejs script=bsdutils
for v in ${@:-plain sanitized}; do
  build "$v"
  export STACK_SEAL=$build/tests/stack/seal
  tally "tool, $v" "$top/tests/stack/stack" run "$here/run.sh" --inside "$build/examples/supa/supa"
done
conclude
