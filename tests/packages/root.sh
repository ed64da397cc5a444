# SPDX-License-Identifier: MIT
# Part of run.sh: the packages and the tarball in a bare Debian, made for it and removed again. Packages that
# they need come from where this system's come from.
install_missing debootstrap=debootstrap
root=$work/root
leave_root() {
  umount "$root/proc" "$root/dev" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap leave_root EXIT

make_root() {
  debootstrap --variant=minbase --include=ca-certificates "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" &&
    cp /etc/resolv.conf "$root/etc/" && cp -r /etc/apt/sources.list.d /etc/apt/apt.conf.d "$root/etc/apt/" &&
    mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" &&
    inside apt-get update -qq && mkdir "$root/here" && cp -r "$debs"/*.deb "$here" "$root/here/" &&
    cp "$build/libsupa-$version.tar.gz" "$root/here/"
}
inside() {
  chroot "$root" env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
ours() { (cd "$root" && find . -xdev -path ./here -prune -o -path '*supa*' -print | grep -v '^\./var/lib/apt/' | LC_ALL=C sort); }
apt() { inside apt-get "$1" -y -qq --no-install-recommends "${@:2}"; }
install_tool() { inside sh -c "apt-get install -y -qq --no-install-recommends /here/libsupa0_*.deb /here/supa_*.deb"; }
tool_runs() { [[ $(inside supa --version) == *"$version"* ]]; }
install_rest() { inside sh -c "apt-get install -y -qq --no-install-recommends /here/*.deb gcc libc6-dev make pkg-config"; }
program_runs() {
  inside sh -ec 'cc /here/packages/program.c $(pkg-config --cflags --libs libsupa) -o /here/program' &&
    [[ $(inside /here/program) == "$version works" ]]
}
remove_all() { apt purge supa libsupa0 libsupa-dev libsupa-doc && [[ -z $(ours) ]] || { ours; return 1; }; }
tarball_builds() {
  ! inside sh -c 'command -v autoconf || command -v automake' &&
    inside sh -ec "cd /here && tar xf libsupa-$version.tar.gz && cd libsupa-$version && ./configure CFLAGS=-O0 --disable-static &&
      make && make install && ldconfig && supa --version"
}
check "a bare system" make_root
check "the tool and its library install into it" install_tool
check "the tool runs" tool_runs
check "the other packages install beside them" install_rest
check "a program is built with them, and runs" program_runs
check "they are purged, and nothing of theirs stays" remove_all
check "the tarball builds and installs without autotools" tarball_builds
