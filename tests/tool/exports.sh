# SPDX-License-Identifier: MIT
# export: columns that pages need and nobody asked for, and files that are there only when they are whole.
export SUPA_SCOPE=warn # notes are in no list
export_notes() { supa export notes --store tulip "$@"; }
names() { (cd "$work/exported" && ls | tr '\n' ' '); }
mkdir "$work/exported"
file=$work/exported/notes

prints "the column to page by is selected beside those that are asked for, and not printed" '{"slug":"first","rank":1}
{"slug":"second","rank":2}
{"slug":"third","rank":null}' export_notes --select slug,rank --page 2
prints "… in CSV" 'slug,n
first,1
second,2' export_notes --select slug,n:rank --by rank --not-is rank=null --page 1 --output csv
prints "… in JSON, backwards, with rows inside" '[{"slug":"third"},
{"slug":"second"},
{"slug":"first"}]' export_notes --select slug --by id.desc --page 1 --output json
prints "one that is selected stays" '{"id":1,"slug":"first"}' export_notes --select id,slug --eq slug=first
prints "one that is cast as well" '{"slug":"first","id":"1"}' export_notes --select slug,id::text --eq slug=first
ends "another column of its name" 2 'supa: --select names another column "id", by which pages are told apart
  hint: give it another name, or page by other columns: --by' export_notes --select slug,id:rank
ends "sums have no pages" 2 'supa: sums and counts have no rows of their own to page by
  hint: --by - pages by offsets' export_notes --select 'rank,count()'
prints "… but by offsets" 3 sh -c "'$tool' export notes --store tulip --select 'rank,count()' --by - | wc -l"
ends "a table without an id" 6 'supa: database 42703: column string_keys.id does not exist
  hint: pages follow the unique columns of --by, id without it; --by - counts rows off' \
  supa export string_keys --store tulip

prints "a new file has a new file's mode" '-rw-r--r--' \
  sh -c "umask 022; '$tool' export notes --store tulip --select slug --to '$file' 2>/dev/null && ls -l '$file' | cut -c1-10"
chmod 640 "$file"
ends "an export that fails" 6 'supa: database 42703: column notes.nope does not exist' export_notes --select nope --to "$file"
count verdict "… leaves the old file as it was" "lines, mode and files" "3 -rw-r----- notes " \
  "$(wc -l <"$file") $(ls -l "$file" | cut -c1-10) $(names)"
run export_notes --select slug --limit 1 --to "$file"
count verdict "… so does a mistake" "status and lines" "2 3" "$status $(wc -l <"$file")"
run export_notes --select slug --eq slug=first --to "$file"
count verdict "one that succeeds replaces it, mode and all" "lines, mode and files" "1 -rw-r----- notes " \
  "$(wc -l <"$file") $(ls -l "$file" | cut -c1-10) $(names)"
tells "… and tells the sum of one row" "1 row in $(sed 's/.* in //' "$work/err")"
ln -s notes "$work/exported/link"
run export_notes --select slug --to "$work/exported/link"
count verdict "a link stays one" "lines and files" "3 link notes " "$(wc -l <"$file") $(names)"
prints "a pipe is written as it is" 3 sh -c "'$tool' export notes --store tulip --select slug --to /dev/stdout 2>/dev/null | wc -l"
run export_notes --to "$work/nowhere/notes"
count verdict "a folder that is not there" "status and words" "1 supa: $work/nowhere/notes: No such file or directory" \
  "$status $(<"$work/err")"

# A server that takes the request and says nothing; the file beside stands until the command is ended.
mkfifo "$work/port"
node -e 'const s = require("net").createServer(() => {}).listen(0, "127.0.0.1", () => console.log(s.address().port))' \
  >"$work/port" &
mute=$!
read -r port <"$work/port"
ends "a read that is not answered has not happened" 4 'supa: timeout: the deadline passed before an answer came' \
  supa get notes --url "http://127.0.0.1:$port" --timeout 0.1
ends "a write may have" 10 'supa: timeout: the deadline passed before an answer came [sent and not answered: it may have happened]' \
  supa insert notes slug=x --url "http://127.0.0.1:$port" --timeout 0.1
"$tool" export notes --url "http://127.0.0.1:$port" --to "$file" 2>/dev/null &
exporter=$!
for _ in $(seq 200); do
  if [[ $(names) == *notes.* ]]; then break; fi
  sleep 0.05
done
count verdict "while it is written it stands beside" "files" 1 "$(names | grep -c 'notes\.......' || true)"
kill -TERM "$exporter"
wait "$exporter" || true
count verdict "a command that is ended takes it away" "lines and files" "3 link notes " "$(wc -l <"$file") $(names)"
kill "$mute"
wait "$mute" 2>/dev/null || true
rm "$work/port"
unset SUPA_SCOPE
