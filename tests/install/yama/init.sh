#!/bin/busybox sh
# The first process of the guest: all cases under each scope of Yama, upwards,
# since nothing leads down from 3. What is to be compared begins with "=> ".
export PATH=/bin KTRACE_U=/bin/ktrace-u
/bin/busybox mkdir -p /proc /dev /tmp /run
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
chmod 1777 /tmp /run
# Has the bit, and is no program.
printf '\177ELF is not all it takes' >/bin/broken
chmod 4755 /bin/broken
# Behind what the firmware says.
echo
echo "=> kernel $(uname -r)"

# Those that are recorded before the scope rises.
ktrace-u -t n --seccomp=never -f /run/root subject loop >/dev/null 2>&1 &
echo $! >/run/root.pid
subject as 1000 ktrace-u -t n --seccomp=never -f /run/user subject loop \
	>/dev/null 2>&1 &
echo $! >/run/user.pid

for scope in 0 1 2 3; do
	echo $scope >/proc/sys/kernel/yama/ptrace_scope
	sh /cases.sh $scope root
	subject as 1000 sh /cases.sh $scope user
done
echo "=> end"
poweroff -f
