# SPDX-License-Identifier: MIT
# Part of run.sh: the Debian packages, and what is in each.
debs=$work/deb
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
built() { "$top/doc/packaging/deb.sh" "$debs"; }
file_of() { echo "$debs/$1_$version"-*.deb; }

# Files of a package, without what every Debian package has, with TRIPLET for the machine's.
contents() {
  dpkg-deb --fsys-tarfile "$(file_of "$1")" | tar -tf - | sed -n "s,/$triplet/,/TRIPLET/,; s,^\./,,; /[^/]\$/p" |
    grep -vE '^usr/share/doc/[^/]*/(copyright|changelog(\.Debian)?\.gz)$' | LC_ALL=C sort
}
# The documentation lies where the headers' package has its own, as the policy asks.
expected() {
  case $1 in
  libsupa-dev) (cd "$top" && find include -name '*.h' | sed 's,^,usr/,') ;;
  libsupa-doc)
    (cd "$top" && find examples -maxdepth 1 -regex '.*\.\(c\|cc\|py\)' | sed 's,^,usr/share/doc/libsupa-dev/,' &&
      find README.md doc -maxdepth 1 -name '*.md' -not -name CHANGELOG.md -not -path doc/README.md | sed 's,^doc/,,; s,^,usr/share/doc/libsupa-dev/,')
    find "$installed/share/man/man3" "$installed/share/man/man7" -type f -printf 'usr/share/man/%P\n' 2>/dev/null |
      sed 's,.*/man/\(.*\)\.\([37]\)$,usr/share/man/man\2/\1.\2,'
    ;;
  esac
  sed -n "s/^$1: //p" "$here/packages.txt"
}
# dh_compress packs what is large; names are compared without .gz.
as_expected() { diff -u <(expected "$1" | LC_ALL=C sort) <(contents "$1" | sed 's/\.gz$//' | LC_ALL=C sort); }
depends_on() { dpkg-deb -f "$(file_of "$1")" Depends | grep -F "$2"; }
symbols_listed() {
  dpkg-deb --ctrl-tarfile "$(file_of libsupa0)" | tar -xOf - ./symbols | sed -n 's/^ \(supa_.*\)@SUPA_0 .*/\1/p' |
    diff -u "$top/tests/checks/exports.txt" -
}
hardened() {
  local package
  for package in libsupa0 supa; do dpkg-deb -x "$(file_of $package)" "$work/unpacked"; done
  "$top/tests/checks/check-hardening.sh" --packaged "$work"/unpacked/usr/lib/*/libsupa.so.0 "$work/unpacked/usr/bin/supa"
}
DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" check "Debian packages are built, and lintian has no errors or warnings" built
for package in libsupa0 libsupa-dev supa libsupa-doc; do
  check "$package has the files that it should have" as_expected $package
done
check "the symbols file is the list of exports" symbols_listed
check "the tool needs the library that has its symbols" depends_on supa "libsupa0 (>= $version)"
check "the headers need the same build of the library" depends_on libsupa-dev "libsupa0 (= $version-"
check "library and tool are hardened as Debian asks" hardened
