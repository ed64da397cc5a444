#!/bin/bash
# SPDX-License-Identifier: MIT
# manager/keys.sh COMMAND…: gives tenant 1 fifty further service keys, k01 to k50, which the gateway's log
# tells apart, and runs the command with $MANAGER_KEYS naming a file of "k01 KEY" lines, $MANAGER_REFUSED the
# directory in which a file 1-k01 makes the gateway refuse that key, and $MANAGER_V1 the older program. In a
# stack's environment. The secret that signs the keys is the stack's own and ends with it.
set -euo pipefail
umask 077
export MANAGER_KEYS=$STACK_DIR/keys-of-tenant-1
export MANAGER_REFUSED=$STACK_DIR/conf/refused
MANAGER_V1=$(cd "$(dirname "$0")" && pwd)/v1.mjs
export MANAGER_V1
mkdir -p "$MANAGER_REFUSED"
chmod 755 "$MANAGER_REFUSED"
secret=$(sed -n 's/^jwt-secret = "\(.*\)"/\1/p' "$STACK_DIR/conf/tenant_1.postgrest")
url() { basenc --base64url -w0 | tr -d =; }
header=$(printf '{"alg":"HS256","typ":"JWT"}' | url)
for i in $(seq -w 50); do
  body=$(printf '{"role":"service_role","iss":"supabase","ref":"k%s","exp":4102444800}' "$i" | url)
  sign=$(printf %s "$header.$body" | openssl dgst -sha256 -mac HMAC -macopt "key:$secret" -binary | url)
  printf 'k%s %s.%s.%s\n' "$i" "$header" "$body" "$sign"
done >"$MANAGER_KEYS"
while read -r name key; do
  printf '"~^1 %s$" %s;\n' "${key//./\\.}" "$name"
done <"$MANAGER_KEYS" >>"$STACK_DIR/conf/keys.map"
kill -HUP "$(cat "$STACK_DIR/run/nginx.pid")"
sleep 1
"$@"
