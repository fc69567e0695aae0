#!/bin/sh
# Installs into an empty folder, looks at what is there, and uses it.
# usage: tree.sh CMAKE BUILD-FOLDER COMPILER
set -eu
cmake=$1 build=$2 compiler=$3

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
DESTDIR=$root "$cmake" --install "$build" >/dev/null
fail() {
	echo "$1" >&2
	(cd "$root" && find . -type f) >&2
	exit 1
}

# The one file of that name, wherever the prefix put it.
find_one() {
	found=$(find "$root" -path "*/$1")
	[ -f "$found" ] || fail "not installed, or twice: $1"
	echo "$found"
}

for program in ktrace-u kdump-u; do
	path=$(find_one "bin/$program")
	"$path" --version | grep -q "^$program [0-9]" ||
		fail "$program --version does not say who it is"
	find_one "man1/$program.1" >/dev/null
done
find_one man5/ktr-u.5 >/dev/null

# A stranger compiles against the format with what pkg-config says.
pc=$(find_one pkgconfig/ktrace-u.pc)
find_one include/ktrace-u/format.h >/dev/null
PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=${pc%/*}
PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_PATH PKG_CONFIG_ALLOW_SYSTEM_CFLAGS
cat >"$root/stranger.c" <<'END'
#include <ktrace-u/format.h>
int main(void) { return sizeof(struct ktr_header) != 64; }
END
"$compiler" $(pkg-config --cflags ktrace-u) -o "$root/stranger" \
	"$root/stranger.c" || fail "the header does not compile"
"$root/stranger" || fail "the header is not the format"
pkg-config --modversion ktrace-u | grep -q '^[0-9]' || fail "no version"
