#!/bin/sh
# Boots a kernel with the Yama module, and compares what works and what is
# refused under each of its scopes with what is expected.
# usage: yama.sh KTRACE-U KDUMP-U SUBJECT
# KTRACE_U_KERNEL names a kernel; else it is the newest of Debian's for clouds.
# KTRACE_U_ACCEL is what qemu is to run on: tcg, which is everywhere, or kvm.
set -eu
here=$(dirname "$0")/yama

skip() {
	echo "skipped: $1"
	exit 77
}

newest_kernel() {
	for kernel in /boot/vmlinuz-*-cloud-amd64; do
		[ ! -r "$kernel" ] || echo "$kernel"
	done | sort -V | tail -n 1
}

[ "$(uname -m)" = x86_64 ] || skip "the guest is an x86-64"
command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
busybox=$(command -v busybox) || skip "no busybox"
kernel=${KTRACE_U_KERNEL:-$(newest_kernel)}
[ -n "$kernel" ] || skip "no /boot/vmlinuz-*-cloud-amd64 that can be read, nor KTRACE_U_KERNEL"
[ -r "$kernel" ] || skip "KTRACE_U_KERNEL: $kernel cannot be read"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/bin"
cp "$busybox" "$1" "$2" "$work/root/bin"
cp "$3" "$work/root/bin/subject"
cp "$here/init.sh" "$work/root/init"
cp "$here/cases.sh" "$work/root"
chmod 755 "$work/root" "$work/root/init"
! LC_ALL=C ldd "$busybox" 2>/dev/null | grep -q '=>' ||
	skip "$busybox is not linked statically (busybox-static)"
(cd "$work/root" && find . | "$busybox" cpio -o -H newc) \
	>"$work/initramfs" 2>"$work/cpio" || {
	cat "$work/cpio" >&2
	exit 1
}

status=0
timeout 840 qemu-system-x86_64 -accel "${KTRACE_U_ACCEL:-tcg}" -m 256 \
	-nodefaults -nographic -no-reboot -serial stdio -kernel "$kernel" \
	-initrd "$work/initramfs" \
	-append "console=ttyS0 quiet loglevel=0 panic=-1" \
	</dev/null >"$work/console" 2>&1 || status=$?
tr -d '\r' <"$work/console" | sed -n 's/^=> //p' >"$work/lines"

fail() {
	echo "$1; on the console stood:" >&2
	tr -d '\r' <"$work/console" >&2
	exit 1
}

[ "$status" -eq 0 ] || fail "qemu ended with $status"
sed -n 's/^kernel /in Linux /p' "$work/lines"
sed -i '/^kernel /d' "$work/lines"
diff -u "$here/expected.txt" "$work/lines" || fail "not as expected"
