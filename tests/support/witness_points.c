/*
 * Points and records of each thread, compared one by one. Here is all that may
 * differ.
 */
#include <errno.h>
#include <inttypes.h>

#include "support/witness_points.h"
#include "support/witness_threads.h"

/* The kernel's own: they never reach a program. */
#define ERESTARTSYS           512
#define ERESTARTNOINTR        513
#define ERESTARTNOHAND        514
#define ERESTART_RESTARTBLOCK 516

struct comparison {
	const struct witness_threads *threads;
	const struct trace *trace;
	struct witness_agreement agreement;
	struct text *report;
};

#define EXCEPTED_SHOWN 8
#define CONTEXT        6 /* events shown before a difference */

/* What the kernel's exit shows, and what the program gets to see. */
static bool is_result(const struct witness_point *point,
		      const struct witness_point *next, int32_t error,
		      int64_t value)
{
	bool again = next && !next->is_exit && next->number == point->number;

	if (!error)
		return point->result == value;
	if (error > 0 && point->result == -error)
		return true;
	if (error != KTR_ERESTART && error != EINTR)
		return false;
	switch (-point->result) {
	case ERESTARTSYS:
	case ERESTARTNOHAND:
	case ERESTART_RESTARTBLOCK:
		return true;
	case ERESTARTNOINTR:
		return error == KTR_ERESTART;
	case EINTR: /* made to restart by us */
		return again;
	default:
		return false;
	}
}

static bool is_same(const struct witness_point *point,
		    const struct witness_point *next,
		    const struct trace_item *item)
{
	const struct record *record = &item->record;

	if (point->is_exit != (record->kind == KTR_SYSRET))
		return false;
	if (point->is_exit && record->sysret.error == KTR_EJUSTRETURN)
		return point->number == -1;
	if (point->number != item->number)
		return false;
	return !point->is_exit || is_result(point, next, record->sysret.error,
					    record->sysret.retval);
}

/* Whether something else than the thread itself ended it. */
static bool was_killed(const struct comparison *comparison,
		       const struct witness_thread *thread)
{
	struct trace_match end = { .pid = thread->pid,
				   .name = KTR_STRUCT_EXIT_STATUS };
	struct trace_match calls = { .pid = thread->pid, .kind = KTR_SYSCALL };
	const struct trace_item *item;
	int64_t number;

	item = trace_find(comparison->trace, NULL, end);
	if (item && trace_number(item, "signal", &number))
		return true;
	for (item = NULL; (item = trace_find(comparison->trace, item, calls));)
		if (item->record.tid != thread->tid && item->row &&
		    (item->row->effect == EFFECT_EXIT_GROUP ||
		     item->row->effect == EFFECT_EXEC))
			return true;
	return false;
}

/* A thread that was killed before its first stop. So was its creator, whose
 * last exit, which has no stop either, tells of it. */
static bool was_killed_at_birth(const struct comparison *comparison,
				const struct witness_thread *thread)
{
	const struct witness_thread *other;

	for (other = witness_threads_all(comparison->threads); other;
	     other = other->next) {
		const struct witness_point *last =
		    witness_thread_point(other, other->points.count - 1);

		if (last && last->is_exit && last->result == thread->tid &&
		    witness_point_is_spawn(last) && other->records.count &&
		    was_killed(comparison, other))
			return true;
	}
	return false;
}

/* Of who is killed at an entry, aarch64's kernel makes one of no call. */
static bool is_given_up(const struct comparison *comparison,
			const struct witness_thread *thread, size_t same)
{
	const struct witness_point *entry = witness_thread_point(thread, same);
	const struct witness_point *last = witness_thread_point(thread,
								same + 1);
	const struct trace_item *item = witness_thread_record(thread, same);

	if (!last || witness_thread_point(thread, same + 2) ||
	    witness_thread_record(thread, same + 1) ||
	    (item && item->record.kind != KTR_SYSCALL))
		return false;
	return !entry->is_exit && entry->number == -1 && last->is_exit &&
	       last->number == -1 && was_killed(comparison, thread);
}

