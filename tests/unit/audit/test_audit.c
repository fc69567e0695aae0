/* Traces made by hand -> facts, and what the traces do not hold. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sched.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "support/sample.h"
#include "trace/reader.h"

#define LINUX64 0x10203

/* x86-64's numbers */
enum {
	CLOSE = 3,
	MMAP = 9,
	MUNMAP = 11,
	MREMAP = 25,
	SHMAT = 30,
	SOCKET = 41,
	CONNECT = 42,
	SENDTO = 44,
	RECVFROM = 45,
	SENDMSG = 46,
	BIND = 49,
	LISTEN = 50,
	GETSOCKOPT = 55,
	CLONE = 56,
	EXECVE = 59,
	WAIT4 = 61,
	KILL = 62,
	FCNTL = 72,
	RENAME = 82,
	UNLINK = 87,
	SYMLINK = 88,
	FCHMOD = 91,
	PTRACE = 101,
	SETUID = 105,
	PIVOT_ROOT = 155,
	MOUNT = 165,
	TKILL = 200,
	SCHED_SETAFFINITY = 203,
	IO_SUBMIT = 209,
	GETDENTS64 = 217,
	OPENAT = 257,
	OPEN_BY_HANDLE_AT = 304,
	SENDMMSG = 307,
	PROCESS_VM_WRITEV = 311,
	BPF = 321,
	PIDFD_SEND_SIGNAL = 424,
	OPEN_TREE = 428,
	FSMOUNT = 432,
	PIDFD_OPEN = 434,
	CLONE3 = 435,
	OPENAT2 = 437,
};

#define MMAP_OF_I386 90

#define AT_CWD ((uint64_t)-100)

struct auditing {
	struct sample sample;
	struct audit audit;
};

static int setup(void **state)
{
	static struct auditing auditing;

	auditing = (struct auditing){ .sample = SAMPLE_INIT };
	audit_open(&auditing.audit);
	sample_fields(&auditing.sample,
		      "session\0arch=x86_64\0facilities:98702\0inherit:1\0"
		      "command=sh");
	sample_process(&auditing.sample, LINUX64);
	sample_fields(&auditing.sample,
		      "process\0ppid:1\0exe=/bin/ktrace-u\0cwd=/src");
	*state = &auditing;
	return 0;
}

static int teardown(void **state)
{
	struct auditing *auditing = *state;

	sample_done(&auditing->sample);
	audit_done(&auditing->audit);
	return 0;
}

static void call(struct auditing *auditing, int16_t code, uint64_t one,
		 uint64_t two, uint64_t three)
{
	const uint64_t args[6] = { one, two, three };

	sample_call(&auditing->sample, code, 6, args);
}

static void leave(struct auditing *auditing, int16_t code, int32_t error,
		  int64_t result)
{
	sample_result(&auditing->sample, code, error, result);
}

/* The launcher becomes the command. */
static void execute(struct auditing *auditing)
{
	call(auditing, EXECVE, 1, 2, 3);
	sample_literal(&auditing->sample, KTR_NAMEI, "/bin/sh");
	sample_process(&auditing->sample, LINUX64);
	sample_fields(&auditing->sample,
		      "process\0ppid:1\0exe=/usr/bin/dash\0cwd=/src");
	sample_fields(&auditing->sample,
		      "descriptors\0cwd=/src\0fd:3\0path=/src/dir\0fd:4\0"
		      "path=socket:[1]\0fd:5\0path=pipe:[2]");
	sample_record(&auditing->sample, KTR_ARGS, "sh\0-c", 6);
	leave(auditing, EXECVE, KTR_EJUSTRETURN, 0);
}

static void end(struct auditing *auditing)
{
	sample_record(&auditing->sample, KTR_PROCDTOR, NULL, 0);
	sample_fields(&auditing->sample, "session_end\0complete:1");
}

static void audit_all(struct auditing *auditing)
{
	struct text *bytes = &auditing->sample.bytes;
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct reader *reader;
	struct record record;

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, bytes->data, bytes->length), 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD)
		assert_int_equal(audit_take(&auditing->audit, &record), 0);
	reader_close(reader);
	close(fd);
	assert_int_equal(audit_end(&auditing->audit, NULL), 0);
}

/* "read /src/a.c 0 proven 1" for each, and a line for each gap. */
static void tell(struct auditing *auditing, struct text *text)
{
	const struct fact *fact = auditing->audit.facts.first;
	const struct gaps *gaps = &auditing->audit.gaps;

	for (; fact; fact = fact->hh.next) {
		text_format(text, "%s %s%s%s %d %s %d\n",
			    verb_name((enum audit_verb)fact->key.verb),
			    fact->key.object->text, fact->key.other ? " " : "",
			    fact->key.other ? fact->key.other->text : "",
			    fact->key.error,
			    fact_mark_name((enum fact_mark)fact->key.mark),
			    (int)fact->count);
	}
	for (unsigned i = 0; i < gaps->count; i++)
		text_format(text, "- %s %d\n",
			    text_string((struct text *)&gaps->items[i].what),
			    (int)gaps->items[i].count);
}

#define EXECUTED "exec /bin/sh 0 proven 1\nexec /usr/bin/dash 0 kernel 1\n"

static void must_tell(struct auditing *auditing, const char *wanted)
{
	struct text text = TEXT_INIT;

	end(auditing);
	audit_all(auditing);
	tell(auditing, &text);
	assert_string_equal(text_string(&text), wanted);
	text_done(&text);
}

static void open_path(struct auditing *auditing, uint64_t flags, int32_t error,
		      const char *path)
{
	call(auditing, OPENAT, AT_CWD, 1, flags);
	sample_record(&auditing->sample, KTR_NAMEI, path, strlen(path));
	leave(auditing, OPENAT, error, error ? 0 : 7);
}

/* ---- files ---- */

static void test_opens(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	open_path(auditing, O_RDONLY, 0, "/etc/x");
	open_path(auditing, O_RDONLY, 0, "/etc//./y/../x");
	open_path(auditing, O_RDWR, EACCES, "/etc/x");
	open_path(auditing, O_WRONLY | O_CREAT | O_EXCL, 0, "/t/new");
	open_path(auditing, O_RDONLY, ENOENT, "/t/late");
	open_path(auditing, O_WRONLY | O_CREAT, 0, "/t/late");
	open_path(auditing, O_RDONLY | 0200000, 0, "/t");
	open_path(auditing, 010000000, 0, "/t/asked");
	must_tell(auditing, EXECUTED "read /etc/x 0 proven 2\n"
				     "read /etc/x 13 proven 1\n"
				     "write /etc/x 13 proven 1\n"
				     "write /t/new 0 proven 1\n"
				     "create /t/new 0 proven 1\n"
				     "read /t/late 2 proven 1\n"
				     "write /t/late 0 proven 1\n"
				     "create /t/late 0 proven 1\n"
				     "list /t 0 proven 1\n"
				     "look /t/asked 0 proven 1\n");
}

