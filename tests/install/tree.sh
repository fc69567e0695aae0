#!/bin/sh
# Installs into an empty folder, looks at what is there, and uses it.
# usage: tree.sh CMAKE BUILD-FOLDER COMPILER [FLAG...]
# The flags are those without which the library does not link.
set -eu
cmake=$1 build=$2 compiler=$3
shift 3
flags=$*

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

for program in ktrace-u kdump-u ktruss-u kaudit-u utrace-u; do
	path=$(find_one "bin/$program")
	"$path" --version | grep -q "^$program [0-9]" ||
		fail "$program --version does not say who it is"
	find_one "man1/$program.1" >/dev/null
done
find_one man5/ktr-u.5 >/dev/null
find_one ktrace-u/examples/build.policy >/dev/null
find_one man3/ktrace-u.3 >/dev/null
find_one man3/ktrace-u-utrace.3 >/dev/null

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

# The example of ktrace(3), with the library that was installed: shared where
# there is one, and the archive.
sed -n '/^#include <err.h>/,/^\.Ed/p' "$(find_one man3/ktrace-u.3)" |
	sed '/^\.Ed/d' >"$root/example.c"
PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 KTRACE_U=$(find_one bin/ktrace-u)
LD_LIBRARY_PATH=$(dirname "$(find_one libktrace-u.a)")
export PKG_CONFIG_ALLOW_SYSTEM_LIBS KTRACE_U LD_LIBRARY_PATH

# usage: try_example WORD...: what the compiler needs besides
try_example() {
	"$compiler" $flags $(pkg-config --cflags ktrace-u) -o "$root/example" \
		"$root/example.c" "$@" || fail "the example does not compile: $*"
	said=$(cd "$root" && ./example 2>&1) || case $said in
	*"Function not implemented"*)
		echo "not tried, nobody may trace here: $*"
		return
		;;
	*) fail "the example fails: $said" ;;
	esac
	"$(find_one bin/kdump-u)" -f "$root/self.out" -t u |
		grep -q 'USER  4  68 65 72 65' || fail "no record of the example"
}

try_example $(pkg-config --libs ktrace-u)
try_example "$LD_LIBRARY_PATH/libktrace-u.a" -pthread
