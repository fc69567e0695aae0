/*
 * Gives the kernel memory that is not quite there, and prints what it says to
 * each. "race": other threads change and unmap it meanwhile; "late": it is not
 * readable before the call is under way; "private": nobody may look into us;
 * "served": a thread of ours says what is in it, when the kernel asks.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define PAGE  4096UL
#define PAGES 4
#define RACES 1000
#define IOVS  1024

/* By number: the C library checks some arguments itself. */
#define CALL(number, a, b, c)                                                  \
	syscall(number, (long)(a), (long)(b), (long)(c), 0L, 0L, 0L)
#define CALL_AT(number, a, b, c)                                               \
	syscall(number, (long)AT_FDCWD, (long)(a), (long)(b), (long)(c), 0L, 0L)

static char buffer[64];
static char *hole; /* PAGES pages lie before it, and none behind */
static int file;

static void say(const char *name, long result)
{
	printf("%s: %ld %s\n", name, result, result < 0 ? strerror(errno) : "");
}

static char *before_hole(const char *data, size_t length)
{
	return memcpy(hole - length, data, length);
}

static void make_hole(void)
{
	char *pages = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		exit(100);
	hole = pages + PAGES * PAGE;
	munmap(hole, PAGE);
	memset(pages, 'h', PAGES * PAGE);
}

static long open_path(const void *path)
{
	return CALL_AT(SYS_openat, path, O_RDONLY | O_CLOEXEC, 0);
}

static void try_paths(void)
{
	static char path[2 * PAGE];

	say("path at the edge", open_path(before_hole("./data", 7)) > 0);
	say("path into the hole", open_path(before_hole("endless", 7)));
	say("path in the hole", open_path(hole));
	say("path at 0", open_path(NULL));
	say("path at 1", open_path((void *)1));
	say("path at the end", open_path((void *)-1L));
	say("path at the kernel's", open_path((void *)(1UL << 63)));
	memset(path, '/', sizeof(path));
	memcpy(path + PATH_MAX - 1 - 5, "/data", 5);
	path[0] = '.';
	path[PATH_MAX - 1] = '\0';
	say("longest path", open_path(path) > 0);
	memset(path, 'l', sizeof(path) - 1);
	say("path too long", open_path(path));
	say("two paths, one bad",
	    CALL_AT(SYS_renameat, before_hole("renamed", 8), AT_FDCWD, hole));
}

static void try_buffers(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		exit(100);
	say("write at the edge", write(ends[1], before_hole("edge!", 5), 5));
	say("write into the hole",
	    CALL(SYS_write, ends[1], hole - PAGE, 2 * PAGE));
	say("write of the hole", CALL(SYS_write, ends[1], hole, 10));
	say("write of more than there is",
	    CALL(SYS_write, null, hole - 10, 1L << 30));
	say("read at the edge", pread(file, hole - 10, 10, 0));
	lseek(file, 0, SEEK_SET);
	say("read into the hole", CALL(SYS_read, file, hole - 4, 10));
	lseek(file, 0, SEEK_SET);
	say("read of 2^40", CALL(SYS_read, file, buffer, 1L << 40));
	lseek(file, 0, SEEK_SET);
	say("read of 2^62", CALL(SYS_read, file, buffer, 1L << 62));
	say("read of -1", CALL(SYS_read, file, buffer, -1L));
	say("getcwd into the hole", CALL(SYS_getcwd, hole - 1, PATH_MAX, 0));
}

static void try_vectors(void)
{
	static struct iovec many[IOVS + 1];
	struct iovec three[3] = { { before_hole("first", 5), 5 },
				  { hole, 5 },
				  { buffer, 5 } };
	struct msghdr message = { .msg_iov = three, .msg_iovlen = 3 };
	char *const *words = (char *const *)(hole - sizeof(char *));
	char *word = buffer;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
		exit(100);
	for (size_t i = 0; i <= IOVS; i++)
		many[i] = (struct iovec){ (void *)"v", 1 };
	say("1024 vectors", writev(pair[0], many, IOVS));
	say("1025 vectors", CALL(SYS_writev, pair[0], many, IOVS + 1));
	say("vector with a hole", CALL(SYS_writev, file, three, 3));
	say("vectors in the hole", CALL(SYS_writev, pair[0], hole - 8, 2));
	say("vectors at 1", CALL(SYS_writev, pair[0], 1, 2));
	say("message with a hole", sendmsg(pair[0], &message, 0));
	say("message in the hole", CALL(SYS_sendmsg, pair[0], hole - 8, 0));
	message.msg_iovlen = 1UL << 40;
	say("message of 2^40 parts", CALL(SYS_sendmsg, pair[0], &message, 0));
	memcpy(hole - sizeof(word), &word, sizeof(word));
	say("arguments without an end",
	    CALL(SYS_execve, "/bin/true", words, NULL));
	say("arguments at 1", CALL(SYS_execve, "/bin/true", 1, NULL));
}