static void test_names(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, RENAME, 1, 2, 0);
	sample_literal(&auditing->sample, KTR_NAMEI, "/a");
	sample_literal(&auditing->sample, KTR_NAMEI, "b");
	sample_fields(&auditing->sample,
		      "path\0how=joined\0arg:1\0path=/src/b");
	leave(auditing, RENAME, 0, 0);
	call(auditing, UNLINK, 1, 0, 0);
	sample_literal(&auditing->sample, KTR_NAMEI, "/proc/4242/x");
	leave(auditing, UNLINK, EPERM, 0);
	call(auditing, FCHMOD, 3, 0644, 0);
	leave(auditing, FCHMOD, 0, 0);
	call(auditing, GETDENTS64, 3, 1, 2);
	leave(auditing, GETDENTS64, 0, 0);
	must_tell(auditing, EXECUTED "rename /a /src/b 0 proven 1\n"
				     "delete /proc/self/x 1 proven 1\n"
				     "change /src/dir 0 proven 1\n"
				     "list /src/dir 0 proven 1\n");
}

/* What the kernel said counts, whatever the string was. */
static void test_marks(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, OPENAT, AT_CWD, 1, O_RDONLY);
	sample_literal(&auditing->sample, KTR_NAMEI, "l");
	sample_fields(&auditing->sample,
		      "path\0how=joined\0arg:1\0path=/src/l");
	sample_fields(&auditing->sample,
		      "path\0how=kernel\0arg:1\0path=/etc/shadow");
	leave(auditing, OPENAT, 0, 7);
	call(auditing, OPENAT, AT_CWD, 1, O_RDONLY);
	sample_literal(&auditing->sample, KTR_NAMEI, "/m");
	sample_fields(&auditing->sample,
		      "path\0how=raced\0arg:1\0path=/n\0deleted:1");
	leave(auditing, OPENAT, 0, 7);
	must_tell(auditing,
		  EXECUTED "read /etc/shadow 0 kernel 1\n"
			   "read /n (deleted) 0 raced 1\n"
			   "- raced: what was opened may have been closed "
			   "before the kernel could be asked 1\n");
}

/* Nobody has to have looked whether it was there. */
static void test_made(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	for (unsigned i = 0; i < 2; i++) {
		call(auditing, OPENAT, AT_CWD, 1, O_WRONLY | O_CREAT);
		sample_literal(&auditing->sample, KTR_NAMEI, "/n");
		if (i)
			sample_fields(&auditing->sample,
				      "path\0how=kernel\0arg:1\0path=/n");
		else
			sample_fields(
			    &auditing->sample,
			    "path\0how=kernel\0arg:1\0path=/n\0made:1");
		leave(auditing, OPENAT, 0, 7);
	}
	must_tell(auditing, EXECUTED "write /n 0 kernel 2\n"
				     "create /n 0 kernel 1\n");
	assert_true(auditing->audit.lacks_looks);
}

/* Beside a thread of the same memory a string proves nothing. */
static void test_shared(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, CLONE, CLONE_VM | CLONE_VFORK, 0, 0);
	leave(auditing, CLONE, 0, 9);
	open_path(auditing, O_RDONLY, 0, "/alone");
	call(auditing, CLONE, CLONE_VM | CLONE_THREAD, 0, 0);
	leave(auditing, CLONE, 0, 4243);
	open_path(auditing, O_RDONLY, 0, "/beside");
	execute(auditing);
	open_path(auditing, O_RDONLY, 0, "/again");
	must_tell(auditing,
		  "exec /bin/sh 0 proven 1\nexec /usr/bin/dash 0 kernel 2\n"
		  "read /alone 0 proven 1\n"
		  "read /beside 0 unproven 1\n"
		  "exec /bin/sh 0 unproven 1\n"
		  "read /again 0 proven 1\n"
		  "- unproven: others could change what a call was "
		  "given while it was made 2\n");
}

static void map(struct auditing *auditing, uint64_t length, uint64_t flags,
		int64_t result)
{
	const uint64_t args[6] = { 0, length, PROT_READ, flags, UINT64_MAX, 0 };

	sample_call(&auditing->sample, MMAP, 6, args);
	leave(auditing, MMAP, 0, result);
}

static void remove_named_at(struct auditing *auditing, uint64_t address,
			    const char *path)
{
	call(auditing, UNLINK, address, 0, 0);
	sample_record(&auditing->sample, KTR_NAMEI, path, strlen(path));
	leave(auditing, UNLINK, 0, 0);
}

/* Nor does one that lies where other processes may write. */
static void test_common(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	map(auditing, 0x1000, MAP_PRIVATE | MAP_ANONYMOUS, 0x8000);
	map(auditing, 0x2000, MAP_SHARED | MAP_ANONYMOUS, 0x10000);
	remove_named_at(auditing, 0x8010, "/private");
	remove_named_at(auditing, 0xffff, "/before");
	remove_named_at(auditing, 0x10000, "/first");
	remove_named_at(auditing, 0x11fff, "/last");
	remove_named_at(auditing, 0x12000, "/behind");
	call(auditing, MREMAP, 0x10000, 0x2000, 0x1000);
	leave(auditing, MREMAP, 0, 0x20000);
	remove_named_at(auditing, 0x10000, "/left");
	remove_named_at(auditing, 0x20000, "/moved");
	call(auditing, MUNMAP, 0x20000, 0x1000, 0);
	leave(auditing, MUNMAP, 0, 0);
	remove_named_at(auditing, 0x20000, "/gone");
	call(auditing, SHMAT, 1, 0, 0);
	leave(auditing, SHMAT, 0, 0x30000);
	remove_named_at(auditing, 0x30000, "/attached");
	must_tell(auditing, EXECUTED "delete /private 0 proven 1\n"
				     "delete /before 0 proven 1\n"
				     "delete /first 0 unproven 1\n"
				     "delete /last 0 unproven 1\n"
				     "delete /behind 0 proven 1\n"
				     "delete /left 0 proven 1\n"
				     "delete /moved 0 unproven 1\n"
				     "delete /gone 0 proven 1\n"
				     "delete /attached 0 unproven 1\n"
				     "- unproven: others could change what a "
				     "call was given while it was made 4\n");
}

