#!/bin/bash
# SPDX-License-Identifier: MIT
# The same chains of calls, said to libsupa and to postgrest-js, must put the same on the wire:
#
#     run.sh [--chains N] [--seed S]             N random chains (1,000) beside the corpus
#     run.sh --plant [--chains N] [--seed S]     whether bugs that are put into the serialiser are found
#
# Ends in "N chains, M unexplained differences", or with --plant in "N passed, M failed".
. "$(dirname "$0")/wire.sh"
chains=1000 seed=1 plant=

while [[ $# -gt 0 ]]; do
  case $1 in
  --chains) chains=${2:?}; shift ;;
  --seed) seed=${2:?}; shift ;;
  --plant) plant=1 ;;
  *) say "usage: run.sh [--chains N] [--seed S] [--plant]"; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
install_wire_tools
if [[ -n $plant ]]; then
  . "$wire/plant.sh"
else
  build plain
  compile_drive "$top" "$build/lib/.libs" "$work/drive"
  node "$wire/parity.mjs" "$work/drive" --chains "$chains" --seed "$seed"
fi
