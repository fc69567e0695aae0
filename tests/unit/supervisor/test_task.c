/*
 * The table of threads and processes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/task.h"

static void test_add_find_remove(void **state)
{
	struct task_table table = { 0 };
	struct process *process = task_add_process(&table, 10);
	struct task *leader = task_add(&table, 10, process);
	struct task *thread = task_add(&table, 11, process);

	(void)state;
	assert_ptr_equal(task_find(&table, 10), leader);
	assert_ptr_equal(task_find(&table, 11), thread);
	assert_null(task_find(&table, 12));
	assert_ptr_equal(task_process(&table, 10), process);
	assert_null(task_process(&table, 11));
	assert_int_equal(process->task_count, 2);
	task_remove(&table, thread);
	assert_int_equal(process->task_count, 1);
	assert_null(task_find(&table, 11));
	task_table_done(&table);
}

static void test_newborn_is_claimed(void **state)
{
	struct task_table table = { 0 };
	struct task *task = task_add(&table, 20, NULL);
	struct process *process;

	(void)state;
	assert_int_equal(table.unclaimed, 1);
	process = task_add_process(&table, 20);
	task_claim(&table, task, process);
	assert_int_equal(table.unclaimed, 0);
	assert_int_equal(process->task_count, 1);
	task_remove(&table, task);
	task_remove_process(&table, process);
	task = task_add(&table, 21, NULL);
	task_remove(&table, task);
	assert_int_equal(table.unclaimed, 0);
	task_table_done(&table);
}

static void test_rename_keeps_the_task(void **state)
{
	struct task_table table = { 0 };
	struct process *process = task_add_process(&table, 30);
	struct task *task = task_add(&table, 31, process);

	(void)state;
	task_rename(&table, task, 30);
	assert_null(task_find(&table, 31));
	assert_ptr_equal(task_find(&table, 30), task);
	assert_int_equal(task->tid, 30);
	assert_int_equal(process->task_count, 1);
	task_table_done(&table);
}

/* As many as a machine may have at once. */
static void test_many(void **state)
{
	struct task_table table = { 0 };
	struct process *process = task_add_process(&table, 1);

	(void)state;
	for (int tid = 1; tid <= 40000; tid++)
		assert_non_null(task_add(&table, tid, process));
	for (int tid = 1; tid <= 40000; tid += 2)
		task_remove(&table, task_find(&table, tid));
	assert_int_equal(process->task_count, 20000);
	for (int tid = 1; tid <= 40000; tid++)
		assert_int_equal(task_find(&table, tid) != NULL, tid % 2 == 0);
	task_table_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_find_remove),
		cmocka_unit_test(test_newborn_is_claimed),
		cmocka_unit_test(test_rename_keeps_the_task),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
