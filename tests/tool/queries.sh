# SPDX-License-Identifier: MIT
# get and rpc: filters, shapes, whom they ask, and what is refused.
products() { supa get products --store tulip "$@"; }

prints "filters, columns, order and a limit make one query" \
  '[{"sku":"T1-009","price":100},
{"sku":"T1-005","price":34.75}]' \
  products --select sku,price --eq status=active --order price.desc --limit 2
prints "a store is named by its id as well" '[{"sku":"T1-001"}]' \
  supa get products --store "${stores[0]}" --select sku --eq sku=T1-001
prints "a host leads to its store" '[{"sku":"T1-001"}]' \
  supa get products --host tulip.example --select sku --eq sku=T1-001
prints "without a store the master is asked" '[{"slug":"tulip"}]' supa get stores --select slug --eq slug=tulip
prints "a list has elements with commas in quotes" '[{"sku":"T1-001"},
{"sku":"T1-002"}]' products --select sku --in 'sku=T1-001,"T1-002","a,b"' --order sku
for list in '"T1-001' '"T1-001"x' 'a,"b\"' '"'; do
  ends "a list whose quotes do not end it: $list" 2 "supa: --in \"sku=$list\" is no list
  hint: an element in double quotes ends with them; \\ goes before one that is in it" products --in "sku=$list"
done
prints "quotes in quotes, and none within an element" '[]' products --select sku --in 'sku="a\"b,c",d"e,,""'
prints "an opposite begins with not-" '[{"sku":"T1-012"}]' products --select sku --not-like 'sku=T1-00%' --gt sku=T1-011
prints "a list's opposite as well" '[{"sku":"T1-003"}]' \
  products --select sku --not-in sku=T1-001,T1-002 --lte sku=T1-003
prints "null is asked for by is" '[{"sku":"T1-012"}]' products --select sku --is price=null
prints "a filter may be in PostgREST's words" '[{"sku":"T1-001"}]' products --select sku --filter 'sku=eq.T1-001'
prints "so may a group" '[{"sku":"T1-001"},
{"sku":"T1-005"}]' products --select sku --or 'sku.eq.T1-001,price.eq.34.75' --order sku
prints "text of a user stands for itself" '[]' products --select sku --eq 'sku=T1-001,sku.neq.x)'
prints "an array contains" '[{"id":1}]' env SUPA_SCOPE=off "$tool" get shapes --store tulip --select id \
  --cs 'numbers={1,2}' --order id --limit 1
prints "an offset passes over rows" '[{"sku":"T1-002"}]' products --select sku --order sku --offset 1 --limit 1
prints "one row is an object" '{"sku":"T1-001"}' products --select sku --eq sku=T1-001 --single
prints "one row or none" '[]' products --select sku --eq sku=none --maybe-single
prints "a count is told beside the rows" '[{"sku":"T1-001"}]' products --select sku --order sku --limit 1 --count
tells "…" '12 rows match'
prints "a plain server needs no master" '[{"sku":"T1-001"}]' env -u MASTER_SUPABASE_URL \
  "$tool" get products --url "$STACK_TENANT_1_URL" --key "$STACK_TENANT_1_ANON_KEY" --select sku --eq sku=T1-001
prints "a function's value" '3' supa rpc add_them --store tulip a:=1 b=2
prints "by GET" '3' supa rpc add_them --store tulip --get a=1 b=2
prints "a function's rows are chosen and filtered" '[{"sku":"T1-003"}]' \
  supa rpc low_stock --store tulip max_stock:=1000 --select sku --eq sku=T1-003
prints "a description, with its keys hidden" "# to the tenant of store ${stores[0]}
GET $STACK_TENANT_1_URL/rest/v1/products?select=sku&sku=eq.T1-001&store_id=eq.${stores[0]}
Accept: application/json
Accept-Profile: public
Authorization: [hidden]
User-Agent: libsupa/$(supa --version | cut -d' ' -f2)
apikey: [hidden]" products --select sku --eq sku=T1-001 --describe

eval "$(supa get products --store tulip --select sku --eq sku=T1-001 --curl --show-keys | sed '1s/^curl/curl -s/')" \
  >"$work/out" 2>"$work/err"
status=$? && count both "the printed curl command does the same" '[{"sku":"T1-001"}]' 0

