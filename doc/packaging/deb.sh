#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian packages of this tree: deb.sh [FOLDER], or make deb. They come to lie in FOLDER (build/deb), with
# their source, and have no errors or warnings of lintian. DEBFULLNAME and DEBEMAIL name who answers for
# them; DEB_BUILD_OPTIONS=nocheck leaves out the unit tests.
. "$(dirname "$0")/../../tests/common.sh"
install_build_tools
install_missing dh=debhelper dpkg-buildpackage=dpkg-dev lintian=lintian pc:openssl=libssl-dev
[[ " ${DEB_BUILD_OPTIONS:-} " == *" nocheck "* ]] || install_test_tools

folder=${1:-$top/build/deb}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
run() { "$@" >>"$folder/deb.log" 2>&1 || { tail -30 "$folder/deb.log" >&2; exit 1; }; }

: >"$folder/deb.log"
build plain
run make -C "$build" dist
version=$(sed -n 's/^PACKAGE_VERSION = //p' "$build/Makefile")
packaged=$(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' "$top/doc/packaging/debian/changelog")
[[ $packaged == "$version" ]] || { say "doc/packaging/debian/changelog is of $packaged, configure.ac of $version"; exit 1; }

tree=$folder/libsupa-$version
rm -rf "$tree"
cp "$build/libsupa-$version.tar.gz" "$folder/libsupa_$version.orig.tar.gz"
tar -C "$folder" -xf "$folder/libsupa_$version.orig.tar.gz"
cp -r "$top/doc/packaging/debian" "$tree"
sed -i "s|The libsupa authors <libsupa@example.org>|${DEBFULLNAME:-The libsupa authors} <${DEBEMAIL:-libsupa@example.org}>|" \
  "$tree/debian/control" "$tree/debian/changelog"
say "building packages of $version in $folder"
(cd "$tree" && run dpkg-buildpackage -us -uc)
rm -rf "$tree"
if [[ $EUID -eq 0 ]]; then as_root=--allow-root; fi
lintian ${as_root:-} --fail-on error,warning --tag-display-limit 0 "$folder"/libsupa_"$version"-*.changes
ls "$folder"/*.deb
