#!/bin/busybox sh
# The first process of the guest: runs the tests that stand in /tests, a line
# each: NAME SECONDS PROGRAM ARGUMENT... What each said stands between its lines
# that begin with "=> ". An emulator takes its time: they have six times as
# much as elsewhere.
export PATH=/bin:/usr/bin HOME=/root
/bin/busybox mkdir -p /proc /sys /dev /tmp /run /root /var/tmp
# What a path names is at both places; of what is there already busybox makes
# nothing.
for program in /usr/bin/*; do
	[ -e "${program#/usr}" ] || /bin/busybox ln -s "$program" /bin
done
/bin/busybox --install -s /bin 2>/dev/null
for program in /bin/*; do
	[ -e "/usr$program" ] || /bin/busybox ln -s "$program" "/usr$program"
done
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tracefs tracefs /sys/kernel/tracing
chmod 1777 /tmp /dev/shm /var/tmp
ln -s /proc/self/fd /dev/fd
for stream in stdin:0 stdout:1 stderr:2; do
	ln -s "/proc/self/fd/${stream#*:}" "/dev/${stream%:*}"
done
[ ! -x /bin/dash ] || ln -sf dash /bin/sh
ip link set lo up
echo 2 >/proc/sys/kernel/perf_event_paranoid
hostname guest
hostname >/etc/hostname
for number in $(seq 100); do
	mkdir -p "/usr/include/$number"
done

# Behind what the firmware says.
echo
echo "=> kernel $(uname -r) $(uname -m)"
read -r here </guest-build
cd "$here"
while read -r name seconds command; do
	echo "=> begin $name $(cut -d ' ' -f 1 /proc/uptime)"
	timeout -s KILL $((seconds * 6)) $command </dev/null 2>&1
	echo "=> end $name $?"
done </tests
echo "=> off $(cut -d ' ' -f 1 /proc/uptime)"
poweroff -f