/* Nor where who records it says that others could change it, nor once the
 * kernel was asked to write to memory later. */
static void test_given(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, UNLINK, 0x8000, 0, 0);
	sample_literal(&auditing->sample, KTR_NAMEI, "/cut");
	sample_fields(&auditing->sample, "given\0common:1");
	leave(auditing, UNLINK, 0, 0);
	remove_named_at(auditing, 0x8000, "/next");
	call(auditing, IO_SUBMIT, 1, 1, 0x9000);
	leave(auditing, IO_SUBMIT, EAGAIN, -1);
	remove_named_at(auditing, 0x8000, "/failed");
	call(auditing, IO_SUBMIT, 1, 1, 0x9000);
	leave(auditing, IO_SUBMIT, 0, 1);
	remove_named_at(auditing, 0x8000, "/submitted");
	execute(auditing);
	remove_named_at(auditing, 0x8000, "/again");
	must_tell(auditing,
		  "exec /bin/sh 0 proven 1\nexec /usr/bin/dash 0 kernel 2\n"
		  "delete /cut 0 unproven 1\n"
		  "delete /next 0 proven 1\n"
		  "delete /failed 0 proven 1\n"
		  "delete /submitted 0 unproven 1\n"
		  "exec /bin/sh 0 unproven 1\n"
		  "delete /again 0 proven 1\n"
		  "- unproven: others could change what a call was given "
		  "while it was made 3\n");
}

/* Nor does any while another process writes into the memory: from the moment
 * at which it begins to, and not only when it is done. */
static void test_written(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	remove_named_at(auditing, 0x8000, "/alone");
	call(auditing, UNLINK, 0x8000, 0, 0);
	sample_literal(&auditing->sample, KTR_NAMEI, "/beside");
	sample_origin(&auditing->sample, 9, 9, "sh");
	sample_process(&auditing->sample, LINUX64);
	sample_fields(&auditing->sample,
		      "process\0ppid:4242\0creator:4242\0exe=/bin/x");
	call(auditing, PROCESS_VM_WRITEV, 4242, 1, 1);
	sample_record(&auditing->sample, KTR_PROCDTOR, NULL, 0);
	sample_origin(&auditing->sample, 4242, 4242, "sh");
	leave(auditing, UNLINK, 0, 0);
	execute(auditing);
	remove_named_at(auditing, 0x8000, "/again");
	open_path(auditing, O_RDONLY, 0, "/proc/4242/mem");
	remove_named_at(auditing, 0x8000, "/read");
	open_path(auditing, O_RDWR, 0, "/proc/4242/mem");
	remove_named_at(auditing, 0x8000, "/open");
	must_tell(auditing,
		  "exec /bin/sh 0 proven 1\nexec /usr/bin/dash 0 kernel 2\n"
		  "delete /alone 0 proven 1\n"
		  "trace /usr/bin/dash -1 kernel 1\n"
		  "delete /beside 0 unproven 1\n"
		  "exec /bin/sh 0 unproven 1\n"
		  "delete /again 0 proven 1\n"
		  "read /proc/self/mem 0 proven 2\n"
		  "delete /read 0 proven 1\n"
		  "write /proc/self/mem 0 proven 1\n"
		  "delete /open 0 unproven 1\n"
		  "- unproven: others could change what a call was given "
		  "while it was made 3\n");
}

/* What the launcher tried is not the command's doing. */
static void test_launcher(void **state)
{
	struct auditing *auditing = *state;
	const struct image *image;

	call(auditing, EXECVE, 1, 2, 3);
	sample_literal(&auditing->sample, KTR_NAMEI, "/sbin/sh");
	leave(auditing, EXECVE, ENOENT, 0);
	execute(auditing);
	must_tell(auditing, EXECUTED);
	image = auditing->audit.facts.first->image;
	assert_string_equal(image->exe->text, "/usr/bin/dash");
	assert_int_equal(image->args->length, 6);
	assert_memory_equal(image->args->text, "sh\0-c", 6);
}

/* A process that is born later is told apart from one of the same pid. */
static void test_processes(void **state)
{
	struct auditing *auditing = *state;
	const struct fact *fact;

	execute(auditing);
	sample_origin(&auditing->sample, 9, 9, "sh");
	sample_process(&auditing->sample, LINUX64);
	sample_fields(&auditing->sample,
		      "process\0ppid:4242\0creator:4242\0exe=/usr/bin/dash\0"
		      "cwd=/src");
	open_path(auditing, O_RDONLY, 0, "/child");
	sample_record(&auditing->sample, KTR_PROCDTOR, NULL, 0);
	sample_origin(&auditing->sample, 4242, 4242, "sh");
	must_tell(auditing, EXECUTED "read /child 0 proven 1\n");
	fact = auditing->audit.facts.first;
	while (fact->key.verb != VERB_READ)
		fact = fact->hh.next;
	assert_int_equal(fact->image->pid, 9);
	assert_int_equal(fact->image->parent->pid, 4242);
	assert_string_equal(fact->cwd->text, "/src");
}

/* Who is killed may have ended before the call that did it returns. */
static void test_killed(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	sample_origin(&auditing->sample, 9, 9, "sh");
	sample_process(&auditing->sample, LINUX64);
	sample_fields(&auditing->sample,
		      "process\0ppid:4242\0creator:4242\0exe=/bin/x");
	sample_origin(&auditing->sample, 4242, 4242, "sh");
	call(auditing, KILL, 9, SIGKILL, 0);
	sample_origin(&auditing->sample, 9, 9, "sh");
	sample_record(&auditing->sample, KTR_PROCDTOR, NULL, 0);
	sample_origin(&auditing->sample, 4242, 4242, "sh");
	leave(auditing, KILL, 0, 0);
	/* Nobody has waited for it. */
	call(auditing, KILL, 9, SIGTERM, 0);
	leave(auditing, KILL, 0, 0);
	call(auditing, WAIT4, 9, 0, 0);
	leave(auditing, WAIT4, 0, 9);
	call(auditing, KILL, 9, SIGTERM, 0);
	leave(auditing, KILL, ESRCH, 0);
	/* That pid may be anybody's by now. */
	call(auditing, KILL, 9, SIGKILL, 0);
	leave(auditing, KILL, 0, 0);
	must_tell(auditing, EXECUTED "signal /bin/x SIGKILL 0 kernel 1\n"
				     "signal /bin/x SIGTERM 0 kernel 1\n"
				     "signal outside SIGKILL 0 kernel 1\n");
}

/* A thread is its process's, whether it was seen to do anything or not, until
 * the process executes something. */