run supa get products --store tulip --explain
count verdict "a plan" "first word" "Aggregate" "$(awk 'NR == 1 {print $1}' "$work/out")"

ends "the other side's table is not sent" 3 \
  'supa: scope: "products" belongs to the tenants, and was asked of the master
  hint: --store ID asks a store'\''s tenant, nothing the master; `supa scope TABLE` tells whose it is' \
  supa get products
ends "a column that is not there is the database's word" 6 \
  'supa: database 42703: column products.nope does not exist
  hint: Perhaps you meant to reference the column "products.type".' products --select nope
ends "several rows are not one" 7 \
  'supa: many_rows PGRST116: one row was asked for, several are there (The result contains 12 rows)' \
  products --single
ends "a store that is not there" 7 'supa: there is no store "nobody"
  hint: `supa stores list --all-stores` lists them' supa get products --store nobody
ends "one that is suspended" 8 \
  "supa: store_suspended: store $STACK_STORE_SUSPENDED: its status is suspended
  hint: its row of the master's stores says so; once it may operate: \`supa update stores --eq id=ID status=active is_active:=true\`" \
  supa get products --store suspended
ends "a server without its key" 5 'supa: auth: No API key found in request
  hint: --key @FILE gives a key, or SUPA_KEY, or key in the config file' \
  supa get products --url "$STACK_TENANT_1_URL"
run supa get products --url http://127.0.0.1:1
count verdict "a server that is not there" "exit status" 4 "$status"
run supa get products --url http://10.0.0.1 --timeout 1s
count verdict "a time that is none" "exit status" 2 "$status"
ends "a private address that was not allowed" 3 \
  "$(env -u SUPA_ALLOW_PRIVATE "$tool" get products --url http://127.0.0.1:1 2>&1)" \
  env -u SUPA_ALLOW_PRIVATE "$tool" get products --url http://127.0.0.1:1
ends "a filter without a value" 2 'supa: --eq "sku" names no column and value
  hint: filters are written --OP COLUMN=VALUE' products --eq sku
ends "an option of another command" 2 'supa: get has no option --batch
  hint: `supa help get` lists the options' products --batch 3
ends "one that is mistyped" 2 'supa: get has no option --slect
  hint: did you mean --select? `supa help get` lists the options' products --slect=sku
ends "one that takes nothing" 2 'supa: --single takes no value' products --single=yes
ends "the beginning of several" 2 'supa: --li may be several options' products --li 3
ends "a command that is not there" 2 'supa: there is no command "fetch"
  hint: `supa help` lists the commands' supa fetch
ends "one that is mistyped" 2 'supa: there is no command "exprot"
  hint: did you mean export? `supa help` lists the commands' supa exprot
ends "one of stores, as well" 2 'supa: there is no command "stores lst"
  hint: did you mean stores list? `supa help` lists the commands' supa stores lst
ends "… one that stands alone" 2 'supa: there is no command "stores resolve"
  hint: did you mean resolve? `supa help` lists the commands' supa stores resolve tulip.example
unlisted="list it in an ownership file that SUPA_SCOPE_FILE (scope_file) names; \`supa scope --from-openapi --store ID\` prints one; SUPA_SCOPE=warn lets it pass"
ends "a table in no list: those of the server that are named like it, and the way out" 3 \
  "supa: scope: \"produts\" is in no list of tables, so its side is not known
  hint: the server has products
  hint: $unlisted" supa get produts --store tulip
ends "… one that has the word in its name" 3 "supa: scope: \"orders\" is in no list of tables, so its side is not known
  hint: the server has sales_orders
  hint: $unlisted" supa get orders --store tulip --single
ends "… one that is there, and in no list" 3 "supa: scope: \"notes\" is in no list of tables, so its side is not known
  hint: the server has a table of this name
  hint: $unlisted" supa get notes --store tulip
ends "a master's table of a store" 3 'supa: scope: "stores" belongs to the master, and was asked of a tenant
  hint: leave --store out, which asks the master; --own-copy asks for the tenant'\''s own copy' supa get stores --store tulip
ends "a mistake names the option, no function of the library" 2 'supa: argument: --select "sku,(": a name is missing here
  hint: the mistake is before "("' products --select 'sku,('
run products --gte price=1 --count --eq sku=T1-001
tells "one row is one" '1 row matches'
