# SPDX-License-Identifier: MIT
# Keys, envelopes and scope.
prints "a key goes to a file of its owner's" '-rw-------' \
  sh -c "'$tool' keygen k9 --to '$work/k9' && ls -l '$work/k9' | cut -c1-10"
ends "… that was not there" 1 "supa: $work/k9: File exists
  hint: a second key goes into it by --add" supa keygen k9 --to "$work/k9"
supa keygen --to "$work/ring"
cut -d: -f2 "$work/ring" >"$work/first"
ends "a second key goes behind the first" 0 'k2 is added, and opens; the first key goes on sealing
once every process has this file: move the line of k2 to its top, and `supa rekey --write`' \
  supa keygen --add --to "$work/ring"
count verdict "… in the same file of its owner's" "ids and mode" "k1 k2 -rw-------" \
  "$(cut -d: -f1 "$work/ring" | tr '\n' ' ')$(ls -l "$work/ring" | cut -c1-10)"
count verdict "… which it keeps" "first key" "$(<"$work/first")" "$(head -1 "$work/ring" | cut -d: -f2)"
run supa keygen k2 --add --to "$work/ring"
count verdict "… once" "status and lines" "9 2" "$status $(wc -l <"$work/ring")"
ends "not into one that others may read" 2 'supa: others may read the file that the key would go to
  hint: umask 077 first, or --to FILE' sh -c "umask 022; '$tool' keygen >'$work/open'; status=\$?; cat '$work/open'; exit \$status"

sealed=$(supa seal "${stores[1]}" --credentials "$work/maple.json")
run supa open "${stores[1]}" "$sealed"
count both "an envelope opens, and its plaintext is kept back" \
  "opens, $(($(wc -c <"$work/maple.json") - 1)) bytes; --show-keys prints them" 0
tells "it names its key" 'version 2, key k1'
count verdict "the plaintext, when it is asked for" "bytes" "$(<"$work/maple.json")" \
  "$(supa open "${stores[1]}" - --show-keys <<<"$sealed" 2>/dev/null)"
prints "an envelope goes to a file of its owner's as well" '-rw-------' sh -c "umask 022
  '$tool' seal ${stores[1]} --credentials '$work/maple.json' --to '$work/sealed' && ls -l '$work/sealed' | cut -c1-10"
ends "its plaintext to none that others may read" 2 'supa: others may read the file that the plaintext would go to
  hint: umask 077 first' sh -c "umask 022; '$tool' open ${stores[1]} - --show-keys <'$work/sealed' >'$work/plain'
  status=\$?; cat '$work/plain'; exit \$status"
ends "what are no credentials is not sealed" 5 'supa: credentials: the store'\''s credentials: they are not valid JSON' \
  supa seal "${stores[1]}" --credentials "$work/k9"
printf '{"projectUrl":"https://x.supabase.co"}' >"$work/half.json"
run supa seal "${stores[1]}" --credentials "$work/half.json"
count verdict "… nor half of them" "exit status and envelope" "5 " "$status $(<"$work/out")"
run supa open "${stores[0]}" "$sealed"
count verdict "not for another store" "exit status" 5 "$status"
run env SUPA_KEYRING_FILE="$work/k9" "$tool" open "${stores[1]}" "$sealed"
count verdict "not with another key" "exit status" 5 "$status"

cat "$work/k9" "$SUPA_KEYRING_FILE" >"$work/both"
prints "what a new first key would change" \
  '6 envelopes: 0 by the first key already, 6 to be sealed anew (--write does it), 0 replaced meanwhile, 0 do not open' \
  env SUPA_KEYRING_FILE="$work/both" "$tool" rekey
prints "it is changed" \
  '6 envelopes: 0 by the first key already, 6 sealed anew, 0 replaced meanwhile, 0 do not open' \
  env SUPA_KEYRING_FILE="$work/both" "$tool" rekey --write
run supa rekey
count both "the old key alone opens none of them" \
  '6 envelopes: 0 by the first key already, 0 to be sealed anew (--write does it), 0 replaced meanwhile, 6 do not open' 11
cat "$SUPA_KEYRING_FILE" "$work/k9" >"$work/back"
run env SUPA_KEYRING_FILE="$work/back" "$tool" rekey --write
count verdict "and back" "exit status" 0 "$status"

prints "whose a table is, without a server" "products, by the platform's lists, mode enforce
  by the master: refused, \"products\" belongs to the tenants, and was asked of the master
  by the tenant: allowed, kept to the store by store_id" \
  env -u MASTER_SUPABASE_URL -u MASTER_SUPABASE_SERVICE_KEY -u SUPA_KEYRING_FILE "$tool" scope products
prints "… as the settings have it" "products, by the platform's lists, mode warn" \
  sh -c "SUPA_SCOPE=warn '$tool' scope products | head -1"
prints "… a function in no list is anybody's" "rpc/echo, by the platform's lists, mode off" \
  sh -c "SUPA_SCOPE=warn '$tool' scope rpc/echo | head -1"
run supa scope --from-openapi --store tulip
cp "$work/out" "$work/ownership"
count verdict "an ownership file of what the servers have" "lines" \
  'notes tenant -|products tenant store_id|rpc/echo tenant|store_databases master -|stores both -|' \
  "$(grep -E '^(notes|products|stores|store_databases|rpc/echo) ' "$work/out" | sed 's/  */ /g' | LC_ALL=C sort | tr '\n' '|')"
prints "… by which the library works" '[{"slug":"first"}]' \
  env SUPA_SCOPE_FILE="$work/ownership" "$tool" get notes --store tulip --select slug --limit 1 --order id
