#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes point one way: a file includes headers of its own layer and of those before it only. And
# other libraries' headers stand where they belong.
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
status=0
fail() { echo "$1"; status=1; }

# The seam, transport/transport.h, belongs to the layer before query: data flows through it both ways.
layer() {
  case $1 in
  base/*) echo 1 ;;
  transport/transport.h) echo 2 ;;
  query/*) echo 3 ;;
  transport/*) echo 4 ;;
  result/*) echo 5 ;;
  client*|attempt*|rollback*|operation*|retry*) echo 6 ;;
  multi/*) echo 7 ;;
  execute*|rows*|lines*|incoming*|pages*|writer*) echo 8 ;;
  manager/*) echo 9 ;;
  platform/*) echo 10 ;;
  *) echo 99 ;;
  esac
}
for file in $(cd lib && ls ./*.[ch] ./*/*.[ch] | sed 's,^\./,,'); do
  own=$(layer "$file")
  [ "$file" = transport/reply.c ] && own=2
  for header in $(sed -n 's/^#include "\(.*\)"/\1/p' "lib/$file"); do
    [ "$(layer "$header")" -le "$own" ] || fail "lib/$file includes $header, which comes later"
    # transport and query do not know each other beyond the seam
    case $file:$header in
    transport/*:query/*) fail "lib/$file includes $header" ;;
    # the platform stands on the public interface
    platform/*:base/*|platform/*:platform/*) ;;
    platform/*) fail "lib/$file includes $header" ;;
    esac
  done
done
only() { # WHAT PATTERN ALLOWED: no other file includes it
  for file in $(grep -lE "^#include <$2" lib/*.[ch] lib/*/*.[ch]); do
    echo "$file" | grep -qE "^lib/($3)\$" || fail "$file includes $1"
  done
}
only "libcurl" 'curl/' 'transport/[a-z]+\.[ch]'
only "libsodium" 'sodium' 'base/secret\.c|manager/keyring\.c|manager/envelope(_v[12])?\.c'
only "OpenSSL" 'openssl/' 'manager/envelope_v1\.c'
only "cJSON" '(cjson/|supa/cjson)' '(query|result)/tree\.c'
for file in include/supa/*.h; do
  for header in $(sed -n 's/^#include <\(.*\)>/\1/p' "$file"); do
    case $file:$header in
    *:supa/*|*:stddef.h|*:stdint.h|include/supa/cjson.h:cjson/cJSON.h) ;;
    *) fail "$file includes $header" ;;
    esac
  done
  grep -q '^#include "' "$file" && fail "$file includes a private header"
done
[ $status = 0 ] && echo "includes point one way"
exit $status
