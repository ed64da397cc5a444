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
run supa get products --profile first --url "$STACK_TENANT_2_URL"
count verdict "a section's key is not sent to another URL" "error" \
  'supa: auth: No API key found in request' "$(head -1 "$work/err")"
printf '%s\n' "$STACK_TENANT_2_ANON_KEY" >"$work/key"
prints "a key of a file" '[{"sku":"T2-001"}]' \
  supa get products --url "$STACK_TENANT_2_URL" --key "@$work/key" --select sku --eq sku=T2-001
ends "a section that is not there" 2 "supa: $config has no section [nope]" supa get stores --profile nope
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
