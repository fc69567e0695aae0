#!/bin/sh
# Records and reads in a root that holds three static programs and nothing else:
# no /proc, no /dev, no libraries.
# usage: chroot.sh KTRACE-U KDUMP-U HELLO
set -eu

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$1" "$root/ktrace-u"
cp "$2" "$root/kdump-u"
cp "$3" "$root/hello"
if ! chroot "$root" /kdump-u --version >/dev/null 2>&1; then
	echo "skipped: chroot is refused here (not root?)"
	exit 77
fi

fail() {
	echo "$1" >&2
	[ -s "$root/t" ] && chroot "$root" /kdump-u -f /t >&2
	exit 1
}

# Must stand in the trace: a pattern of grep.
expect() {
	grep -q "$1" "$root.txt" || fail "not in the trace: $1"
}

status=0
said=$(chroot "$root" /ktrace-u -i -f /t /hello) || status=$?
[ "$status" -eq 7 ] || fail "exit status $status, expected 7"
[ "$said" = "hello, root" ] || fail "it said: $said"

trap 'rm -rf "$root" "$root.txt"' EXIT
chroot "$root" /kdump-u -f /t >"$root.txt" || fail "kdump-u failed"
expect 'struct coverage { what="process", why="/proc is not mounted'
expect 'NAMI  "/absent"'
expect 'RET   openat -1 errno 2 No such file or directory'
expect 'GIO   fd 1 wrote 12 bytes'
expect 'NAMI  "/made"'
expect 'struct exit_status { status=7,'
expect 'struct session_end { complete=1 }'