static void test_threads(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, CLONE, CLONE_VM | CLONE_THREAD, 0, 0);
	leave(auditing, CLONE, 0, 4243);
	sample_origin(&auditing->sample, 4242, 4244, "sh");
	call(auditing, TKILL, 4243, SIGUSR1, 0);
	leave(auditing, TKILL, 0, 0);
	call(auditing, SCHED_SETAFFINITY, 4243, 8, 1);
	leave(auditing, SCHED_SETAFFINITY, 0, 0);
	sample_origin(&auditing->sample, 4242, 4242, "sh");
	call(auditing, TKILL, 4244, SIGUSR1, 0);
	leave(auditing, TKILL, 0, 0);
	execute(auditing);
	call(auditing, TKILL, 4243, SIGUSR2, 0);
	leave(auditing, TKILL, 0, 0);
	must_tell(auditing,
		  "exec /bin/sh 0 proven 1\nexec /usr/bin/dash 0 kernel 2\n"
		  "signal self SIGUSR1 0 kernel 2\n"
		  "exec /bin/sh 0 unproven 1\n"
		  "signal outside SIGUSR2 0 kernel 1\n"
		  "- unproven: others could change what a call was given while "
		  "it was made 1\n");
}

/* ---- sockets ---- */

static const uint8_t inet[] = { 2, 0, 1, 187, 169, 254, 169, 254,
				0, 0, 0, 0,   0,   0,   0,   0 };
/* ::ffff:10.0.0.1, port 80 */
static const uint8_t mapped[] = { 10, 0, 0, 80, 0, 0, 0, 0, 0,    0,
				  0,  0, 0, 0,  0, 0, 0, 0, 0xff, 0xff,
				  10, 0, 0, 1,  0, 0, 0, 0 };

static void put_address(struct auditing *auditing, const uint8_t *address,
			size_t length)
{
	struct text text = TEXT_INIT;

	text_bytes(&text, "sockaddr", 9);
	text_bytes(&text, address, length);
	sample_record(&auditing->sample, KTR_STRUCT, text.data, text.length);
	text_done(&text);
}

static void connect_to(struct auditing *auditing, uint64_t fd,
		       const uint8_t *address, size_t length, int32_t error)
{
	call(auditing, CONNECT, fd, 1, length);
	put_address(auditing, address, length);
	leave(auditing, CONNECT, error, 0);
}

static void get_error(struct auditing *auditing, uint64_t fd, int32_t error)
{
	uint8_t option[14 + 4] = "socket_option";

	call(auditing, GETSOCKOPT, fd, 1, 4);
	memcpy(option + 14, &error, sizeof(error));
	sample_record(&auditing->sample, KTR_STRUCT, option, sizeof(option));
	leave(auditing, GETSOCKOPT, 0, 0);
}

static void send_to(struct auditing *auditing, uint64_t flags, uint64_t length)
{
	const uint64_t args[6] = { 4, 1, 1, flags, length ? 2 : 0, length };

	sample_call(&auditing->sample, SENDTO, 6, args);
}

static void connect_unread(struct auditing *auditing, int32_t error)
{
	call(auditing, CONNECT, 4, 1, 16);
	leave(auditing, CONNECT, error, 0);
}

static void put_message(struct auditing *auditing, const uint64_t *words)
{
	uint8_t bytes[7 + 7 * sizeof(*words)] = "msghdr";

	memcpy(bytes + 7, words, 7 * sizeof(*words));
	sample_record(&auditing->sample, KTR_STRUCT, bytes, sizeof(bytes));
}

static void test_sockets(void **state)
{
	static const uint8_t path[] = { 1, 0, '/', 'r', '/', 'x', 0 };
	static const uint8_t name[] = { 1, 0, 0, 'n' };
	static const uint8_t relative[] = { 1, 0, '.', '.', '/', 'y', 0 };
	struct auditing *auditing = *state;

	execute(auditing);
	connect_to(auditing, 4, inet, sizeof(inet), 0);
	connect_to(auditing, 4, mapped, sizeof(mapped), ECONNREFUSED);
	connect_to(auditing, 4, path, sizeof(path), 0);
	connect_to(auditing, 4, name, sizeof(name), EACCES);
	connect_to(auditing, 4, relative, sizeof(relative), ENOENT);
	call(auditing, BIND, 4, 1, sizeof(inet));
	put_address(auditing, inet, sizeof(inet));
	leave(auditing, BIND, 0, 0);
	call(auditing, LISTEN, 4, 1, 0);
	leave(auditing, LISTEN, 0, 0);
	call(auditing, SENDTO, 4, 1, 0);
	leave(auditing, SENDTO, 0, 0);
	call(auditing, SENDTO, 4, 1, 0);
	put_address(auditing, inet, sizeof(inet));
	leave(auditing, SENDTO, 0, 0);
	must_tell(auditing,
		  EXECUTED "connect inet:169.254.169.254:443 0 proven 1\n"
			   "connect inet:10.0.0.1:80 111 proven 1\n"
			   "connect unix:/r/x 0 proven 1\n"
			   "connect unix:@n 13 proven 1\n"
			   "connect unix:/y 2 proven 1\n"
			   "bind inet:169.254.169.254:443 0 proven 1\n"
			   "listen inet:169.254.169.254:443 0 proven 1\n"
			   "send inet:169.254.169.254:443 0 proven 1\n");
}

/* Without a family: who binds or sends speaks IPv4, who connects ends it. */
static void test_no_family(void **state)
{
	static const uint8_t none[16] = { 0, 0, 0, 80, 10, 0, 0, 1 };
	struct auditing *auditing = *state;
	static const int16_t calls[] = { BIND, CONNECT };

	execute(auditing);
	for (unsigned i = 0; i < ARRAY_LEN(calls); i++) {
		call(auditing, calls[i], 4, 1, sizeof(none));
		put_address(auditing, none, sizeof(none));
		leave(auditing, calls[i], 0, 0);
	}
	send_to(auditing, 0, sizeof(none));
	put_address(auditing, none, sizeof(none));
	leave(auditing, SENDTO, 0, 0);
	/* What none can be decoded from was not done, or is not known. */
	send_to(auditing, 0, 8);
	put_address(auditing, none, 8);
	leave(auditing, SENDTO, EINVAL, 0);
	send_to(auditing, 0, 8);
	put_address(auditing, none, 8);
	leave(auditing, SENDTO, 0, 0);
	must_tell(auditing, EXECUTED "bind inet:10.0.0.1:80 0 proven 1\n"
				     "send inet:10.0.0.1:80 0 proven 1\n"
				     "- an address could not be read 1\n");
}

