#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual as it is installed: every export has an entry, no page names what does not exist, and no page makes
# groff or mandoc complain.
. "$(dirname "$0")/../common.sh"
install_test_tools
install_missing groff=groff-base mandoc=mandoc

build plain
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make -s -C "$build/doc" install prefix="$work" >"$work/install.out" 2>&1 || { cat "$work/install.out"; exit 1; }
make -s -C "$build/examples" install-man prefix="$work" >>"$work/install.out" 2>&1 || { cat "$work/install.out"; exit 1; }
man=$work/share/man
cd "$man"
check() { # SENTENCE COMMAND…: passes when the command says nothing
  local output
  output=$("${@:2}" 2>&1) || output+=" (exit $?)"
  if [[ -z $output ]]; then
    passed=$((passed + 1))
    printf 'ok: %s\n' "$1"
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n%s\n' "$1" "$output"
  fi
}
is_alias() { grep -q '^\.so ' "$1"; }
# The page that a name leads to.
page() { if is_alias "$1"; then sed -n 's/^\.so //p' "$1"; else echo "$1"; fi; }
pages() { local f; for f in man[137]/*; do is_alias "$f" || echo "$f"; done; }

exports_have_entries() {
  local name
  while read -r name; do
    [[ -f man3/$name.3 ]] || { echo "no page: $name"; continue; }
    # Its prototype in the synopsis, and its own paragraph.
    awk -v name="$name" '
      /^\.SH / {synopsis = ($2 == "SYNOPSIS")}
      synopsis && index($0, name "(") {prototype = 1}
      !synopsis && index($0, "\\fB" name "\\fR(") == 1 {paragraph = 1; next}
      paragraph == 1 && !/^\./ {paragraph = 2}
      END {if (!prototype || paragraph != 2) print name ": prototype " prototype + 0 ", paragraph " paragraph + 0}
    ' "$(page "man3/$name.3")"
  done <"$top/tests/checks/exports.txt"
}
aliases_lead_somewhere() {
  local f to
  for f in man3/*; do
    is_alias "$f" || continue
    to=$(page "$f")
    [[ -f $to ]] || { echo "$f leads to $to, which is not there"; continue; }
    is_alias "$to" && echo "$f leads to another alias, $to"
    grep -q "$(basename "$f" .3)" "$to" || echo "$to does not speak of $f"
  done
}
# Every name that a page uses stands in a header, or is a variable, a page, or the prefix of the codes.
no_ghosts() {
  sed '/^\.TH /d; s/\\%//g; s/\\fB/ /g; s/\\fR/ /g; s/\\-/-/g' $(pages) | grep -oE '\b(supa|SUPA)_[A-Za-z0-9_]*[A-Za-z0-9]' | sort -u |
    comm -23 - <(cat "$top"/include/supa/*.h "$top"/include/supa/adapters/*.h <(variables) <(ls man3) |
      grep -oE '\b(supa|SUPA)_[A-Za-z0-9_]+' | sort -u)
}
variables() { grep -rhoE '"SUPA_[A-Z_]+"' "$top/lib" "$top/examples/supa"; echo SUPA_ERROR; }
references_exist() {
  local name section
  sed 's/\\fB//g; s/\\fR//g' $(pages) | grep -oE '\bsupa[a-z_0-9]* ?"?,? ?\([137]\)' | tr -d ' ",' | sort -u | while IFS='()' read -r name section; do
    [[ -f man$section/$name.$section ]] || echo "no page $name($section)"
  done
}
groff_is_content() { local f; for f in $(pages); do groff -t -man -Tutf8 -ww "$f" 2>&1 >/dev/null; done; }
mandoc_is_content() { mandoc -T lint $(pages) | grep -vE 'missing date|input text line longer|referenced manual not found' || true; }
plain_ascii() { LC_ALL=C grep -nP '[^\x00-\x7f]' $(pages) || true; }
narrow_enough() { # examples of more than 100 columns are cut off by windows
  local f
  for f in $(pages | grep -v man1/); do
    groff -man -Tutf8 -P-c -P-b -P-u -rLL=78n "$f" | awk -v f="$f" 'length > 100 {print f ": " $0}'
  done
}
headers_have_pages() {
  local h name
  for h in "$top"/include/supa/*.h "$top"/include/supa/adapters/*.h; do
    name=supa_$(basename "$h" .h)
    [[ $name == supa_supa ]] && name=supa
    [[ -f man3/$name.3 ]] && ! is_alias "man3/$name.3" || echo "no page: $name"
  done
}
no_comment_is_lost() { # each constant and field with a comment beside it is on its page
  local h name field
  for h in "$top"/include/supa/*.h; do
    name=supa_$(basename "$h" .h)
    [[ $name == supa_supa ]] && continue
    while read -r field; do
      grep -qE "^.fB(.*[^A-Za-z0-9_])?$field([^A-Za-z0-9_].*)?.fR$" "man3/$name.3" || echo "$name: no $field"
    done < <(grep -E '[;,]? +/\*\*<' "$h" | sed -E 's/ *\/\*\*<.*//; s/ = -?[0-9]+//; s/[;,]$//; s/\[.*//; s/.*[ *]//' | grep -E '.' || true)
  done
}
check_of_ghosts_sees_one() {
  printf '.B supa_frobnicate\n' >>man3/supa_error.3
  no_ghosts | grep -q supa_frobnicate || echo "a planted name was not seen"
  sed -i '$d' man3/supa_error.3
}
check_of_entries_sees_a_gap() {
  mv man3/supa_eq.3 "$work/"
  exports_have_entries | grep -q supa_eq || echo "a missing page was not seen"
  mv "$work/supa_eq.3" man3/
}
uncommented_is_refused() {
  local programs=(-f "$top/doc/manual/page.awk" -f "$top/doc/manual/header.awk" -f "$top/doc/manual/words.awk"
    -f "$top/doc/manual/declarations.awk")
  mkdir -p "$work/include/supa"
  printf '/**\n * @file\n * A test.\n */\n/** Said. */\nSUPA_API int supa_said(void);\n' >"$work/include/supa/said.h"
  printf '/**\n * @file\n * A test.\n */\nSUPA_API int supa_bare(void);\n' >"$work/include/supa/bare.h"
  awk "${programs[@]}" -v version=0 -v folder="$work/include" supa/said.h >/dev/null || echo "one with a comment was refused"
  ! awk "${programs[@]}" -v version=0 -v folder="$work/include" supa/bare.h >/dev/null 2>&1 || echo "one without was taken"
}

check "every public header has a page" headers_have_pages
check "every exported function has a page, a prototype and a paragraph" exports_have_entries
check "aliases lead to pages that speak of them" aliases_lead_somewhere
check "no page names a function, type or constant that does not exist" no_ghosts
check "every page that is referred to exists" references_exist
check "every commented constant and field is on its page" no_comment_is_lost
check "groff has no warning" groff_is_content
check "mandoc has no warning" mandoc_is_content
check "pages are plain ASCII" plain_ascii
check "no line is wider than 100 columns" narrow_enough
check "an invented name is noticed" check_of_ghosts_sees_one
check "a missing page is noticed" check_of_entries_sees_a_gap
check "a function without a comment is refused" uncommented_is_refused
installed=$(find "$man" -name '*.3' | wc -l)
make -s -C "$build/doc" uninstall prefix="$work" >"$work/uninstall.out" 2>&1 || cat "$work/uninstall.out"
check "make uninstall takes all of it away" find "$man/man3" "$man/man7" -type f
echo "$installed pages of section 3"
conclude
