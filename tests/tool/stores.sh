# SPDX-License-Identifier: MIT
# The registry: lists, credentials, life and tests of stores.
prints "the stores that operate" 'slug,status
tulip,active
maple,active
cafe,active' sh -c "'$tool' stores list --output csv | cut -d, -f1,2"
prints "all of them" 6 sh -c "'$tool' stores list --all-stores --output ndjson | wc -l"
prints "one of them, without its credentials" '"supabase" 2 "k1" null' \
  sh -c "'$tool' stores show tulip | node -e 'const r = JSON.parse(require(\"fs\").readFileSync(0));
    console.log(JSON.stringify(r.database_type), r.envelope_version, JSON.stringify(r.envelope_key), r.connection_string_encrypted ?? null)'"
prints "which store a host is of" "${stores[0]} by custom_domains_lookup" supa resolve tulip.example
run supa resolve nowhere.example
count verdict "a host of nobody's" "exit status" 7 "$status"

prints "switched off" "${stores[1]} is not active" supa stores deactivate maple
run supa get products --store maple
count verdict "… it is closed" "exit status" 8 "$status"
prints "switched on" "${stores[1]} is active" supa stores activate maple
run supa stores test maple
count verdict "a test" "verdict" "${stores[1]} ok" "$(cut -d, -f1 "$work/out")"

printf '{"projectUrl":"%s","serviceRoleKey":"%s"}\n' "$STACK_TENANT_2_URL" "$STACK_TENANT_2_SERVICE_KEY" >"$work/maple.json"
prints "credentials of a file" "${stores[1]} is put" supa stores put maple --credentials "$work/maple.json"
chmod 640 "$work/maple.json"
ends "… that others may read" 2 "supa: $work/maple.json: others than its owner may read or write it
  hint: chmod 600 it" supa stores put maple --credentials "$work/maple.json"
chmod 600 "$work/maple.json"
ends "… that is not there" 1 "supa: $work/none.json: No such file or directory" \
  supa stores put maple --credentials "$work/none.json"
ends "wrong ones are tested, and not written" 5 'supa: auth: Invalid API key
  hint: the new credentials do not work, so the old ones were kept' \
  sh -c "echo '{\"serviceRoleKey\":\"wrong\"}' | '$tool' stores rotate maple --credentials -"
prints "the good ones work as before" '[{"sku":"T2-001"}]' supa get products --store maple --select sku --eq sku=T2-001
run supa stores put maple "$STACK_TENANT_2_SERVICE_KEY"
count verdict "an argument is no place for them" "exit status" 2 "$status"

# prompt COMMAND QUESTION ANSWER [QUESTION ANSWER]: types each answer when its question stands on the terminal.
prompt() {
  local command=$1
  shift
  mkfifo "$work/typed"
  : >"$work/shown"
  script -qefc "$command" /dev/null <"$work/typed" >"$work/shown" 2>&1 &
  exec 7>"$work/typed"
  while [[ $# -gt 0 ]]; do
    for _ in $(seq 200); do
      if grep -q "$1" "$work/shown"; then break; fi
      sleep 0.05
    done
    printf '%s\n' "$2" >&7
    shift 2
  done
  status=0
  wait $! || status=$?
  exec 7>&-
  rm "$work/typed"
  cat "$work/shown" >>"$log"
  tr -d '\r' <"$work/shown" >"$work/out"
}
if has_terminals "is asked on a terminal"; then
  prompt "'$tool' stores rotate maple" 'Project URL' '' 'not shown' "$STACK_TENANT_2_SERVICE_KEY"
  count verdict "credentials are asked for" "last line" "${stores[1]} is tested and rotated" "$(tail -1 "$work/out")"
  count verdict "… and the key is not shown" "times" 0 "$(grep -c "$STACK_TENANT_2_SERVICE_KEY" "$work/out" || true)"
  prompt "'$tool' stores remove dormant" 'Type' 'no'
  count verdict "a removal is confirmed" "last line" 'supa: nothing was done' "$(tail -1 "$work/out")"
fi
run sh -c "setsid '$tool' stores remove dormant"
count verdict "… or it is not done" "exit status" 2 "$status"

owner=$(supa get stores --select user_id --eq slug=tulip --single | cut -d'"' -f4)
prints "a new store" '{"slug":"tool","status":"pending_database","is_active":false}' \
  sh -c "'$tool' stores create --user $owner --slug tool --name Tool >/dev/null &&
    '$tool' get stores --eq slug=tool --single --select slug,status,is_active"
ends "its slug is taken now" 9 "$("$tool" stores create --user "$owner" --slug tool 2>&1)" \
  supa stores create --user "$owner" --slug tool
prints "it is put, switched off" 1 \
  sh -c "'$tool' stores put tool --credentials '$work/maple.json' --inactive | grep -c 'is put'"
prints "… and goes on as the refusal says" 1 sh -c "'$tool' stores activate tool >/dev/null &&
  id=\$('$tool' get products --store tool 2>&1 | sed -n 's/.*store \([-0-9a-f]*\):.*/\1/p') &&
  '$tool' update stores --eq id=\$id status=active is_active:=true &&
  '$tool' get products --store tool --any-store --limit 1 --output ndjson | wc -l"
run supa stores remove tool --yes
count verdict "and removed" "lines" 'is removed from store_databases|left as it is: the supabase database at 127.0.0.1|left as it is: 1 in stores|' \
  "$(sed '1s/^[^ ]* //' "$work/out" | tr '\n' '|')"
run supa delete stores --eq slug=tool
run supa stores show tool
count verdict "and gone" "exit status" 7 "$status"
prints "no store lags behind" '[]' supa stores pending
run supa stores
count verdict "stores alone lists its commands" "status and commands" "2 10" "$status $(grep -c '^  stores ' "$work/out")"
prints "… as its help does" 10 sh -c "'$tool' help stores | grep -c '^  stores '"
