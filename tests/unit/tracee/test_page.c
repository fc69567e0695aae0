/*
 * Pages of a stopped process: which of them a file changes, and that a private
 * one is changed by none once it is the process's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "tracee/memory.h"
#include "tracee/page.h"

static uint64_t address(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

/* What a child has of this process's memory, stopped. */
static pid_t begin_child(const volatile char *touched)
{
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)*touched;
		raise(SIGSTOP);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int make_file(const char *contents)
{
	char path[] = "/tmp/test_page.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(ftruncate(fd, (off_t)page_size()), 0);
	assert_int_equal(pwrite(fd, contents, 1, 0), 1);
	return fd;
}

static char *map(int flags, int protection, int fd)
{
	char *pages = mmap(NULL, page_size(), protection, flags, fd, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	return pages;
}

static char byte_there(pid_t pid, const char *where)
{
	char byte = 0;
	struct memory_piece piece = { address(where), &byte, 1, 0 };

	assert_int_equal(memory_read(pid, &piece, 1), 0);
	assert_int_equal(piece.got, 1);
	return byte;
}

static void test_own(void **state)
{
	char *pages = map(MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ | PROT_WRITE,
			  -1);
	_cleanup_fd_ int pagemap = -1;
	pid_t pid;

	(void)state;
	pages[0] = 'a';
	pid = begin_child(pages);
	pagemap = page_open(pid);
	assert_true(page_is_own(pagemap, address(pages)));
	assert_int_equal(page_mapping(pid, address(pages)), PAGE_ANONYMOUS);
	assert_false(page_is_own(-EACCES, address(pages)));
	end_child(pid);
	munmap(pages, page_size());
}

/* Nobody may write to it, and still it is made the process's own. */
static void test_private(void **state)
{
	_cleanup_fd_ int fd = make_file("a"), pagemap = -1;
	char *pages = map(MAP_PRIVATE, PROT_READ, fd);
	pid_t pid = begin_child(pages);

	(void)state;
	pagemap = page_open(pid);
	assert_int_equal(byte_there(pid, pages), 'a');
	assert_false(page_is_own(pagemap, address(pages)));
	assert_int_equal(page_mapping(pid, address(pages)), PAGE_PRIVATE);
	assert_int_equal(page_make_own(pid, address(pages)), 0);
	assert_true(page_is_own(pagemap, address(pages)));
	assert_int_equal(pwrite(fd, "b", 1, 0), 1);
	assert_int_equal(byte_there(pid, pages), 'a');
	assert_int_equal(pages[0], 'b');
	/* What is cut off is nobody's own any more. */
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_false(page_is_own(pagemap, address(pages)));
	end_child(pid);
	munmap(pages, page_size());
}

static void test_common(void **state)
{
	_cleanup_fd_ int fd = make_file("a"), pagemap = -1;
	char *pages = map(MAP_SHARED, PROT_READ, fd);
	char *memory = map(MAP_SHARED | MAP_ANONYMOUS, PROT_READ, -1);
	pid_t pid = begin_child(pages);

	(void)state;
	pagemap = page_open(pid);
	assert_int_equal(byte_there(pid, pages), 'a');
	assert_int_equal(byte_there(pid, memory), 0);
	assert_false(page_is_own(pagemap, address(pages)));
	assert_false(page_is_own(pagemap, address(memory)));
	assert_int_equal(page_mapping(pid, address(pages)), PAGE_COMMON);
	assert_int_equal(page_mapping(pid, address(memory)), PAGE_COMMON);
	end_child(pid);
	munmap(memory, page_size());
	munmap(pages, page_size());
}

static void test_none(void **state)
{
	char *pages = map(MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ, -1);
	char there = 0;
	_cleanup_fd_ int pagemap = -1;
	pid_t pid;

	(void)state;
	munmap(pages, page_size());
	pid = begin_child(&there);
	pagemap = page_open(pid);
	assert_false(page_is_own(pagemap, address(pages)));
	assert_int_equal(page_mapping(pid, address(pages)), PAGE_UNMAPPED);
	assert_true(page_make_own(pid, address(pages)) < 0);
	end_child(pid);
	assert_int_equal(page_open(pid), -ENOENT);
	assert_int_equal(page_mapping(pid, address(pages)), PAGE_UNMAPPED);
	assert_int_equal(page_make_own(pid, address(pages)), -ESRCH);
}

static void test_start(void **state)
{
	(void)state;
	assert_int_equal(page_start(page_size()), page_size());
	assert_int_equal(page_start(page_size() * 2 - 1), page_size());
	/* As aarch64 lets a program have bits of its own there. */
	assert_int_equal(page_start((UINT64_C(0xa5) << 56) + 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),    cmocka_unit_test(test_private),
		cmocka_unit_test(test_common), cmocka_unit_test(test_none),
		cmocka_unit_test(test_start),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