/* What is sent opens the connection. */
static void test_fast(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	send_to(auditing, MSG_FASTOPEN, sizeof(inet));
	put_address(auditing, inet, sizeof(inet));
	leave(auditing, SENDTO, EINPROGRESS, 0);
	get_error(auditing, 4, ECONNREFUSED);
	must_tell(auditing,
		  EXECUTED "send inet:169.254.169.254:443 115 proven 1\n"
			   "connect inet:169.254.169.254:443 111 proven 1\n");
}

/* An address that is led to and not there is not known, whatever became of the
 * call, unless the kernel could not read it either. */
static void test_unread(void **state)
{
	static const uint64_t named[7] = { 0x1000, 16 }, nameless[7] = { 0 };
	struct auditing *auditing = *state;

	execute(auditing);
	connect_unread(auditing, EINPROGRESS);
	connect_unread(auditing, EFAULT);
	send_to(auditing, 0, 0);
	leave(auditing, SENDTO, 0, 1);
	send_to(auditing, 0, 16);
	leave(auditing, SENDTO, EAGAIN, 0);
	call(auditing, SENDMSG, 4, 1, 0);
	leave(auditing, SENDMSG, 0, 1);
	call(auditing, SENDMSG, 4, 1, 0);
	put_message(auditing, nameless);
	leave(auditing, SENDMSG, 0, 1);
	call(auditing, SENDMSG, 4, 1, 0);
	put_message(auditing, named);
	leave(auditing, SENDMSG, 0, 1);
	call(auditing, SENDMMSG, 4, 1, 2);
	put_message(auditing, named);
	put_address(auditing, inet, sizeof(inet));
	leave(auditing, SENDMMSG, 0, 2);
	must_tell(auditing,
		  EXECUTED "send inet:169.254.169.254:443 0 proven 1\n"
			   "- an address could not be read 5\n");
}

/* Nor is what did not fit beside the rest. */
static void test_many_messages(void **state)
{
	static const uint64_t named[7] = { 0x1000, 16 };
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, SENDMMSG, 4, 1, CALL_PARTS_MAX);
	for (unsigned i = 0; i < CALL_PARTS_MAX; i++) {
		put_message(auditing, named);
		put_address(auditing, inet, sizeof(inet));
	}
	leave(auditing, SENDMMSG, 0, CALL_PARTS_MAX);
	must_tell(auditing,
		  EXECUTED "send inet:169.254.169.254:443 0 proven 64\n"
			   "- more parts of a call than can be kept 1\n");
}

static void map_old(struct auditing *auditing, uint32_t protection,
		    uint32_t flags, int32_t fd)
{
	uint32_t words[6] = { 0, 4096, protection, flags, (uint32_t)fd, 0 };
	uint8_t bytes[10 + sizeof(words)] = "mmap_args";

	memcpy(bytes + 10, words, sizeof(words));
	call(auditing, MMAP_OF_I386, 0x1000, 0, 0);
	if (fd != -2)
		sample_record(&auditing->sample, KTR_STRUCT, bytes,
			      sizeof(bytes));
	leave(auditing, MMAP_OF_I386, 0, 0x8000);
}

