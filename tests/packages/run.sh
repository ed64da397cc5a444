#!/bin/bash
# SPDX-License-Identifier: MIT
# What a stranger gets: packages/run.sh [--deb] [--root]. What make install puts where, programs that find it
# by pkg-config and by CMake, and a tarball that needs no autotools. --deb builds the Debian packages and looks
# into them; --root, as root, installs, uses and removes them in a bare system, and builds the tarball in it.
. "$(dirname "$0")/../common.sh"
here=$top/tests/packages
deb='' bare=''
for option; do
  case $option in
  --deb) deb=1 ;;
  --root) deb=1 bare=1 ;;
  *) say "usage: packages/run.sh [--deb] [--root]"; exit 2 ;;
  esac
done
install_build_tools
install_missing cmake=cmake
build plain
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # NAME COMMAND…
  if "${@:2}" >"$work/output" 2>&1; then
    passed=$((passed + 1))
    say "ok: $1"
  else
    failed=$((failed + 1))
    tail -30 "$work/output"
    say "FAILED: $1"
  fi
}
works() { [[ $("$@") == "$version works" ]]; }
version=$(sed -n 's/^PACKAGE_VERSION = //p' "$build/Makefile")
private_flags() { pkg-config --libs $(pkg-config --print-requires-private libsupa | sed 's/ .*//'); }
compile() { # BINARY FLAGS…
  cc -Wall -Wextra -Werror "$here/program.c" -o "$@"
}

# The plain build, installed for one prefix and then moved to another.
installed=$work/moved/usr
check "make install" make -s -C "$build" install DESTDIR="$work/stage"
prefix=$(sed -n 's/^prefix = //p' "$build/Makefile")
mkdir "$work/moved"
cp -r "$work/stage$prefix" "$installed"

listed() { # NAME FOLDER: its files are those of the list, headers and manual pages apart
  (cd "$2" && find . -not -type d -not -path './include/*' -not -path './share/man/man[37]/*' | sed 's,^\./,,' | LC_ALL=C sort) |
    diff -u "$here/$1" -
}
same_headers() { diff -r --exclude='Makefile*' "$top/include" "$installed/include"; }
check "what is installed is listed" listed installed.txt "$installed"
check "all headers are installed, and nothing else beside them" same_headers
names_version() { readelf -W --dyn-syms "$installed/lib/libsupa.so.0" | grep ' supa_version@@SUPA_0$'; }
check "names carry the version of the ABI" names_version

by_pkg_config() {
  compile "$work/by-pkg-config" $(pkg-config --define-prefix --cflags --libs libsupa) &&
    works env LD_LIBRARY_PATH="$installed/lib" "$work/by-pkg-config"
}
by_pkg_config_static() {
  compile "$work/static" $(pkg-config --define-prefix --cflags libsupa) "$installed/lib/libsupa.a" $(private_flags) -lpthread &&
    works "$work/static" && ! readelf -d "$work/static" | grep libsupa
}
by_uninstalled() {
  compile "$work/uninstalled" $(PKG_CONFIG_PATH=$build/lib pkg-config --cflags --libs libsupa) && works "$work/uninstalled"
}
export PKG_CONFIG_PATH=$installed/lib/pkgconfig
check "a program by pkg-config, with what was installed elsewhere" by_pkg_config
check "a static one by pkg-config" by_pkg_config_static
check "one by the uninstalled .pc runs where it was built" by_uninstalled

configure_program() { # FOLDER KIND VERSION
  cmake -S "$here/cmake" -B "$work/$1" -DCMAKE_PREFIX_PATH="$installed" -DKIND="$2" -DASKED="$3"
}
by_cmake() { # KIND
  configure_program "cmake-$1" "$1" "$version" && cmake --build "$work/cmake-$1" && works "$work/cmake-$1/program"
}
is_static() { by_cmake static && ! readelf -d "$work/cmake-static/program" | grep libsupa; }
refused() { # KIND VERSION WORDS
  ! configure_program "refused-$1-$2" "$1" "$2" >"$work/refused" 2>&1 && grep "$3" "$work/refused"
}
check "a program by CMake" by_cmake ""
check "a static one by CMake" is_static
check "a later version is refused by CMake" refused "" "${version%.*}.999" "version: $version"
check "another interface is refused by CMake" refused "" 0.0.1 "version: $version"
check "a library of no such kind is refused by CMake" refused frozen "$version" "was asked for (frozen)"

leaves_nothing() {
  make -s -C "$build" uninstall DESTDIR="$work/stage" && [[ -z $(find "$work/stage" -not -type d -o -path '*supa*') ]] ||
    { find "$work/stage" -not -type d -o -path '*supa*'; return 1; }
}
check "make uninstall leaves nothing" leaves_nothing

# Programs of that name come first in the PATH, and tell when they are called.
without_autotools() {
  local tool
  mkdir "$work/bin"
  for tool in autoconf autoheader autom4te autoreconf aclocal automake libtoolize aclocal-1.16 automake-1.16; do
    printf '#!/bin/sh\necho "$0 $*" >>%s\nexit 127\n' "$work/called" >"$work/bin/$tool"
    chmod 755 "$work/bin/$tool"
  done
  mkdir "$work/tarball"
  tar -C "$work/tarball" --strip-components=1 -xf "$build/libsupa-$version.tar.gz"
  (cd "$work/tarball" && export PATH="$work/bin:$PATH" && ./configure --disable-static CFLAGS=-O0 && make -j"$(nproc)" &&
    [[ $(examples/supa/supa --version) == *"$version"* ]]) && [[ ! -e $work/called ]] || { cat "$work/called"; return 1; }
}
check "make dist" make -s -C "$build" dist
check "the tarball builds without autotools" without_autotools

if [[ -n $deb ]]; then
  . "$here/deb.sh"
else
  say "Debian packages: not looked at (--deb)"
fi
if [[ -n $bare && $EUID -eq 0 ]]; then
  . "$here/root.sh"
else
  say "a bare system: not looked at (--root, as root)"
fi
conclude
