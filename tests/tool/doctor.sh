# SPDX-License-Identifier: MIT
# doctor: all well, and each ill that it knows.
findings() { sed -n 's/^\(ok\|!!\|WRONG\) *\([a-z ]*[a-z]\)  *.*/\1 \2/p' "$work/out" | sed 's/  .*//' | tr '\n' '|'; }
tail_of() { tail -1 "$work/out"; }

run env MASTER_SUPABASE_URL="$STACK_MASTER_TLS_URL" "$tool" doctor --ca-file "$STACK_CA_FILE"
count verdict "all is well" "last line" "0 all is well" "$status $(tail_of)"
count verdict "… and nothing is warned of" "warnings" 0 "$(grep -cv '^ok ' "$work/out" | sed 's/^1$/0/')"
for ill in "MASTER_SUPABASE_URL=|WRONG settings     MASTER_SUPABASE_URL (master_url) is not set" \
  "SUPA_KEYRING_FILE=/dev/null|WRONG keyring      it cannot be used" \
  "MASTER_SUPABASE_SERVICE_KEY=nonsense|WRONG master       auth: Invalid API key" \
  "MASTER_SUPABASE_SERVICE_KEY=sb_publishable_x|WRONG master key   a publishable key: it cannot read the registry" \
  "MASTER_SUPABASE_SERVICE_KEY=$STACK_MASTER_ANON_KEY|WRONG registry     denied: permission denied for table store_databases" \
  "MASTER_SUPABASE_URL=$STACK_MASTER_TLS_URL|WRONG master       tls: SSL certificate problem: unable to get local issuer certificate" \
  "SUPA_STORE=inactive_is_none|supa: there is no store \"inactive_is_none\""; do
  run env "${ill%%|*}" "$tool" doctor
  count verdict "it finds ${ill##*|}" "times" 1 "$(cat "$work/out" "$work/err" | grep -cF "${ill##*|}" || true)"
done
run supa doctor --store neon
count verdict "a tenant that is not served" "status and last line" "11 1 to mend" "$status $(tail_of)"