/* The first mmap of i386 has its arguments in memory. */
static void test_old_map(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	sample_fields(&auditing->sample, "abi\0abi=i386");
	map_old(auditing, PROT_READ, MAP_PRIVATE, 3);
	map_old(auditing, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map_old(auditing, PROT_EXEC, MAP_PRIVATE, 3);
	map_old(auditing, PROT_EXEC, MAP_PRIVATE, 77);
	map_old(auditing, PROT_EXEC, MAP_PRIVATE, -2);
	must_tell(auditing,
		  EXECUTED "map /src/dir 0 unproven 1\n"
			   "- unproven: others could change what a call was "
			   "given while it was made 1\n"
			   "- a descriptor is not known: mmap 1\n"
			   "- what it was to do was not read: mmap 1\n");
}

/* Structures that say what is to be done. */
static void test_orders(void **state)
{
	static const int32_t errors[] = { 0, EACCES, EFAULT, ENOSYS };
	struct auditing *auditing = *state;

	execute(auditing);
	for (unsigned i = 0; i < ARRAY_LEN(errors); i++) {
		call(auditing, OPENAT2, AT_CWD, 1, 0x1000);
		sample_literal(&auditing->sample, KTR_NAMEI, "/x");
		leave(auditing, OPENAT2, errors[i], 7);
		call(auditing, CLONE3, 0x1000, 88, 0);
		leave(auditing, CLONE3, errors[i], 9);
	}
	must_tell(auditing,
		  EXECUTED "look /x 0 proven 1\n"
			   "look /x 13 proven 1\n"
			   "look /x 14 proven 1\n"
			   "look /x 38 proven 1\n"
			   "- what it was to do was not read: openat2 2\n"
			   "- what it was to do was not read: clone3 2\n");
}

/* 10.0.0.1, of the mapped address, is a.b; where that was told by a server. */
static void receive(struct auditing *auditing, uint64_t fd, const uint8_t *from,
		    size_t from_length)
{
	static const char message[] =
	    "\0\7\x81\x80\0\1\0\1\0\0\0\0\1a\1B\0\0\1\0\1"
	    "\300\14\0\1\0\1\0\0\0\7\0\4\12\0\0\1";

	call(auditing, RECVFROM, fd, 1, 99);
	if (from)
		put_address(auditing, from, from_length);
	sample_data(&auditing->sample, (int32_t)fd, 0, message,
		    sizeof(message) - 1);
	leave(auditing, RECVFROM, 0, sizeof(message) - 1);
}

static void test_observed(void **state)
{
	static const uint8_t server[16] = { 2, 0, 0, 53, 10, 0, 0, 53 };
	struct auditing *auditing = *state;
	const struct fact *fact;
	unsigned named = 0;

	execute(auditing);
	/* From anybody else it is no answer. */
	receive(auditing, 4, inet, sizeof(inet));
	connect_to(auditing, 5, mapped, sizeof(mapped), 0);
	receive(auditing, 4, server, sizeof(server));
	connect_to(auditing, 5, mapped, sizeof(mapped), ECONNREFUSED);
	connect_to(auditing, 5, inet, sizeof(inet), 0);
	end(auditing);
	audit_all(auditing);
	for (fact = auditing->audit.facts.first; fact; fact = fact->hh.next) {
		if (!fact->host)
			continue;
		named++;
		assert_int_equal(fact->key.error, ECONNREFUSED);
		assert_int_equal(fact->host->count, 1);
		assert_string_equal(fact->host->names[0]->text, "a.b");
	}
	assert_int_equal(named, 1);
}

/* By where the socket leads, with any call that reads. */
static void test_observed_connected(void **state)
{
	static const uint8_t server[16] = { 2, 0, 0, 53, 10, 0, 0, 53 };
	struct auditing *auditing = *state;

	execute(auditing);
	connect_to(auditing, 4, server, sizeof(server), 0);
	receive(auditing, 4, NULL, 0);
	connect_to(auditing, 5, mapped, sizeof(mapped), 0);
	end(auditing);
	audit_all(auditing);
	assert_non_null(auditing->audit.hosts.first);
	assert_string_equal(auditing->audit.hosts.first->address->text,
			    "inet:10.0.0.1");
}

/* /run/x: of somebody else; /run/own: of the job */
static const uint8_t other_socket[] = { 1, 0, '/', 'r', 'u', 'n', '/', 'x', 0 };
static const uint8_t own_socket[] = { 1,   0,   '/', 'r', 'u', 'n',
				      '/', 'o', 'w', 'n', 0 };

/* Whoever is asked and was not recorded; by which variable he was found. */
static void test_outside(void **state)
{
	struct auditing *auditing = *state;
	const struct fact *fact;
	unsigned count = 0;

	sample_fields(&auditing->sample,
		      "session\0facilities:98702\0inherit:1\0"
		      "door=DOCKER_HOST=unix:///run/x\0"
		      "door=SSH_AUTH_SOCK=no address\0door=nothing");
	execute(auditing);
	call(auditing, BIND, 4, 1, 2);
	put_address(auditing, own_socket, sizeof(own_socket));
	leave(auditing, BIND, 0, 0);
	call(auditing, CONNECT, 4, 1, 2);
	put_address(auditing, own_socket, sizeof(own_socket));
	leave(auditing, CONNECT, 0, 0);
	call(auditing, CONNECT, 4, 1, 2);
	put_address(auditing, other_socket, sizeof(other_socket));
	leave(auditing, CONNECT, 0, 0);
	call(auditing, CONNECT, 4, 1, 2);
	put_address(auditing, other_socket, sizeof(other_socket));
	leave(auditing, CONNECT, ENOENT, 0);
	must_tell(auditing,
		  EXECUTED "bind unix:/run/own 0 proven 1\n"
			   "connect unix:/run/own 0 proven 1\n"
			   "connect unix:/run/x door:DOCKER_HOST 0 proven 1\n"
			   "connect unix:/run/x door:DOCKER_HOST 2 proven 1\n"
			   "- its end is missing 1\n");
	assert_int_equal(auditing->audit.outside, 1);
	for (fact = auditing->audit.facts.first; fact; fact = fact->hh.next)
		count += fact->is_outside;
	assert_int_equal(count, 1);
}

/* 127.0.0.5:80, 127.0.0.1:80, 127.0.0.1:81, 0.0.0.0:80, 0.0.0.0:81 */
static const uint8_t locals[][16] = {
	{ 2, 0, 0, 80, 127, 0, 0, 5 }, { 2, 0, 0, 80, 127, 0, 0, 1 },
	{ 2, 0, 0, 81, 127, 0, 0, 1 }, { 2, 0, 0, 80, 0, 0, 0, 0 },
	{ 2, 0, 0, 81, 0, 0, 0, 0 },
};

/* Listeners of this machine are told apart by address and protocol, and who
 * asks at any address asks this machine. */
static void test_outside_ports(void **state)
{
	static const struct {
		int bound_by;
		unsigned bound, asked;
		bool is_outside;
	} cases[] = {
		{ SOCK_STREAM, 1, 1, false }, { SOCK_STREAM, 0, 1, true },
		{ SOCK_DGRAM, 1, 1, true },   { SOCK_STREAM, 3, 1, false },
		{ SOCK_STREAM, 1, 3, false }, { SOCK_STREAM, 0, 3, true },
		{ SOCK_STREAM, 4, 3, true },  { SOCK_STREAM, 3, 3, false },
		{ SOCK_STREAM, 3, 2, true },  { SOCK_DGRAM, 3, 3, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct auditing *auditing = *state;

		execute(auditing);
		call(auditing, SOCKET, AF_INET,
		     (uint64_t)cases[i].bound_by | SOCK_CLOEXEC, 0);
		leave(auditing, SOCKET, 0, 8);
		call(auditing, BIND, 8, 1, sizeof(locals[0]));
		put_address(auditing, locals[cases[i].bound],
			    sizeof(locals[0]));
		leave(auditing, BIND, 0, 0);
		call(auditing, SOCKET, AF_INET, SOCK_STREAM, 0);
		leave(auditing, SOCKET, 0, 9);
		connect_to(auditing, 9, locals[cases[i].asked],
			   sizeof(locals[0]), 0);
		end(auditing);
		audit_all(auditing);
		assert_int_equal(auditing->audit.outside, cases[i].is_outside);
		teardown(state);
		setup(state);
	}
}

/* What becomes of a connection that was only begun is told later, or never. */
static void test_connecting(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	connect_to(auditing, 4, inet, sizeof(inet), EINPROGRESS);
	get_error(auditing, 4, ECONNREFUSED);
	connect_to(auditing, 4, inet, sizeof(inet), EINPROGRESS);
	get_error(auditing, 4, 0);
	connect_to(auditing, 4, mapped, sizeof(mapped), EINPROGRESS);
	connect_to(auditing, 4, mapped, sizeof(mapped), EALREADY);
	connect_to(auditing, 4, mapped, sizeof(mapped), EISCONN);
	connect_to(auditing, 4, mapped, sizeof(mapped), EINPROGRESS);
	call(auditing, CLOSE, 4, 0, 0);
	leave(auditing, CLOSE, 0, 0);
	must_tell(auditing,
		  EXECUTED "connect inet:169.254.169.254:443 111 proven 1\n"
			   "connect inet:169.254.169.254:443 0 proven 1\n"
			   "connect inet:10.0.0.1:80 0 proven 1\n"
			   "connect inet:10.0.0.1:80 115 proven 1\n");
}

/* ---- processes and the system ---- */

static void test_system(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, KILL, 1, 15, 0);
	leave(auditing, KILL, EPERM, 0);
	call(auditing, KILL, 4242, 10, 0);
	leave(auditing, KILL, 0, 0);
	call(auditing, KILL, 1, 0, 0);
	leave(auditing, KILL, 0, 0);
	call(auditing, KILL, (uint64_t)-7, 9, 0);
	leave(auditing, KILL, 0, 0);
	call(auditing, KILL, (uint64_t)-4242, 9, 0);
	leave(auditing, KILL, 0, 0);
	call(auditing, PTRACE, 16, 1, 0);
	leave(auditing, PTRACE, EPERM, 0);
	call(auditing, BPF, 1, 2, 3);
	leave(auditing, BPF, EPERM, 0);
	call(auditing, SETUID, 0, 0, 0);
	leave(auditing, SETUID, 0, 0);
	call(auditing, CLONE, CLONE_NEWUSER | CLONE_NEWPID, 0, 0);
	leave(auditing, CLONE, 0, 8);
	must_tell(auditing, EXECUTED "signal outside SIGTERM 1 kernel 1\n"
				     "signal self SIGUSR1 0 kernel 1\n"
				     "signal outside SIGKILL 0 kernel 1\n"
				     "signal group SIGKILL 0 kernel 1\n"
				     "trace outside 1 kernel 1\n"
				     "kernel bpf 1 kernel 1\n"
				     "privilege setuid 0 kernel 1\n"
				     "kernel userns 0 kernel 1\n"
				     "kernel namespace 0 kernel 1\n");
}

/* Whose it is that a descriptor leads to; or anybody's. */
static void test_process_descriptors(void **state)
{
	static const int32_t errors[] = { 0, EBADF };
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, PIDFD_OPEN, 4242, 0, 0);
	leave(auditing, PIDFD_OPEN, 0, 8);
	call(auditing, PIDFD_SEND_SIGNAL, 8, SIGTERM, 0);
	leave(auditing, PIDFD_SEND_SIGNAL, 0, 0);
	call(auditing, PIDFD_OPEN, 7, 0, 0);
	leave(auditing, PIDFD_OPEN, 0, 8);
	call(auditing, PIDFD_SEND_SIGNAL, 8, SIGTERM, 0);
	leave(auditing, PIDFD_SEND_SIGNAL, 0, 0);
	for (unsigned i = 0; i < ARRAY_LEN(errors); i++) {
		call(auditing, PIDFD_SEND_SIGNAL, 9, SIGTERM, 0);
		leave(auditing, PIDFD_SEND_SIGNAL, errors[i], 0);
	}
	must_tell(auditing,
		  EXECUTED "signal self SIGTERM 0 kernel 1\n"
			   "trace outside 0 kernel 1\n"
			   "signal outside SIGTERM 0 kernel 1\n"
			   "signal unknown SIGTERM 0 kernel 1\n"
			   "signal unknown SIGTERM 9 kernel 1\n"
			   "- a process is not known: pidfd_send_signal 1\n");
}

