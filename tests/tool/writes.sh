# SPDX-License-Identifier: MIT
# insert, upsert, update, delete and import, from arguments and files of each form.
export SUPA_SCOPE=warn # notes are in no list
notes() { supa get notes --store tulip --output csv "$@"; }

prints "a row of arguments: texts, and JSON as it is" '[{"slug":"w1","title":"One","rank":5,"data":{"a": [1]}}]' \
  supa insert notes --store tulip slug=w1 title=One rank:=5 'data:={"a":[1]}' --select slug,title,rank,data
prints "nothing is printed that was not asked for" '' supa insert notes --store tulip slug=w2 body:=null
ends "a row that is there already" 6 \
  'supa: database 23505: duplicate key value violates unique constraint "notes_slug_key" (Key (slug)=(w1) already exists.)' \
  supa insert notes --store tulip slug=w1
prints "an upsert replaces it" '[{"slug":"w1","title":"Two"}]' \
  supa upsert notes --store tulip slug=w1 title=Two --on-conflict slug --select slug,title
prints "or leaves it" '[]' supa upsert notes --store tulip slug=w1 title=Three --on-conflict slug \
  --ignore-duplicates --select slug
prints "an update" '[{"slug":"w1","rank":6}]' supa update notes --store tulip --eq slug=w1 rank:=6 --select slug,rank
prints "a dry run answers" '[{"slug":"w1","rank":7}]' \
  supa update notes --store tulip --eq slug=w1 rank:=7 --select slug,rank --dry-run
tells "… and says what it was" 'dry run: the server has undone it'
prints "… and is undone" 'rank
6' notes --eq slug=w1 --select rank
ends "an update without a filter" 3 'supa: unfiltered: an update or delete without a filter
  hint: add a filter, or --all if every row is meant' supa update notes --store tulip rank:=1
ends "a limit that the server is too old for" 6 \
  'supa: server PGRST122: Invalid preferences given with handling=strict (Invalid preferences: max-affected=1)
  hint: --max-affected needs PostgREST 12.2; nothing was written' \
  supa update notes --store tulip --eq slug=w1 rank:=1 --max-affected 1
ends "nothing to write" 2 'supa: there is nothing to write
  hint: name=text, name:=json, or --from FILE (- is standard input)' supa insert notes --store tulip
ends "an argument that is no value" 2 'supa: "rank" is no value
  hint: values are written name=text or name:=json (n:=5, done:=true, gone:=null)' supa insert notes --store tulip rank
prints "a delete counts" '' supa delete notes --store tulip --like 'slug=w%' --count
tells "…" '2 rows match'

printf '[{"slug":"j1","title":"a"}, {"slug":"j2","title":"]},{"}]' >"$work/rows.json"
printf '{"slug":"j3"}\n{"slug":"j4","rank":1}\n' >"$work/rows.ndjson"
printf '\xef\xbb\xbfslug,title,body\r\nj5,"two\nlines, ""quoted""",NULL\r\nj6,x,""\r\n' >"$work/rows.csv"
prints "rows of a JSON file" '[{"slug":"j1"},
{"slug":"j2"}]' supa insert notes --store tulip --from "$work/rows.json" --select slug
prints "rows of standard input, one after another" 'slug,rank
j3,
j4,1' sh -c "'$tool' insert notes --store tulip --from - --select slug,rank --output csv <'$work/rows.ndjson'"
prints "rows of CSV: quotes, line ends, null" 'slug,title,body
j5,"two
lines, ""quoted""",
j6,x,""' supa insert notes --store tulip --from "$work/rows.csv" --select slug,title,body --output csv
prints "what was printed as CSV is read again" '' \
  sh -c "'$tool' get notes --store tulip --like 'slug=j%' --select slug,title --order slug --output csv |
    '$tool' upsert notes --store tulip --on-conflict slug --from -"
printf '[{"slug":"k1"}' >"$work/cut.json"
ends "a list that does not end" 1 "supa: $work/cut.json, row 2: the list does not end" \
  supa insert notes --store tulip --from "$work/cut.json"
printf 'slug,title\nk1\n' >"$work/short.csv"
ends "a line with too few fields" 1 "supa: $work/short.csv, row 1: it has not as many fields as the first line" \
  supa insert notes --store tulip --from "$work/short.csv"
prints "nothing of either was written" 'slug' sh -c "echo slug; '$tool' get notes --store tulip --eq slug=k1 --output csv"

for i in $(seq 1 1203); do printf '{"slug":"m%d","rank":%d}\n' "$i" "$i"; done >"$work/many.ndjson"
prints "an import in batches" '' supa import notes "$work/many.ndjson" --store tulip --batch 200
count verdict "… tells the sum" "rows" "1203 rows" "$(cut -d' ' -f1,2 "$work/err")"
if has_terminals "a bar tells of an import"; then
  on_terminal 80 "$tool import notes $work/many.ndjson --store tulip --batch 10 --count --on-conflict slug" >"$work/out"
  count verdict "… with a bar, when the rows are counted" "bars" 1 "$(($(grep -cE '\] +[0-9]+ % [0-9]+ rows' "$work/out") > 0))"
  count verdict "… that is taken away in the end" "last line" "1203 rows" "$(tail -1 "$work/out" | tr -d '\033' | sed 's/^.*\[K//' | cut -d' ' -f1,2)"
fi
ends "… which is for files" 2 'supa: --count reads the rows twice
  hint: give it a file' supa import notes --count --store tulip
run supa export notes --store tulip --like 'slug=m%' --select id,slug,rank --to "$work/all.csv" --page 100 --count
count verdict "an export follows pages to the end" "lines" 1204 "$(wc -l <"$work/all.csv")"
count verdict "… each row once" "rows" 1203 "$(tail -n +2 "$work/all.csv" | cut -d, -f2 | sort -u | wc -l)"
prints "by offsets, where nothing is unique" 1203 \
  sh -c "'$tool' export notes --store tulip --like 'slug=m%' --by - --page 500 | wc -l"
printf '{"slug":"p1"}\n{"slug":"p2"}\n{"slug":"p1"}\n' >"$work/twice.ndjson"
run supa import notes "$work/twice.ndjson" --store tulip --batch 2
count verdict "a batch that fails" "exit status" 6 "$status"
count verdict "… says what is written" "words" 1 \
  "$(grep -c 'the first 2 rows are written; the batch behind them is not' "$work/err")"
run supa delete notes --store tulip --or 'slug.like.m*,slug.like.j*,slug.like.p*' --count
tells "all are gone again" '1211 rows match'
export -n SUPA_SCOPE
unset SUPA_SCOPE
ends "a merge by a key that other stores may have, and which one to name" 3 \
  'supa: scope: "coupons" has rows of many stores, and a merge by a key without store_id could take one'\''s
  hint: --on-conflict store_id,COLUMN names a unique key of one store; --ignore-duplicates leaves rows that exist' \
  supa upsert coupons --store tulip name=C1 --on-conflict name
prints "… by which it is done" '[{"name":"C1"}]' \
  supa upsert coupons --store tulip name=C1 --on-conflict store_id,name --select name --dry-run
prints "a tenant's rows are given their store" '[{"store_id":"'"${stores[0]}"'"}]' \
  supa insert coupons --store tulip name=C1 --select store_id --dry-run
