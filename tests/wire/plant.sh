# SPDX-License-Identifier: MIT
# Part of run.sh, which sources it: puts the bugs of plants.txt one by one into a copy of the library, in
# $work, and looks whether the chains find them.
copy=$work/copy

copy_library() {
  mkdir "$copy"
  tar -C "$top" --exclude=./build --exclude=./.git --exclude=node_modules -cf - . | tar -C "$copy" -xf -
  cp -r "$copy/lib" "$work/lib"
  (cd "$copy" && { [[ -x configure ]] || autoreconf -i; } && ./configure --disable-static CFLAGS=-O0) >"$work/configure.out" 2>&1 ||
    { tail -20 "$work/configure.out" >&2; exit 1; }
}

make_library() {
  make -s -C "$copy/lib" -j"$(nproc)" >"$work/make.out" 2>&1 || { tail -20 "$work/make.out" >&2; return 1; }
}

# look NAME: 0 when the chains find the bug.
look() {
  local last
  last=$(node "$wire/parity.mjs" "$work/drive" --chains "$chains" --seed "$seed" --quiet 2>"$work/errors" | tail -1) || true
  if [[ $last =~ ^[0-9]+\ chains,\ ([0-9]+)\ unexplained ]] && ((BASH_REMATCH[1] > 0)); then
    printf 'found by %5d chains: %s\n' "${BASH_REMATCH[1]}" "$1"
  else
    printf 'NOT FOUND: %s (%s)\n' "$1" "${last:-$(tail -1 "$work/errors")}"
    return 1
  fi
}

# plant NAME FILE EXPRESSION
plant() {
  sed -i "$3" "$copy/lib/$2"
  if cmp -s "$work/lib/$2" "$copy/lib/$2"; then
    printf 'changes nothing in lib/%s: %s\n' "$2" "$1"
    return 1
  fi
  make_library && look "$1"
}

say "building a copy of the library"
copy_library
make_library
compile_drive "$copy" "$copy/lib/.libs" "$work/drive"
if look "(no bug)" >"$work/none.out"; then
  node "$wire/parity.mjs" "$work/drive" --chains "$chains" --seed "$seed"
  say "there are differences without any bug planted"
  exit 1
fi
while IFS='|' read -r name file expression; do
  [[ -n $name && $name != '#'* ]] || continue
  if plant "$name" "$file" "$expression"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  cp "$work/lib/$file" "$copy/lib/$file"
done <"$wire/plants.txt"
conclude