/* What the recorder saw of one, whatever it was opened as. */
static void test_seen_descriptors(void **state)
{
	static const char job[] = "pidfd\0arg:0\0pid:4242",
			  other[] = "pidfd\0arg:0\0pid:7",
			  wrong[] = "pidfd\0arg:1\0pid:4242";
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, PIDFD_SEND_SIGNAL, 9, SIGTERM, 0);
	sample_record(&auditing->sample, KTR_STRUCT, job, sizeof(job));
	leave(auditing, PIDFD_SEND_SIGNAL, 0, 0);
	call(auditing, PIDFD_OPEN, 4242, 0, 0);
	leave(auditing, PIDFD_OPEN, 0, 8);
	call(auditing, PIDFD_SEND_SIGNAL, 8, SIGINT, 0);
	sample_record(&auditing->sample, KTR_STRUCT, other, sizeof(other));
	leave(auditing, PIDFD_SEND_SIGNAL, 0, 0);
	call(auditing, PIDFD_SEND_SIGNAL, 9, SIGINT, 0);
	sample_record(&auditing->sample, KTR_STRUCT, wrong, sizeof(wrong));
	leave(auditing, PIDFD_SEND_SIGNAL, 0, 0);
	must_tell(auditing,
		  EXECUTED "signal self SIGTERM 0 kernel 1\n"
			   "signal outside SIGINT 0 kernel 1\n"
			   "signal unknown SIGINT 0 kernel 1\n"
			   "- a process is not known: pidfd_send_signal 1\n");
}

static void own(struct auditing *auditing, int32_t type, int32_t pid)
{
	uint8_t owner[11 + 8] = "f_owner_ex";

	memcpy(owner + 11, &type, sizeof(type));
	memcpy(owner + 15, &pid, sizeof(pid));
	call(auditing, FCNTL, 5, F_SETOWN_EX, 0x1000);
	sample_record(&auditing->sample, KTR_STRUCT, owner, sizeof(owner));
	leave(auditing, FCNTL, 0, 0);
}

/* Who is sent signals of a descriptor, by both ways to say it. */
static void test_owners(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, FCNTL, 5, F_SETOWN, 4242);
	leave(auditing, FCNTL, 0, 0);
	call(auditing, FCNTL, 5, F_SETOWN, (uint64_t)-4242);
	leave(auditing, FCNTL, 0, 0);
	own(auditing, F_OWNER_PID, 4242);
	own(auditing, F_OWNER_PGRP, 4242);
	must_tell(auditing, EXECUTED);
}

static void test_other_owners(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	call(auditing, FCNTL, 5, F_SETOWN, 7);
	leave(auditing, FCNTL, 0, 0);
	call(auditing, FCNTL, 5, F_SETOWN, (uint64_t)-7);
	leave(auditing, FCNTL, 0, 0);
	own(auditing, F_OWNER_TID, 7);
	own(auditing, F_OWNER_PGRP, 7);
	call(auditing, FCNTL, 5, F_SETOWN_EX, 0x1000);
	leave(auditing, FCNTL, 0, 0);
	must_tell(auditing, EXECUTED "trace outside 0 kernel 4\n"
				     "- a process is not known: fcntl 1\n");
}

/* ---- what is missing ---- */

