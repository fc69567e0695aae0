/*
 * Remote memory: whole pieces, pieces that end at a hole, pieces behind one.
 * The process that is read is this one, which it may always.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracee/memory.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))

/* Two pages, of which only the first is there. */
static char *map_with_hole(void)
{
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(munmap(pages + PAGE, PAGE), 0);
	return pages;
}

static uint64_t address(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static void test_whole_pieces(void **state)
{
	char one[] = "first", two[] = "second";
	char got_one[sizeof(one)], got_two[sizeof(two)];
	struct memory_piece pieces[] = {
		{ address(one), got_one, sizeof(one), 0 },
		{ address(two), got_two, sizeof(two), 0 },
	};

	(void)state;
	assert_int_equal(memory_read(getpid(), pieces, 2), 0);
	assert_int_equal(pieces[0].got, sizeof(one));
	assert_int_equal(pieces[1].got, sizeof(two));
	assert_string_equal(got_one, one);
	assert_string_equal(got_two, two);
}

static void test_piece_ends_at_hole(void **state)
{
	char *pages = map_with_hole();
	char got[64];
	struct memory_piece piece = { address(pages + PAGE - 10), got,
				      sizeof(got), 0 };

	(void)state;
	memcpy(pages + PAGE - 10, "0123456789", 10);
	assert_int_equal(memory_read(getpid(), &piece, 1), 0);
	assert_int_equal(piece.got, 10);
	assert_memory_equal(got, "0123456789", 10);
	munmap(pages, PAGE);
}

static void test_pieces_behind_a_fault(void **state)
{
	char text[] = "behind";
	char got[3][16];
	struct memory_piece pieces[] = {
		{ address(text), got[0], sizeof(text), 0 },
		{ 1, got[1], 8, 0 },
		{ address(text), got[2], sizeof(text), 0 },
	};

	(void)state;
	assert_int_equal(memory_read(getpid(), pieces, 3), 0);
	assert_int_equal(pieces[0].got, sizeof(text));
	assert_int_equal(pieces[1].got, 0);
	assert_int_equal(pieces[2].got, sizeof(text));
	assert_string_equal(got[2], text);
}

/* What the program may do with memory, and how much of a text is read that
 * begins in a page before it. */
static const struct {
	int protection;
	uint32_t got;
} forced[] = {
	{ PROT_READ, 20 },
	{ PROT_EXEC, 20 },
	{ PROT_WRITE, 20 },
	{ PROT_NONE, 10 },
};

static void test_piece_into_unreadable(void **state)
{
	static const char text[] = "0123456789abcdefghij";
	char got[sizeof(text)], behind[8] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(forced) / sizeof(forced[0]); i++) {
		char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		struct memory_piece pieces[] = {
			{ address(pages + PAGE - 10), got, 20, 0 },
			{ address(text), behind, sizeof(behind), 0 },
		};

		assert_ptr_not_equal(pages, MAP_FAILED);
		memcpy(pages + PAGE - 10, text, 20);
		assert_int_equal(
		    mprotect(pages + PAGE, PAGE, forced[i].protection), 0);
		assert_int_equal(memory_read(getpid(), pieces, 2), 0);
		assert_int_equal(pieces[0].got, forced[i].got);
		assert_memory_equal(got, text, forced[i].got);
		assert_int_equal(pieces[1].got, sizeof(behind));
		munmap(pages, 2 * PAGE);
	}
}

/* Behind memory that may only be executed there is a hole, or a page that may
 * do nothing. */
static void test_unreadable_ends(void **state)
{
	char got[20];

	(void)state;
	for (unsigned is_hole = 0; is_hole < 2; is_hole++) {
		char *pages = map_with_hole();
		struct memory_piece piece = { address(pages + PAGE - 10), got,
					      sizeof(got), 0 };

		if (!is_hole)
			assert_ptr_equal(mmap(pages + PAGE, PAGE, PROT_NONE,
					      MAP_PRIVATE | MAP_ANONYMOUS |
						  MAP_FIXED_NOREPLACE,
					      -1, 0),
					 pages + PAGE);
		memcpy(pages + PAGE - 10, "0123456789", 10);
		assert_int_equal(mprotect(pages, PAGE, PROT_EXEC), 0);
		assert_int_equal(memory_read(getpid(), &piece, 1), 0);
		assert_int_equal(piece.got, 10);
		assert_memory_equal(got, "0123456789", 10);
		munmap(pages, 2 * PAGE);
	}
}

static void test_empty_piece(void **state)
{
	char text[] = "x";
	char got[4] = "";
	struct memory_piece pieces[] = {
		{ 1, got, 0, 99 },
		{ address(text), got, sizeof(text), 99 },
	};

	(void)state;
	assert_int_equal(memory_read(getpid(), pieces, 2), 0);
	assert_int_equal(pieces[0].got, 0);
	assert_int_equal(pieces[1].got, sizeof(text));
}

static void test_too_many_pieces(void **state)
{
	struct memory_piece pieces[MEMORY_PIECES_MAX + 1] = { 0 };

	(void)state;
	assert_int_equal(memory_read(getpid(), pieces, MEMORY_PIECES_MAX + 1),
			 -EINVAL);
}

static void test_process_that_is_gone(void **state)
{
	char got[4] = "";
	struct memory_piece piece = { address(got), got, sizeof(got), 0 };
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(memory_read(pid, &piece, 1), -ESRCH);
	assert_int_equal(piece.got, 0);
}

static void test_write(void **state)
{
	char target[8] = "before";
	char *pages = map_with_hole();

	(void)state;
	assert_int_equal(memory_write(getpid(), address(target), "after", 6),
			 0);
	assert_string_equal(target, "after");
	assert_int_equal(
	    memory_write(getpid(), address(pages + PAGE - 2), "four", 4),
	    -EFAULT);
	munmap(pages, PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_pieces),
		cmocka_unit_test(test_piece_ends_at_hole),
		cmocka_unit_test(test_pieces_behind_a_fault),
		cmocka_unit_test(test_piece_into_unreadable),
		cmocka_unit_test(test_unreadable_ends),
		cmocka_unit_test(test_empty_piece),
		cmocka_unit_test(test_too_many_pieces),
		cmocka_unit_test(test_process_that_is_gone),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