static atomic_bool racing = true;
static char *_Atomic prey;

static void *flip_path(void *argument)
{
	char *path = argument;

	while (racing) {
		path[2] = path[2] == 'd' ? 'x' : 'd';
		path[6] = path[6] ? '\0' : 'x';
	}
	return NULL;
}

static void *unmap_prey(void *argument)
{
	char *page;

	while (racing)
		if ((page = atomic_exchange(&prey, NULL)) != NULL)
			munmap(page, PAGE);
	return argument;
}

static long open_prey(void)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long fd;

	if (page == MAP_FAILED)
		return -1;
	strcpy(page, "./data");
	prey = page;
	fd = open_path(page);
	if (atomic_exchange(&prey, NULL))
		munmap(page, PAGE);
	return fd;
}

/* 1 if the kernel said nothing else than what it may. */
static long is_fair(long fd)
{
	if (fd < 0)
		return errno == ENOENT || errno == EFAULT;
	close((int)fd);
	return 1;
}

static void race(void)
{
	static char path[16] = "./data";
	pthread_t flipper, unmapper;
	long fair = 0;

	pthread_create(&flipper, NULL, flip_path, path);
	pthread_create(&unmapper, NULL, unmap_prey, NULL);
	for (int i = 0; i < RACES; i++)
		fair += is_fair(open_path(path)) + is_fair(open_prey());
	racing = false;
	pthread_join(flipper, NULL);
	pthread_join(unmapper, NULL);
	say("races", fair);
}

/* A file's page that nobody has touched yet. */
static void try_untouched(void)
{
	int names = open("names", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *page;

	if (names < 0 || write(names, "./data", 7) != 7)
		exit(100);
	page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, names, 0);
	say("untouched page", open_path(page) > 0);
}

static int listen_to(int number)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(steps) / sizeof(steps[0]), steps };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

struct late {
	atomic_int listener;
	char *path;
};

/* The call is under way, and its path becomes readable. */
static void *reveal(void *argument)
{
	struct late *late = argument;
	struct seccomp_notif request = { 0 };
	struct seccomp_notif_resp response = { 0 };

	while (late->listener < 0)
		;
	if (ioctl(late->listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
		exit(101);
	mprotect(late->path, PAGE, PROT_READ);
	response.id = request.id;
	response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (ioctl(late->listener, SECCOMP_IOCTL_NOTIF_SEND, &response) < 0)
		exit(102);
	return NULL;
}

static void be_late(void)
{
	struct late late = { .listener = -1, .path = hole - PAGE };
	pthread_t thread;
	int fd;

	strcpy(late.path, "./late");
	mprotect(late.path, PAGE, PROT_NONE);
	pthread_create(&thread, NULL, reveal, &late);
	fd = listen_to(SYS_faccessat);
	if (fd < 0)
		exit(77);
	late.listener = fd;
	say("late path", CALL_AT(SYS_faccessat, late.path, F_OK, 0));
	pthread_join(thread, NULL);
}

struct served {
	int faults;
	char *page;
};

static void *serve(void *argument)
{
	static char name[PAGE] __attribute__((aligned(PAGE))) = "./served";
	struct served *served = argument;
	struct uffd_msg fault;
	struct uffdio_copy copy = { .dst = (uintptr_t)served->page,
				    .src = (uintptr_t)name,
				    .len = PAGE };

	if (read(served->faults, &fault, sizeof(fault)) != sizeof(fault) ||
	    ioctl(served->faults, UFFDIO_COPY, &copy) < 0)
		exit(101);
	return NULL;
}

/* Who serves it stops, too, when it makes a call. */
static void be_served(void)
{
	struct served served = { .page = hole - PAGE };
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { (uintptr_t)served.page, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	pthread_t thread;

	served.faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (served.faults < 0)
		exit(77);
	if (ioctl(served.faults, UFFDIO_API, &api) < 0 ||
	    madvise(served.page, PAGE, MADV_DONTNEED) < 0 ||
	    ioctl(served.faults, UFFDIO_REGISTER, &range) < 0)
		exit(102);
	pthread_create(&thread, NULL, serve, &served);
	say("served path", open_path(served.page) > 0);
	pthread_join(thread, NULL);
}

static void be_private(void)
{
	say("before", open_path("./public"));
	prctl(PR_SET_DUMPABLE, 0);
	say("after", open_path("./private"));
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	file = open("data", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0 || write(file, "0123456789", 10) != 10)
		return 100;
	make_hole();
	if (!strcmp(mode, "race")) {
		race();
	} else if (!strcmp(mode, "late")) {
		be_late();
	} else if (!strcmp(mode, "served")) {
		be_served();
	} else if (!strcmp(mode, "private")) {
		be_private();
	} else {
		try_paths();
		try_buffers();
		try_vectors();
		try_untouched();
	}
	fflush(stdout);
	return 8;
}
