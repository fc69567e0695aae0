#!/bin/sh
# Boots Debian's kernel for aarch64 with what was built for it, and says how the
# tests went there.
# usage: boot.sh core|rest SECONDS SOURCE BUILD COMPILER
# KTRACE_U_GUEST names the folder with boot/vmlinuz-*, bin/busybox, and what else
# tests shall have in bin and usr/bin; else it is where tools/need put it.
# KTRACE_U_TESTS, a pattern of grep -E, chooses tests instead of core and rest.
set -eu
group=$1 seconds=$2 source=$3 build=$4 compiler=$5
here=$(dirname "$0")
guest=${KTRACE_U_GUEST:-$source/build/guest-aarch64}

skip() {
	echo "skipped: $1"
	exit 77
}

command -v qemu-system-aarch64 >/dev/null ||
	skip "no qemu-system-aarch64 (tools/need aarch64)"
command -v busybox >/dev/null || skip "no busybox"
kernel=$(ls "$guest"/boot/vmlinuz-* 2>/dev/null | sort -V | tail -n 1)
[ -r "$kernel" ] ||
	skip "no kernel in $guest (tools/need aarch64, or KTRACE_U_GUEST)"
[ -x "$guest/bin/busybox" ] || skip "no busybox in $guest"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

# usage: named FILE: its words, but for comments, as a pattern for grep -E
named() {
	sed 's/#.*//' "$here/$1" | tr -s '\n ' '|' | sed 's/^|//; s/|$//'
}

# usage: chosen LIST: those of the group, of its lines NAME SECONDS PROGRAM...
chosen() {
	core="^(unit|fuzz)\.|^($(named core)) "
	slow="^($(named slow)) "
	if [ -n "${KTRACE_U_TESTS-}" ]; then
		grep -E "^($KTRACE_U_TESTS) " "$1"
	elif [ "$group" = core ]; then
		grep -E "$core" "$1" | grep -vE "$slow"
	else
		grep -E "$slow" "$1"
		grep -vE "$core|$slow|^($(named left-out)) " "$1"
	fi
}

# Programs keep their places, and lose what only a debugger wants.
copy_build() {
	(cd "$build" && find . -name CMakeFiles -prune -o -type f -perm -1 \
		-print) >"$work/programs"
	while read -r program; do
		mkdir -p "$root$build/${program%/*}"
		"$strip" --strip-debug -o "$root$build/$program" "$build/$program" \
			2>/dev/null || cp "$build/$program" "$root$build/$program"
		chmod 755 "$root$build/$program"
	done <"$work/programs"
}

copy_programs() {
	mkdir -p "$root/bin" "$root/usr/bin"
	cp -P "$guest"/bin/* "$root/bin"
	[ ! -d "$guest/usr/bin" ] || cp -P "$guest"/usr/bin/* "$root/usr/bin"
}

# What they are linked with, and those with, by the compiler's own account, or
# what the guest has itself.
needed_libraries() {
	find "$root$build" "$root/bin" "$root/usr/bin" "$root/lib" -type f \
		-exec "$readelf" -d {} + 2>/dev/null |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u
}

copy_libraries() {
	before=-1

	mkdir -p "$root/lib"
	while [ "$before" -ne "$(find "$root/lib" | wc -l)" ]; do
		before=$(find "$root/lib" | wc -l)
		needed_libraries | while read -r library; do
			path=$("$compiler" -print-file-name="$library")
			[ -e "$path" ] || path=$(find "$guest" -name "$library")
			[ ! -e "$path" ] || cp -L "$path" "$root/lib"
		done
	done
	cp -L "$("$compiler" -print-file-name=ld-linux-aarch64.so.1)" \
		"$root/lib"
}

copy_rest() {
	mkdir -p "$root/etc" "$root/usr/lib" "$root$source/tests/fuzz"
	[ ! -d "$guest/usr/lib/locale" ] ||
		cp -r "$guest/usr/lib/locale" "$root/usr/lib"
	cp -r "$source/tests/golden" "$root$source/tests"
	cp -r "$source/tests/fuzz/corpus" "$root$source/tests/fuzz"
	cp "$here/init.sh" "$root/init"
	chmod 755 "$root" "$root/init"
	echo "$build" >"$root/guest-build"
	printf '%s\n' root:x:0:0::/root:/bin/sh \
		nobody:x:65534:65534::/:/bin/sh >"$root/etc/passwd"
	printf '%s\n' root:x:0: nogroup:x:65534: >"$root/etc/group"
	chosen "$build/guest-tests" >"$root/tests"
}

readelf=$("$compiler" -print-prog-name=readelf)
strip=$("$compiler" -print-prog-name=strip)
copy_build
copy_programs
copy_libraries
copy_rest
(cd "$root" && find . | busybox cpio -o -H newc) \
	>"$work/initramfs" 2>"$work/cpio" || {
	cat "$work/cpio" >&2
	exit 1
}

status=0
nice timeout "$seconds" qemu-system-aarch64 -M virt -cpu cortex-a72 -smp 2 \
	-accel tcg,thread=multi -m 2048 -nodefaults -nographic -no-reboot \
	-serial stdio -kernel "$kernel" -initrd "$work/initramfs" \
	-append "console=ttyAMA0 quiet loglevel=1 panic=-1" \
	</dev/null >"$work/console" 2>&1 || status=$?
tr -d '\r' <"$work/console" | sed '1,/^=> kernel/!b; /^=> kernel/!d'

# How each test ended; one that is not told of took the guest with it.
failed=0
while read -r name _; do
	ended=$(tr -d '\r' <"$work/console" |
		sed -n "s/^=> end $name \([0-9]*\)\$/\1/p")
	case $ended in
	0 | 77) ;;
	*)
		echo "failed: $name (${ended:-did not end})"
		failed=1
		;;
	esac
done <"$root/tests"
[ "$status" -eq 0 ] || echo "failed: qemu ended with $status"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ]