static void test_missing(void **state)
{
	struct auditing *auditing = *state;
	struct text text = TEXT_INIT;

	execute(auditing);
	/* A path that nobody could read, one that nobody can place, a
	 * descriptor that leads nowhere known, a call that nobody knows. */
	call(auditing, UNLINK, 1, 0, 0);
	leave(auditing, UNLINK, 0, 0);
	call(auditing, UNLINK, 1, 0, 0);
	sample_literal(&auditing->sample, KTR_NAMEI, "x");
	sample_fields(&auditing->sample, "path\0how=unknown\0arg:0\0errno:1");
	leave(auditing, UNLINK, 0, 0);
	call(auditing, FCHMOD, 99, 0, 0);
	leave(auditing, FCHMOD, 0, 0);
	call(auditing, 9999, 0, 0, 0);
	leave(auditing, 9999, 0, 0);
	call(auditing, 9998, 0, 0, 0);
	leave(auditing, 9998, ENOSYS, 0);
	sample_fields(&auditing->sample, "coverage\0what=memory\0why=closed");
	sample_fields(&auditing->sample, "loss\0namei:3");
	audit_all(auditing);
	tell(auditing, &text);
	assert_string_equal(
	    text_string(&text),
	    EXECUTED "- a path was not read: unlink 1\n"
		     "- a path is not known: unlink 1\n"
		     "- a descriptor is not known: fchmod 1\n"
		     "- system call 9999 of x86_64, which nobody knows 1\n"
		     "- still ran at the end: /usr/bin/dash 1\n"
		     "- not seen: memory: closed 1\n"
		     "- namei records lost 3\n"
		     "- its end is missing 1\n");
	text_done(&text);
}

/* What leads to files by names that are others'. */
static void test_mounts(void **state)
{
	static const struct {
		uint64_t flags;
		int32_t error;
	} cases[] = {
		{ 0, 0 },
		{ MS_BIND, 0 },
		{ MS_BIND | MS_PRIVATE, 0 },
		{ MS_MGC_VAL | MS_BIND, 0 },
		{ MS_MGC_VAL, 0 },
		{ MS_MOVE, 0 },
		/* And what does not. */
		{ MS_BIND, EPERM },
		{ MS_PRIVATE | MS_REC, 0 },
		{ MS_REMOUNT | MS_BIND, 0 },
	};
	struct auditing *auditing = *state;

	execute(auditing);
	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		const uint64_t args[6] = { 1, 1, 1, cases[i].flags };

		sample_call(&auditing->sample, MOUNT, 6, args);
		sample_literal(&auditing->sample, KTR_NAMEI, "/m");
		leave(auditing, MOUNT, cases[i].error, 0);
	}
	must_tell(auditing,
		  EXECUTED "look /m 0 proven 8\n"
			   "kernel mount 0 kernel 8\n"
			   "look /m 1 proven 1\n"
			   "kernel mount 1 kernel 1\n"
			   "- names below a mount may be others': mount 6\n");
}

static void test_nameless(void **state)
{
	struct auditing *auditing = *state;

	execute(auditing);
	for (unsigned flags = 0; flags < 2; flags++) {
		call(auditing, OPEN_TREE, AT_CWD, 1, flags);
		sample_literal(&auditing->sample, KTR_NAMEI, "/m");
		leave(auditing, OPEN_TREE, 0, 8);
	}
	call(auditing, FSMOUNT, 8, 0, 0);
	leave(auditing, FSMOUNT, 0, 9);
	call(auditing, PIVOT_ROOT, 1, 1, 0);
	sample_literal(&auditing->sample, KTR_NAMEI, "/m");
	sample_literal(&auditing->sample, KTR_NAMEI, "/m");
	leave(auditing, PIVOT_ROOT, 0, 0);
	call(auditing, OPEN_BY_HANDLE_AT, 8, 1, O_RDWR);
	leave(auditing, OPEN_BY_HANDLE_AT, 0, 9);
	call(auditing, OPEN_BY_HANDLE_AT, 8, 1, O_RDWR);
	leave(auditing, OPEN_BY_HANDLE_AT, EPERM, 0);
	must_tell(auditing, EXECUTED
		  "look /m 0 proven 4\n"
		  "kernel open_tree 0 kernel 2\n"
		  "kernel fsmount 0 kernel 1\n"
		  "kernel pivot_root 0 kernel 1\n"
		  "kernel open_by_handle_at 0 kernel 1\n"
		  "kernel open_by_handle_at 1 kernel 1\n"
		  "- names below a mount may be others': open_tree 1\n"
		  "- names below a mount may be others': fsmount 1\n"
		  "- names below a mount may be others': pivot_root 1\n"
		  "- a file was opened without a name: open_by_handle_at 1\n");
}

/* Part of a trace is no trace. */
static void test_continued(void **state)
{
	struct auditing auditing = { .sample = SAMPLE_INIT };
	struct text text = TEXT_INIT;

	(void)state;
	audit_open(&auditing.audit);
	sample_fields(&auditing.sample,
		      "session\0facilities:98702\0inherit:1\0continues:1");
	sample_fields(&auditing.sample, "session_end\0complete:1");
	audit_all(&auditing);
	tell(&auditing, &text);
	assert_string_equal(text_string(&text),
			    "- it begins in another file 1\n");
	text_done(&text);
	audit_done(&auditing.audit);
	sample_done(&auditing.sample);
}

static void test_nothing(void **state)
{
	struct auditing auditing = { .sample = SAMPLE_INIT };
	struct text text = TEXT_INIT;

	(void)state;
	audit_open(&auditing.audit);
	audit_all(&auditing);
	tell(&auditing, &text);
	assert_string_equal(text_string(&text),
			    "- it does not say how it was recorded 1\n");
	text_done(&text);
	audit_done(&auditing.audit);
}

/* A trace of some calls alone looks like any other, but for this. */
static void test_selected(void **state)
{
	struct auditing *auditing = *state;

	call(auditing, EXECVE, 1, 2, 3);
	sample_literal(&auditing->sample, KTR_NAMEI, "/bin/sh");
	sample_process(&auditing->sample, LINUX64);
	sample_fields(&auditing->sample,
		      "process\0ppid:1\0exe=/bin/sh\0cwd=/src");
	leave(auditing, EXECVE, KTR_EJUSTRETURN, 0);
	must_tell(auditing, "exec /bin/sh 0 kernel 1\n"
			    "- not every call was recorded 1\n");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_opens),
		TEST(test_names),
		TEST(test_marks),
		TEST(test_made),
		TEST(test_shared),
		TEST(test_common),
		TEST(test_given),
		TEST(test_written),
		TEST(test_killed),
		TEST(test_threads),
		TEST(test_outside),
		TEST(test_outside_ports),
		TEST(test_launcher),
		TEST(test_processes),
		TEST(test_sockets),
		TEST(test_no_family),
		TEST(test_fast),
		TEST(test_unread),
		TEST(test_many_messages),
		TEST(test_orders),
		TEST(test_old_map),
		TEST(test_connecting),
		TEST(test_system),
		TEST(test_process_descriptors),
		TEST(test_seen_descriptors),
		TEST(test_owners),
		TEST(test_other_owners),
		TEST(test_missing),
		TEST(test_mounts),
		TEST(test_nameless),
		TEST(test_selected),
		TEST(test_observed),
		TEST(test_observed_connected),
		cmocka_unit_test(test_continued),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
