/*
 * Calls with flags, commands and other constants in their arguments. Most fail,
 * by a descriptor or an address that is none: what they are called with is all
 * that matters. Between two calls of getppid().
 * usage: constants
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/loop.h>
#include <linux/membarrier.h>
#include <linux/memfd.h>
#include <linux/mempolicy.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/quota.h>
#include <linux/rtc.h>
#include <linux/seccomp.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define NOBODY 0x7ffffff0 /* no process has this pid */
#define BAD    (-1)       /* no descriptor */

#define DEVICE_TTY   0x501
#define DEVICE_LARGE 0x11110370 /* 259, 70000 */

/* What the C library has no names for. */
#define ARCH_GET_FS     0x1003
#define CLONE_ODD       (CLONE_SIGHAND | CLONE_PARENT | SIGCHLD)
#define MADV_NONE       77
#define AT_STATX_FORCED 0x2000

/* clang-format off */
static const struct call {
	long number;
	long args[6];
} calls[] = {
	/* files */
#ifdef __x86_64__
	{ SYS_open, { 0, O_RDWR | O_CREAT | O_EXCL | O_TRUNC, 0640 } },
	{ SYS_open, { 0, O_WRONLY | O_APPEND | O_NONBLOCK, 0xdead } },
	{ SYS_creat, { 0, 0755 } },
	{ SYS_access, { 0, R_OK | X_OK } },
	{ SYS_access, { 0, F_OK } },
	{ SYS_mkdir, { 0, 01777 } },
	{ SYS_mknod, { 0, S_IFCHR | 0620, DEVICE_TTY } },
	{ SYS_mknod, { 0, S_IFIFO | 0600, 0 } },
	{ SYS_chmod, { 0, 04755 } },
	{ SYS_arch_prctl, { ARCH_GET_FS, 0 } },
#endif
	{ SYS_openat, { AT_FDCWD, 0, O_RDONLY | O_CLOEXEC } },
	{ SYS_openat, { BAD, 0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW } },
	{ SYS_openat, { AT_FDCWD, 0, O_RDWR | O_TMPFILE | O_DIRECT, 0600 } },
	{ SYS_openat, { AT_FDCWD, 0, O_PATH | O_NOATIME | O_SYNC } },
	{ SYS_openat, { AT_FDCWD, 0, O_DSYNC | O_NOCTTY | 0x40000000 } },
	{ SYS_openat, { AT_FDCWD, 0, O_ACCMODE } },
	{ SYS_faccessat, { AT_FDCWD, 0, W_OK } },
	{ SYS_mkdirat, { AT_FDCWD, 0, 0700 } },
	{ SYS_mknodat, { AT_FDCWD, 0, S_IFBLK | 0660, DEVICE_LARGE } },
	{ SYS_fchmod, { BAD, 0 } },
	{ SYS_fchmodat, { AT_FDCWD, 0, 0444 } },
	{ SYS_umask, { 022 } },
	{ SYS_lseek, { BAD, 5, SEEK_SET } },
	{ SYS_lseek, { BAD, 5, SEEK_HOLE } },
	{ SYS_flock, { BAD, LOCK_EX | LOCK_NB } },
	{ SYS_flock, { BAD, LOCK_UN } },
	{ SYS_fcntl, { BAD, F_GETFD } },
	{ SYS_fcntl, { BAD, F_SETFD, FD_CLOEXEC } },
	{ SYS_fcntl, { BAD, F_GETFL } },
	{ SYS_fcntl, { BAD, F_SETFL, O_RDWR | O_NONBLOCK | O_APPEND } },
	{ SYS_fcntl, { BAD, F_DUPFD_CLOEXEC, 10 } },
	{ SYS_fcntl, { BAD, F_SETLEASE, F_RDLCK } },
	{ SYS_fcntl, { BAD, F_NOTIFY, DN_ACCESS | DN_CREATE } },
	{ SYS_fcntl, { BAD, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK } },
	{ SYS_fcntl, { BAD, F_SETSIG, SIGUSR1 } },
	{ SYS_fcntl, { BAD, F_GETPIPE_SZ } },
	{ SYS_renameat2, { AT_FDCWD, 0, AT_FDCWD, 0, RENAME_NOREPLACE } },
	{ SYS_renameat2, { BAD, 0, BAD, 0, RENAME_EXCHANGE | RENAME_WHITEOUT } },
	{ SYS_unlinkat, { AT_FDCWD, 0, AT_REMOVEDIR } },
	{ SYS_unlinkat, { AT_FDCWD, 0, 0 } },
	{ SYS_linkat, { AT_FDCWD, 0, AT_FDCWD, 0,
			AT_SYMLINK_FOLLOW | AT_EMPTY_PATH } },
	{ SYS_fchownat, { AT_FDCWD, 0, 0, 0, AT_SYMLINK_NOFOLLOW } },
	{ SYS_newfstatat, { AT_FDCWD, 0, 0,
			    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT } },
	{ SYS_statx, { AT_FDCWD, 0, AT_SYMLINK_NOFOLLOW, STATX_ALL, 0 } },
	{ SYS_statx, { AT_FDCWD, 0, AT_STATX_FORCED, STATX_MODE | STATX_SIZE,
		       0 } },
	{ SYS_fadvise64, { BAD, 0, 0, POSIX_FADV_WILLNEED } },
	{ SYS_fallocate, { BAD, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0,
			   1 } },
	{ SYS_sync_file_range, { BAD, 0, 0, SYNC_FILE_RANGE_WRITE } },
	{ SYS_splice, { BAD, 0, BAD, 0, 1, SPLICE_F_MOVE | SPLICE_F_MORE } },
	{ SYS_tee, { BAD, BAD, 1, SPLICE_F_NONBLOCK } },
	{ SYS_preadv2, { BAD, 0, 0, 0, 0, RWF_HIPRI | RWF_NOWAIT } },
	{ SYS_pwritev2, { BAD, 0, 0, 0, 0, RWF_DSYNC | RWF_APPEND } },
	{ SYS_setxattr, { 0, 0, 0, 0, XATTR_CREATE } },
	{ SYS_pipe2, { 0, O_CLOEXEC | O_DIRECT } },
	{ SYS_dup3, { BAD, BAD, O_CLOEXEC } },
	{ SYS_inotify_init1, { IN_NONBLOCK | IN_CLOEXEC | 1 } },
	{ SYS_inotify_add_watch, { BAD, 0, IN_MODIFY | IN_DELETE_SELF |
					   IN_ONLYDIR } },
	{ SYS_fanotify_init, { FAN_CLASS_CONTENT | FAN_CLOEXEC | 0x40000,
			       O_RDWR | O_CLOEXEC } },
	{ SYS_fanotify_mark, { BAD, FAN_MARK_ADD | FAN_MARK_MOUNT,
			       FAN_OPEN | FAN_CLOSE_WRITE, AT_FDCWD, 0 } },
	{ SYS_memfd_create, { 0, MFD_CLOEXEC | MFD_ALLOW_SEALING } },
	{ SYS_quotactl, { QCMD(Q_GETQUOTA, USRQUOTA), 0, 0, 0 } },
	{ SYS_quotactl, { QCMD(Q_QUOTAON, GRPQUOTA), 0, 2, 0 } },
	{ SYS_execveat, { AT_FDCWD, 0, 0, 0, AT_EMPTY_PATH } },
	{ SYS_close_range, { 9, 3, 2 } },
	{ SYS_faccessat2, { AT_FDCWD, 0, R_OK | W_OK, AT_EACCESS } },
	/* mounts */
	{ SYS_mount, { 0, 0, 0, MS_RDONLY | MS_NOSUID | MS_NODEV, 0 } },
	{ SYS_mount, { 0, 0, 0, MS_BIND | MS_REC, 0 } },
	{ SYS_mount, { 0, 0, 0, MS_MGC_VAL | MS_REMOUNT | MS_RELATIME, 0 } },
	{ SYS_umount2, { 0, MNT_DETACH | UMOUNT_NOFOLLOW } },
	{ SYS_open_tree, { AT_FDCWD, 0, OPEN_TREE_CLONE | AT_RECURSIVE } },
	{ SYS_move_mount, { BAD, 0, BAD, 0, MOVE_MOUNT_F_EMPTY_PATH } },
	{ SYS_fsopen, { 0, FSOPEN_CLOEXEC } },
	{ SYS_fsconfig, { BAD, FSCONFIG_SET_FLAG, 0, 0, 0 } },
	{ SYS_fsmount, { BAD, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY |
			 MOUNT_ATTR_NOATIME } },
	{ SYS_fspick, { AT_FDCWD, 0, FSPICK_CLOEXEC | FSPICK_NO_AUTOMOUNT } },
	/* waiting for descriptors */
	{ SYS_epoll_create1, { EPOLL_CLOEXEC | 1 } },
	{ SYS_epoll_ctl, { BAD, EPOLL_CTL_ADD, BAD, 0 } },
	{ SYS_epoll_ctl, { BAD, EPOLL_CTL_DEL, BAD, 0 } },
	{ SYS_eventfd2, { 0, EFD_CLOEXEC | EFD_SEMAPHORE | 8 } },
	{ SYS_signalfd4, { BAD, 0, 8, SFD_CLOEXEC | SFD_NONBLOCK } },
	{ SYS_timerfd_create, { CLOCK_MONOTONIC, TFD_CLOEXEC | 0x10 } },
	{ SYS_timerfd_settime, { BAD, TFD_TIMER_ABSTIME, 0, 0 } },
	{ SYS_userfaultfd, { O_CLOEXEC | O_NONBLOCK | 2 } },
	{ SYS_io_uring_enter, { BAD, 1, 1, IORING_ENTER_GETEVENTS, 0, 0 } },
	{ SYS_io_uring_register, { BAD, IORING_REGISTER_EVENTFD, 0, 0 } },
	{ SYS_io_uring_register, { BAD, IORING_UNREGISTER_FILES, 0, 0 } },
	/* memory */
	{ SYS_mmap, { 0, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      BAD, 0 } },
	{ SYS_mmap, { 0, 0, PROT_NONE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE,
		      BAD, 0 } },
	{ SYS_mmap, { 0, 0, PROT_READ | PROT_EXEC,
		      MAP_PRIVATE | MAP_DENYWRITE | MAP_POPULATE, BAD, 0 } },
	{ SYS_mprotect, { 1, 0, PROT_READ | PROT_GROWSDOWN } },
	{ SYS_mremap, { 1, 0, 0, MREMAP_MAYMOVE | MREMAP_FIXED, 0 } },
	{ SYS_msync, { 1, 0, MS_SYNC | MS_INVALIDATE } },
	{ SYS_madvise, { 1, 0, MADV_DONTNEED } },
	{ SYS_madvise, { 1, 0, MADV_NONE } },
	{ SYS_mlock2, { 1, 0, MLOCK_ONFAULT | 4 } },
	{ SYS_mlockall, { MCL_ONFAULT } },
	{ SYS_mbind, { 1, 0, MPOL_BIND | MPOL_F_STATIC_NODES, 0, 0,
		       MPOL_MF_STRICT } },
	{ SYS_set_mempolicy, { MPOL_INTERLEAVE | 0x100, 0, 0 } },
	{ SYS_get_mempolicy, { 0, 0, 0, 0, MPOL_F_ADDR | MPOL_F_NODE | 0x40 } },
	{ SYS_membarrier, { MEMBARRIER_CMD_QUERY, 0, 0 } },
	{ SYS_pkey_alloc, { 1, PKEY_DISABLE_WRITE } },
	/* sockets */
	{ SYS_socket, { AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_UDP } },
	{ SYS_socket, { AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_TCP } },
	{ SYS_socket, { AF_UNIX, SOCK_SEQPACKET, 99 } },
	{ SYS_socket, { AF_NETLINK, SOCK_RAW | 0x100000, NETLINK_ROUTE } },
	{ SYS_socket, { AF_PACKET, SOCK_RAW | 0x100000, 0x300 } },
	{ SYS_socketpair, { AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, 0 } },
	{ SYS_setsockopt, { BAD, SOL_SOCKET, SO_REUSEADDR, 0, 0 } },
	{ SYS_setsockopt, { BAD, SOL_SOCKET, SO_KEEPALIVE, 0, 0 } },
	{ SYS_setsockopt, { BAD, IPPROTO_TCP, TCP_NODELAY, 0, 0 } },
	{ SYS_setsockopt, { BAD, IPPROTO_IP, IP_TOS, 0, 0 } },
	{ SYS_setsockopt, { BAD, IPPROTO_IPV6, IPV6_V6ONLY, 0, 0 } },
	{ SYS_setsockopt, { BAD, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 0, 0 } },
	{ SYS_setsockopt, { BAD, SOL_PACKET, PACKET_RX_RING, 0, 0 } },
	{ SYS_getsockopt, { BAD, SOL_SOCKET, SO_ERROR, 0, 0 } },
	{ SYS_getsockopt, { BAD, SOL_SOCKET, SO_PEERCRED, 0, 0 } },
	{ SYS_getsockopt, { BAD, IPPROTO_TCP, TCP_INFO, 0, 0 } },
	{ SYS_sendto, { BAD, 0, 0, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0 } },
	{ SYS_recvfrom, { BAD, 0, 0, MSG_PEEK | MSG_TRUNC, 0, 0 } },
	{ SYS_sendmsg, { BAD, 0, MSG_MORE } },
	{ SYS_recvmsg, { BAD, 0, MSG_CMSG_CLOEXEC } },
	{ SYS_accept4, { BAD, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC } },
	{ SYS_shutdown, { BAD, SHUT_WR } },
	/* processes */
	{ SYS_clone, { CLONE_ODD, 0, 0, 0, 0 } },
	{ SYS_unshare, { CLONE_NEWNS | CLONE_NEWPID | 0x1 } },
	{ SYS_setns, { BAD, CLONE_NEWNET } },
	{ SYS_wait4, { NOBODY, 0, WNOHANG | WUNTRACED, 0 } },
	{ SYS_waitid, { P_PID, NOBODY, 0, WEXITED | WNOHANG | WNOWAIT, 0 } },
	{ SYS_ptrace, { PTRACE_PEEKDATA, NOBODY, 0, 0 } },
	{ SYS_ptrace, { PTRACE_SETOPTIONS, NOBODY, 0,
			PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK } },
	{ SYS_ptrace, { PTRACE_CONT, NOBODY, 0, SIGSTOP } },
	{ SYS_prctl, { PR_GET_DUMPABLE } },
	{ SYS_prctl, { PR_SET_PDEATHSIG, SIGHUP } },
	{ SYS_prctl, { PR_CAPBSET_READ, CAP_SYS_ADMIN } },
	{ SYS_prctl, { PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0,
		       0 } },
	{ SYS_prctl, { PR_SET_MM, PR_SET_MM_BRK, 0, 0, 0 } },
	{ SYS_prctl, { PR_GET_SECUREBITS } },
	{ SYS_getrlimit, { RLIMIT_NOFILE, 0 } },
	{ SYS_prlimit64, { NOBODY, RLIMIT_CORE, 0, 0 } },
	{ SYS_getrusage, { RUSAGE_CHILDREN, 0 } },
	{ SYS_getpriority, { PRIO_PROCESS, NOBODY } },
	{ SYS_sched_setscheduler, { NOBODY, SCHED_RR | SCHED_RESET_ON_FORK,
				    0 } },
	{ SYS_sched_get_priority_max, { SCHED_FIFO } },
	{ SYS_ioprio_get, { 1, NOBODY } },
	{ SYS_personality, { 0xffffffff } },
	{ SYS_kcmp, { NOBODY, NOBODY, KCMP_FILE, 0, 0 } },
	{ SYS_futex, { 1, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0, 0, 0 } },
	{ SYS_futex, { 1, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 1, 0, 0,
		       0xffffffff } },
	{ SYS_seccomp, { SECCOMP_SET_MODE_FILTER,
			 SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG,
			 0 } },
	{ SYS_landlock_create_ruleset, { 0, 0,
					 LANDLOCK_CREATE_RULESET_VERSION } },
	{ SYS_landlock_add_rule, { BAD, LANDLOCK_RULE_PATH_BENEATH, 0, 0 } },
	{ SYS_kill, { NOBODY, SIGTERM } },
	{ SYS_kill, { NOBODY, 0 } },
	{ SYS_tgkill, { NOBODY, NOBODY, SIGUSR2 } },
	{ SYS_pidfd_send_signal, { BAD, SIGCONT, 0, 0 } },
	/* signals and time */
	{ SYS_rt_sigaction, { SIGALRM, 0, 0, 4 } },
	{ SYS_rt_sigprocmask, { SIG_BLOCK, 0, 0, 4 } },
	{ SYS_getitimer, { ITIMER_VIRTUAL, 0 } },
	{ SYS_clock_gettime, { CLOCK_BOOTTIME, 0 } },
	{ SYS_clock_nanosleep, { CLOCK_REALTIME, TIMER_ABSTIME, 0, 0 } },
	{ SYS_timer_settime, { 99, TIMER_ABSTIME, 0, 0 } },
	/* System V and POSIX IPC */
	{ SYS_shmget, { IPC_PRIVATE, 0, IPC_CREAT | IPC_EXCL | 0600 } },
	{ SYS_shmat, { BAD, 0, SHM_RDONLY | SHM_RND } },
	{ SYS_shmctl, { BAD, IPC_RMID, 0 } },
	{ SYS_semget, { IPC_PRIVATE, BAD, IPC_CREAT | 0640 } },
	{ SYS_semctl, { BAD, 0, SETVAL, 0 } },
	{ SYS_msgctl, { BAD, IPC_STAT, 0 } },
	{ SYS_msgsnd, { BAD, 0, 0, IPC_NOWAIT } },
	{ SYS_msgrcv, { BAD, 0, 0, 0, MSG_NOERROR | IPC_NOWAIT } },
	{ SYS_mq_open, { 0, O_RDWR | O_CREAT, 0600, 0 } },
	/* the machine */
	{ SYS_reboot, { 1, 2, RB_AUTOBOOT, 0 } },
	{ SYS_delete_module, { 0, O_NONBLOCK } },
	{ SYS_keyctl, { KEYCTL_GET_KEYRING_ID, KEY_SPEC_GROUP_KEYRING, 0 } },
	{ SYS_add_key, { 0, 0, 0, 0, KEY_SPEC_SESSION_KEYRING } },
	{ SYS_bpf, { BPF_PROG_LOAD, 0, 0 } },
	{ SYS_bpf, { BPF_MAP_CREATE, 0, 0 } },
	{ SYS_perf_event_open, { 0, 0, 0, BAD, PERF_FLAG_FD_CLOEXEC } },
	{ SYS_getrandom, { 0, 0, GRND_NONBLOCK | GRND_RANDOM } },
	/* ioctl */
	{ SYS_ioctl, { BAD, TCGETS, 0 } },
	{ SYS_ioctl, { BAD, TIOCGWINSZ, 0 } },
	{ SYS_ioctl, { BAD, TCFLSH, 1 } },
	{ SYS_ioctl, { BAD, FIONREAD, 0 } },
	{ SYS_ioctl, { BAD, FS_IOC_GETFLAGS, 0 } },
	{ SYS_ioctl, { BAD, FICLONE, BAD } },
	{ SYS_ioctl, { BAD, BLKGETSIZE64, 0 } },
	{ SYS_ioctl, { BAD, LOOP_CTL_GET_FREE } },
	{ SYS_ioctl, { BAD, RTC_RD_TIME, 0 } },
	{ SYS_ioctl, { BAD, SIOCGIFCONF, 0 } },
	{ SYS_ioctl, { BAD, _IOC(_IOC_READ, 0xee, 0x18, 0x4), 0 } },
	{ SYS_ioctl, { BAD, _IOC(_IOC_READ | _IOC_WRITE, 0xed, 0xff, 8), 0 } },
};
/* clang-format on */

int main(void)
{
	syscall(SYS_getppid);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const long *args = calls[i].args;

		syscall(calls[i].number, args[0], args[1], args[2], args[3],
			args[4], args[5]);
	}
	syscall(SYS_getppid);
	return 0;
}
