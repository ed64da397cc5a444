# SPDX-License-Identifier: MIT
# doctor: all well, and each ill that it knows.
findings() { grep -oE '^(ok|!!|WRONG) +[a-z]+' "$work/out" | tr -s ' ' | tr '\n' '|'; }
tail_of() { tail -1 "$work/out"; }

run env MASTER_SUPABASE_URL="$STACK_MASTER_TLS_URL" "$tool" doctor --ca-file "$STACK_CA_FILE"
count verdict "all is well" "last line" "0 all is well" "$status $(tail_of)"
count verdict "… and nothing is warned of" "warnings" 0 "$(grep -cv '^ok ' "$work/out" | sed 's/^1$/0/')"
for ill in "MASTER_SUPABASE_URL=|WRONG settings     MASTER_SUPABASE_URL (master_url) is not set" \
  "SUPA_KEYRING_FILE=/dev/null|WRONG keyring      argument: the keyring file is empty, /dev/null" \
  "MASTER_SUPABASE_SERVICE_KEY=nonsense|WRONG master       auth: Invalid API key" \
  "MASTER_SUPABASE_SERVICE_KEY=sb_publishable_x|WRONG master key   a publishable key: it cannot read the registry" \
  "MASTER_SUPABASE_SERVICE_KEY=$STACK_MASTER_ANON_KEY|WRONG registry     denied 42501: permission denied for table store_databases" \
  "MASTER_SUPABASE_URL=$STACK_MASTER_TLS_URL|WRONG master       tls: SSL certificate problem: unable to get local issuer certificate" \
  "SUPA_STORE=inactive_is_none|WRONG tenant       there is no store \"inactive_is_none\""; do
  run env "${ill%%|*}" "$tool" doctor
  count verdict "it finds ${ill##*|}" "times" 1 "$(grep -cF "${ill##*|}" "$work/out")"
  count verdict "… in the table and nowhere else" "standard error" "" "$(<"$work/err")"
done
run supa doctor
count verdict "a warning is none of all is well" "status, lines" "0 !!    tls all works, with 1 warning" \
  "$status $(grep -o '^!!  *[a-z]*' "$work/out") $(tail_of)"
run env SUPA_KEYRING_FILE=/dev/null "$tool" doctor
count verdict "it says how to mend an ill, and what was not asked" lines \
  'WRONG keyring      argument: the keyring file is empty, /dev/null
                   to mend it: supa keygen --to FILE makes one; SUPA_KEYRING_FILE names it
!!    servers      not asked: mend the above first
1 to mend' "$(tail -4 "$work/out")"
run env MASTER_SUPABASE_URL=http://127.0.0.1:1 "$tool" doctor
count verdict "a server that is not there, and where its address stands" "line" \
  '                   to mend it: look at MASTER_SUPABASE_URL of the environment, and whether this machine gets there: curl -i with that URL' \
  "$(grep -A1 '^WRONG master' "$work/out" | tail -1)"
run env MASTER_SUPABASE_URL="$STACK_MASTER_TLS_URL" "$tool" doctor
count verdict "authorities that are not known, and how to name them" "lines" 1 "$(grep -c "to mend it: a server with an authority of one's own needs ca_file" "$work/out")"
run env -u MASTER_SUPABASE_URL "$tool" doctor --url "$STACK_TENANT_1_URL" --key "$STACK_TENANT_1_ANON_KEY"
count verdict "a server without a master" "findings" 'ok settings|ok key|ok server|!! tls|ok clock|ok version|' "$(findings)"
run supa doctor --store neon
count verdict "a tenant that is not served" "status and last line" "11 1 to mend" "$status $(tail_of)"
