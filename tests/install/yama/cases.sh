#!/bin/busybox sh
# All that is tried under one scope of Yama, by one user. A case prints with
# which status it ended and what was said, or what then stands in the trace.
# Pids and the like, which differ from run to run, become N.
# usage: cases.sh SCOPE root|user
scope=$1 who=$2
folder=/tmp/$scope.$who
mkdir "$folder" && cd "$folder" || exit

tell() {
	echo "=> $scope $who $*"
}

plain() {
	tr '\n' '|' | sed 's/[0-9][0-9]* bytes/N bytes/
		s/[0-9]\{2,\}/N/g; s/|$//'
}

# usage: attempt CASE WORD...: sets status
attempt() {
	name=$1
	shift
	status=0
	said=$("$@" 2>&1) || status=$?
	tell "$name: $status${said:+ $(echo "$said" | plain)}"
}

is_in() {
	kdump-u -f "$1" 2>&1 | grep -q -- "$2"
}

# Waits until all patterns stand in a trace, which may be written still.
# usage: look CASE FILE PATTERN...
look() {
	name=$1 file=$2
	shift 2
	for pattern in "$@"; do
		rounds=30
		until is_in "$file" "$pattern" || [ $rounds -eq 0 ]; do
			rounds=$((rounds - 1))
			sleep 0.2
		done
		if [ $rounds -eq 0 ]; then
			tell "$name: NOT RECORDED: $pattern"
			kdump-u -f "$file" | tail -n 20
			return
		fi
	done
	tell "$name: recorded"
}

# As look, if the last attempt ended with 0.
look_then() {
	[ "$status" -ne 0 ] || look "$@"
}

tell_tracer() {
	tell "$1: tracer $(sed -n 's/^TracerPid:.//p' "/proc/$pid/status" |
		plain)"
}

start() {
	"$@" >/dev/null 2>&1 &
	pid=$!
}

stop() {
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
}

here="NAMI  \"/absent/scope-$scope\""
whole='session_end { complete=1 }'

# Who starts a command is its tracer, by its leave.
attempt command ktrace-u -f command subject say
[ "$status" -ne 7 ] || look command command 'NAMI  "/absent/say"' "$whole"
attempt children ktrace-u -i -f children sh -c 'subject say; exit 3'
[ "$status" -ne 3 ] || look children children 'NAMI  "/absent/say"' "$whole"
# Who else refuses is not taken for Yama.
attempt barred subject barred ktrace-u -f barred subject say
start subject loop
attempt barred-sibling subject barred ktrace-u -f barred -p "$pid"
stop

# What else works on this kernel.
if [ "$scope" -eq 0 ]; then
	attempt loop ktrace-u -i -f loop sh -c \
		'for i in 1 2 3; do echo $i | cat; done; kill -9 $$'
	look loop loop "$whole"
	kdump-u -f loop >loop.txt
	tell "loop: $(grep -c 'GIO   fd 0 read 2 bytes' loop.txt) read," \
		"$(grep -c 'PSIG  SIGKILL' loop.txt) killed," \
		"$(grep -c 'loss {' loop.txt) lost"
	attempt environment ktrace-u -t +e -f environment subject say
	look environment environment 'ENVS' 'KTRACE_U=' "$whole"
	attempt filter ktrace-u --seccomp=always --syscalls=openat -f filter \
		subject say
	look filter filter 'NAMI  "/absent/say"' "$whole"
	tell "filter: $(kdump-u -f filter | grep 'CALL ' |
		grep -vc 'openat\|execve') others"
fi

# A process that has nothing to do with who asks.
start subject loop
attempt sibling ktrace-u -f sibling -p "$pid"
look_then sibling sibling "$here"
if [ "$status" -eq 0 ]; then
	attempt sibling-clear ktrace-u -c -p "$pid"
	tell_tracer sibling-clear
fi
stop

# One that lets in everybody.
start subject named here
until [ -e here ]; do sleep 0.1; done
attempt named ktrace-u -f named -p "$pid"
look_then named named "$here"
stop

# The recorder is no child of the program that asks, nor that one's parent.
attempt own-child sh -c 'subject loop >/dev/null 2>&1 & echo $! >pid
	exec ktrace-u -f own-child -p $!'
look_then own-child own-child "$here"
kill -9 "$(cat pid)"
attempt own-shell sh -c 'ktrace-u -f own-shell -p $$
	status=$?; [ -e /absent/shell ]; exit $status'
look_then own-shell own-shell 'NAMI  "/absent/shell"'

# By the library, which can name the recorder.
attempt library-self subject self self
look_then library-self self 'NAMI  "/absent/self"'
attempt library-child subject child child
look_then library-child child "$here"

# Under a recorder: another file, and then no more. It is as closed as any other
# process after that: nobody has been named for longer than it took.
if [ "$scope" -lt 2 ] || [ "$who$scope" = root2 ]; then
	start ktrace-u -f first subject loop
	look change-before first "$here"
	attempt change-other subject seize "$pid"
	attempt change ktrace-u -f second -p "$pid"
	look_then change second "$here"
	attempt change-status ktrace-u --status -p "$pid"
	attempt change-clear ktrace-u -c -p "$pid"
	tell_tracer change-clear
	attempt change-after subject seize "$pid"
	stop
fi

# An exec that would have gained rights fails: the recorder is to come back, and
# is not named any more.
if [ "$who" = user ] && [ "$scope" -lt 2 ]; then
	attempt fail ktrace-u -f fail subject fail /bin/broken
	kdump-u -f fail >fail.txt
	grep -q 'NAMI  "/absent/after"' fail.txt && tell "fail: recorded after"
	sed -n "s/.*coverage {/=> $scope $who fail: {/p" fail.txt
fi

# Recorded since scope 0.
pid=$(cat "/run/$who.pid")
case $who$scope in
user[23] | root3)
	look carried "/run/$who" 'the kernel does not let us read it'
	;;
*)
	look carried "/run/$who" "$here"
	;;
esac
attempt carried-change ktrace-u -t n -f carried -p "$pid"
[ "$status" -ne 0 ] ||
	attempt carried-back ktrace-u -t n -a -f "/run/$who" -p "$pid"
attempt carried-status ktrace-u --status -p "$pid"
attempt carried-clear ktrace-u -c -t u -p "$pid"
if [ "$scope" -eq 3 ]; then
	attempt carried-end ktrace-u -c -p "$pid"
	tell_tracer carried-end
fi
