# SPDX-License-Identifier: MIT
# The last part: nothing that was printed, and no command line, has a key in it.
run supa get stores --limit 1 --verbose
run supa get products --store tulip --limit 1 --curl
run supa get products --url "$STACK_TENANT_1_URL" --key "$STACK_TENANT_1_SERVICE_KEY" --select nope --verbose
for secret in "$MASTER_SUPABASE_SERVICE_KEY" "$STACK_TENANT_1_SERVICE_KEY" "$STACK_TENANT_2_SERVICE_KEY" \
  "$STACK_TENANT_1_ANON_KEY" "$(cut -d: -f2 <"$SUPA_KEYRING_FILE" | head -1)" "$(cut -d: -f2 <"$work/k9")"; do
  count verdict "no key was printed" "times" 0 "$(grep -cF -- "$secret" "$log" || true)"
done

mkfifo "$work/held"
"$tool" import notes --url "$STACK_TENANT_1_URL" --key "$STACK_TENANT_1_SERVICE_KEY" <"$work/held" >/dev/null 2>&1 &
exec 8>"$work/held"
for _ in $(seq 100); do
  if grep -qF xxxx "/proc/$!/cmdline"; then break; fi
  sleep 0.05
done
count verdict "a key of the command line is taken out of it" "command line" \
  "import notes --url $STACK_TENANT_1_URL --key ${STACK_TENANT_1_SERVICE_KEY//?/x}" \
  "$(tr '\0' ' ' <"/proc/$!/cmdline" | sed 's/^[^ ]* //; s/ $//')"
exec 8>&-
wait $! || true

count verdict "the help of every command" "commands without" "" \
  "$(supa help | awk '/^  / {print ($1 == "stores") ? $1 " " $2 : $1}' | while read -r command; do
    # shellcheck disable=SC2086
    supa help $command | grep -q -- '--help' || echo "$command"
  done)"
count verdict "each is in the manual" "commands without" "" \
  "$(supa help | awk '/^  / {print ($1 == "stores") ? $2 : $1}' | while read -r command; do
    grep -q "\\b$command\\b" "$top/doc/supa.1" || echo "$command"
  done)"
count verdict "… and each option" "options without" "" \
  "$(supa help | awk '/^  / {print ($1 == "stores") ? $1 " " $2 : $1}' | while read -r command; do
    # shellcheck disable=SC2086
    supa help $command </dev/null | sed '/^Filters/,$d' | grep -oE '^  --[a-z-]+' || true
  done | sort -u | while read -r option; do
    grep -qE -- "$option([^a-z-]|\$)" "$top/doc/supa.1" || echo "$option"
  done)"
COMP_WORDS=("$tool" stores rot) COMP_CWORD=2
. "$top/examples/supa/completion/supa"
_supa
count verdict "completion knows the commands" "words" rotate "${COMPREPLY[*]}"
COMP_WORDS=("$tool" stores put --cred) COMP_CWORD=3
_supa
count verdict "… and their options" "words" --credentials "${COMPREPLY[*]}"
