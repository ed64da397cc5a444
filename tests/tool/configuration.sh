# SPDX-License-Identifier: MIT
# The config file, profiles, and which source goes before which.
mkdir -p "$HOME/.config/supa"
config=$HOME/.config/supa/config
cat >"$config" <<EOF
# a comment
[default]
master_url = http://127.0.0.1:1
store = maple

[first]
url = $STACK_TENANT_1_URL
key = $STACK_TENANT_1_ANON_KEY
store =
EOF
prints "the environment goes before [default], which fills in what it lacks" '[{"sku":"T2-001"}]' \
  supa get products --select sku --eq sku=T2-001
sed -i '/^store/d' "$config"
prints "a named section goes before the environment" '[{"sku":"T1-001"}]' \
  supa get products --profile first --select sku --eq sku=T1-001
prints "named by the environment as well" '[{"sku":"T1-001"}]' env SUPA_PROFILE=first \
  "$tool" get products --select sku --eq sku=T1-001
prints "a section's server goes before the environment's store" '[{"sku":"T1-001"}]' \
  env SUPA_STORE=maple "$tool" get products --profile first --select sku --eq sku=T1-001
prints "an option's store goes before both" '[{"sku":"T2-001"}]' env SUPA_STORE=tulip \
  "$tool" get products --profile first --store maple --select sku --eq sku=T2-001
prints "an option's server goes before the environment's store" '[{"sku":"T1-001"}]' env SUPA_STORE=maple "$tool" \
  get products --url "$STACK_TENANT_1_URL" --key "$STACK_TENANT_1_ANON_KEY" --select sku --eq sku=T1-001
ends "of one source, neither goes before the other" 2 \
  'supa: there are SUPA_STORE of the environment and SUPA_URL of the environment
  hint: --store or --url says which is meant' env SUPA_STORE=maple SUPA_URL="$STACK_TENANT_1_URL" "$tool" get products
ends "a store has its own address" 2 'supa: --store and --url do not go together
  hint: a store'\''s address and key are the registry'\''s; --url with --key asks a server without one' \
  supa get products --store maple --url "$STACK_TENANT_1_URL"
ends "… and its own key" 2 'supa: --host and --key do not go together
  hint: a store'\''s address and key are the registry'\''s; --url with --key asks a server without one' \
  supa get products --host tulip.example --key "@$config"
ends "a key of no server" 2 'supa: --key is of a server that is not named
  hint: --url URL names it' supa get stores --key "@$config"
run supa get products --profile first --url "$STACK_TENANT_2_URL"
count verdict "a section's key is not sent to another URL" "error" \
  'supa: auth: No API key found in request' "$(head -1 "$work/err")"
printf '%s\n' "$STACK_TENANT_2_ANON_KEY" >"$work/key"
prints "a key of a file" '[{"sku":"T2-001"}]' \
  supa get products --url "$STACK_TENANT_2_URL" --key "@$work/key" --select sku --eq sku=T2-001
ends "a section that is not there" 2 "supa: $config has no section [nope]" supa get stores --profile nope
ends "a key that is refused is named" 5 'supa: auth: Invalid API key
  hint: look at the master'\''s key, MASTER_SUPABASE_SERVICE_KEY of the environment' \
  env MASTER_SUPABASE_SERVICE_KEY=wrong "$tool" get products --store tulip
printf '[wrong]\nmaster_url = %s\nmaster_key = wrong\n' "$MASTER_SUPABASE_URL" >>"$config"
ends "… by the file that it stands in" 5 "supa: auth: Invalid API key
  hint: look at the master's key, master_key in $config, [wrong]" supa get stores --profile wrong
ends "… one that has not the right" 5 'supa: denied 42501: permission denied for table store_databases
  hint: look at the master'\''s key, MASTER_SUPABASE_SERVICE_KEY of the environment' \
  env MASTER_SUPABASE_SERVICE_KEY="$STACK_MASTER_ANON_KEY" "$tool" stores list
ends "… a plain server's" 5 'supa: auth: Invalid API key
  hint: look at the server'\''s key, --key' supa get products --url "$STACK_TENANT_1_URL" --key wrong
chmod 640 "$config"
ends "a file that others may read" 2 "supa: $config: others than its owner may read or write it
  hint: chmod 600 it" supa get stores
chmod 600 "$config"
printf '[default]\nmaster_kee = x\n' >"$config"
ends "a setting that is none" 2 "supa: $config:2: there is no setting \"master_kee\"" supa get stores
rm "$config"
ends "a file that was asked for and is not there" 2 "supa: $work/none: there is no such file" \
  supa get stores --config "$work/none"
ends "no master" 2 'supa: the master is not configured: MASTER_SUPABASE_URL is not set
  hint: `supa doctor` looks at the whole configuration; --url asks a server without a master' \
  env -u MASTER_SUPABASE_URL "$tool" get stores
ends "no keyring" 2 'supa: there is no keyring
  hint: set SUPA_KEYRING_FILE; `supa keygen` makes a key' env -u SUPA_KEYRING_FILE "$tool" get stores
ends "a URL that is none" 2 'supa: argument: the client'\''s URL: the scheme is not https or http
  hint: it is MASTER_SUPABASE_URL of the environment' env MASTER_SUPABASE_URL=nowhere "$tool" get stores
ends "an argument that nobody wants" 2 'supa: stores list takes no argument: "maple"' supa stores list maple
