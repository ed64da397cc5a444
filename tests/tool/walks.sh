# SPDX-License-Identifier: MIT
# each: all stores, and failures of some.
prints "a query of every store" 'cafe,T3-001
maple,T2-001
store,sku
tulip,T1-001' sh -c "'$tool' each products --like 'sku=T_-001' --select sku --output csv | LC_ALL=C sort"
run supa each products --select nope
count verdict "failures are told store by store" "status and lines" "11 3 3 of 3 stores failed" \
  "$status $(grep -cE '^(tulip|maple|cafe): supa: database 42703: ' "$work/err") $(tail -1 "$work/err")"
run supa each store_databases
count verdict "a hint that is all stores' is told once" "failures and hints" "3 1" \
  "$(grep -c 'belongs to the master' "$work/err") $(grep -c 'hint:' "$work/err")"
$STACK_PSQL -qd tenant_2 -c 'alter table products rename to products_away' -c "notify pgrst, 'reload schema'"
for _ in $(seq 100); do
  run supa get products --store maple --limit 1
  if [[ $status -ne 0 ]]; then break; fi
  sleep 0.1
done
run supa each products --like 'sku=T_-001' --select sku --concurrency 1
count verdict "the others answer all the same" "status and rows" "11 cafe tulip " \
  "$status $(sed 's/.*"store":"\([a-z]*\)".*/\1/' "$work/out" | LC_ALL=C sort | tr '\n' ' ')"
$STACK_PSQL -qd tenant_2 -c 'alter table products_away rename to products' -c "notify pgrst, 'reload schema'"
if has_terminals "a bar tells of the stores"; then
  on_terminal 80 "NO_COLOR=1 $tool each products --select sku --eq sku=none" >"$work/out"
  count verdict "a bar tells of the stores, and is taken away" "last line" "3 stores in" \
    "$(tail -1 "$work/out" | sed 's/^.*\[K//' | cut -d' ' -f1-3)"
  on_terminal 80 "$tool each products --select sku --like 'sku=T_-001' --output ndjson" >"$work/out"
  count verdict "rows on the same terminal stand in lines of their own" "lines" 3 "$(grep -c '^{.*}$' "$work/out")"
fi
