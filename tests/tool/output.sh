# SPDX-License-Identifier: MIT
# Forms of output, and what a terminal shows.
prints "numbers are the server's own digits" 'sku,external_id,price
T1-001,9007199254740993,12.50
T1-003,-9223372036854775808,8.40
T1-010,1010,1234567890123456789.123456789' \
  supa get products --store tulip --select sku,external_id,price --in sku=T1-001,T1-003,T1-010 --order sku --output csv
prints "one object a line" '{"sku":"T1-001"}
{"sku":"T1-002"}' supa get products --store tulip --select sku --order sku --limit 2 --output ndjson
prints "a table, NULL being no text" 'sku     price                          external_id
T1-001                          12.50  9007199254740993
T1-010  1234567890123456789.123456789              1010
T1-012  ∅                              ∅' \
  supa get products --store tulip --select sku,price,external_id --in sku=T1-001,T1-010,T1-012 --order sku --output table
prints "nothing at all" '' supa get products --store tulip --eq sku=none --output table

if has_terminals "a terminal shows"; then
  names="$tool get product_translations --store tulip --order name --ilike 'name=%tul%' --select name,description"
  count verdict "a terminal gets a table as wide as it is, letters of two columns counted so" screen \
    "$(<"$here/screen-40.txt")" "$(on_terminal 40 "$names")"
  count verdict "… and at 80 columns" screen "$(<"$here/screen-80.txt")" "$(on_terminal 80 "$names")"
  count verdict "what does not fit stands below each other" screen "$(<"$here/screen-lines.txt")" \
    "$(on_terminal 40 "$tool get products --store tulip --eq sku=T1-001 --select sku,slug,type,status,visibility,price,compare_price,cost_price,stock_quantity")"
  count verdict "the stores, as far as there is room" screen "$(<"$here/screen-stores.txt")" \
    "$(on_terminal 80 "$tool stores list --all-stores")"
  count verdict "… below each other where an id would be cut" screen "$(<"$here/screen-stores-40.txt")" \
    "$(on_terminal 40 "$tool stores list --all-stores")"
  count verdict "texts are cut before numbers and ids" screen "$(<"$here/screen-ids.txt")" \
    "$(on_terminal 80 "$tool get products --store tulip --select id,type,slug,external_id --in sku=T1-001,T1-010 --order sku")"
  count verdict "no rows at all" screen 'no rows' "$(on_terminal 80 "$tool get products --store tulip --eq sku=none")"
  count verdict "no colours under NO_COLOR" escapes 0 "$(on_terminal 80 "$names" | grep -c $'\033' || true)"
  count verdict "colours on a terminal without" escapes 1 \
    "$(NO_COLOR='' on_terminal 80 "$tool get nowhere" | grep -c $'\033\[31msupa:' || true)"
fi
ends "a form that is none" 2 'supa: --output is none of table, json, ndjson and csv: "xml"' \
  supa get stores --output xml
run supa get products --store tulip --eq sku=T1-001 --select sku --verbose
count verdict "the attempts, without the filters' values" "lines" 1 \
  "$(grep -cE '^\* tenant .* GET http://.*/products\?select=sku&sku=…&store_id=… -> 200, attempt 1, ' "$work/err")"
run sh -c "'$tool' get stores --output ndjson >/dev/full"
count verdict "a full disk" "exit status" 1 "$status"