/* Whether what is left of both behind the first `same` events is permitted. */
static bool is_permitted(const struct comparison *comparison,
			 const struct witness_thread *thread, size_t same)
{
	const struct witness_point *last = witness_thread_point(thread, same);
	const struct witness_point *before =
	    same ? witness_thread_point(thread, same - 1) : NULL;
	const struct trace_item *entry = witness_thread_record(thread, same);

	if (!last || !last->is_exit || witness_thread_point(thread, same + 1) ||
	    witness_thread_record(thread, same + 1))
		return false;
	if (!thread->records.count)
		return last->result == 0 && witness_point_is_spawn(last) &&
		       was_killed_at_birth(comparison, thread);
	if (!was_killed(comparison, thread))
		return false;
	if (before && !before->is_exit)
		return !entry &&
		       (last->number == before->number || last->number == -1);
	/* Given up at its entry: the result is what was there before it. */
	return last->result == -ENOSYS &&
	       (!entry || (entry->record.kind == KTR_SYSCALL &&
			   entry->number == last->number));
}

static void put_point(struct text *text, const struct witness_point *point)
{
	if (!point)
		text_put(text, "nothing");
	else if (point->is_exit)
		text_format(text, "exit %" PRId64 " = %" PRId64, point->number,
			    point->result);
	else
		text_format(text, "enter %" PRId64, point->number);
}

static void put_record(struct text *text, const struct trace_item *item)
{
	const struct record *record = item ? &item->record : NULL;

	if (!item)
		text_put(text, "nothing");
	else if (record->kind == KTR_SYSRET)
		text_format(text, "%s returns %" PRId64 " error %d",
			    trace_call_name(item), record->sysret.retval,
			    record->sysret.error);
	else
		text_format(text, "%s (%" PRId64 ")", trace_call_name(item),
			    item->number);
}

static void describe(const struct witness_thread *thread, size_t at,
		     struct text *text)
{
	size_t i = at > CONTEXT ? at - CONTEXT : 0;

	text_format(text,
		    "thread %d of %d: the kernel has %zu events, we have %zu; "
		    "different from number %zu on:\n",
		    thread->tid, thread->pid, thread->points.count,
		    thread->records.count, at);
	for (; i < at + 3; i++) {
		text_format(text, "  %c kernel: ", i < at ? ' ' : '*');
		put_point(text, witness_thread_point(thread, i));
		text_put(text, "   we: ");
		put_record(text, witness_thread_record(thread, i));
		text_char(text, '\n');
	}
}

static void note_excepted(struct comparison *comparison,
			  const struct witness_thread *thread)
{
	if (comparison->agreement.excepted++ < EXCEPTED_SHOWN)
		text_format(comparison->report, " %d", thread->tid);
}

static bool compare(struct comparison *comparison,
		    const struct witness_thread *thread)
{
	const struct witness_point *point;
	const struct trace_item *item;
	size_t i = 0;

	while ((point = witness_thread_point(thread, i)) &&
	       (item = witness_thread_record(thread, i)) &&
	       is_same(point, witness_thread_point(thread, i + 1), item))
		i++;
	comparison->agreement.threads++;
	comparison->agreement.points += thread->points.count;
	if (!point && !witness_thread_record(thread, i))
		return true;
	if (is_permitted(comparison, thread, i) ||
	    is_given_up(comparison, thread, i)) {
		note_excepted(comparison, thread);
		return true;
	}
	text_clear(comparison->report);
	describe(thread, i, comparison->report);
	return false;
}

static bool compare_all(struct comparison *comparison)
{
	pid_t recorder = trace_recorder(comparison->trace);
	const struct witness_thread *thread =
	    witness_threads_find(comparison->threads, recorder);

	if (!thread || !thread->is_ours) {
		text_format(comparison->report, "who started recorder %d?",
			    recorder);
		return false;
	}
	thread = witness_threads_all(comparison->threads);
	for (; thread; thread = thread->next) {
		if (thread->is_ours && thread->records.count)
			return false;
		if (thread->is_ours)
			continue;
		if (!compare(comparison, thread) ||
		    (thread->later && !compare(comparison, thread->later)))
			return false;
	}
	return true;
}

bool witness_points_agree(const struct witness_points *points,
			  const struct trace *trace, pid_t command,
			  struct witness_agreement *ret, struct text *report)
{
	struct comparison comparison = { .trace = trace, .report = report };
	struct witness_threads *threads = witness_threads_new(points, trace,
							      command);
	bool agree;

	*ret = (struct witness_agreement){ 0 };
	if (!threads) {
		text_put(report, "the kernel saw no command");
		return false;
	}
	comparison.threads = threads;
	agree = compare_all(&comparison);
	witness_threads_free(threads);
	*ret = comparison.agreement;
	return agree;
}
