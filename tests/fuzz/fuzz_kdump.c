/*
 * Rooms: report
 * A trace that somebody hands us, printed in every way: whatever is in it, no
 * control byte may come out, and JSON must be one object a line.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "dump/report.h"
#include "foreign/input.h"
#include "join/calls.h"
#include "join/descriptor.h"
#include "join/state.h"
#include "look.h"
#include "must.h"
#include "report/files.h"
#include "report/folded.h"
#include "report/stats.h"
#include "report/summary.h"
#include "report/tree.h"
#include "show/joined.h"
#include "show/json.h"
#include "show/line.h"
#include "show/stacks.h"
#include "show/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ways to print: all that an option changes is in one of them. */
static const struct way {
	bool json;
	bool joined;
	struct view view;
} ways[] = {
	{ .view = { .style = { .width = 80 } } },
	{ .view = { .absolute = true,
		    .elapsed = true,
		    .relative = true,
		    .threads = true,
		    .numbers = true,
		    .abi = true,
		    .cpu = true,
		    .decimal = true,
		    .style = { .width = 9, .utf8 = true } } },
	{ .view = { .plain = true,
		    .no_data = true,
		    .style = { .width = 200 } } },
	{ .json = true, .view = { .data_max = 7, .style = { .width = 80 } } },
	{ .json = true, .view = { .no_data = true, .style = { .width = 80 } } },
	{ .joined = true, .view = { .style = { .width = 80 } } },
	{ .joined = true,
	  .view = { .plain = true, .data_max = 7, .style = { .width = 9 } } },
};

static void check_lines(const struct text *text)
{
	unsigned char c;

	for (size_t i = 0; i < text->length; i++) {
		c = (unsigned char)text->data[i];
		MUST(c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f));
	}
	MUST(text->length > 0 && text->data[text->length - 1] == '\n');
}

static void print(struct text *text, const struct way *way,
		  const struct state *state, const struct record *record)
{
	text_clear(text);
	if (way->json) {
		json_put(text, &way->view, state, record);
		look_at_objects(text);
		text_clear(text);
		json_put_drop(text, record);
		look_at_objects(text);
	} else if (line_has(record)) {
		line_put(text, &way->view, state, record);
		line_put_drop(text, &way->view, record);
		check_lines(text);
	}
	MUST(!text->failed);
}

static const struct report_kind *const report_kinds[] = {
	&stats_report,   &files_report, &folded_time_report,
	&summary_report, &tree_report,
};

struct joining {
	const struct way *way;
	const struct state *state;
	struct text text;
	void *reports[ARRAY_LEN(report_kinds)];
};

static void print_call(void *context, struct call *call)
{
	struct joining *joining = context;

	text_clear(&joining->text);
	joined_put_call(&joining->text, &joining->way->view, joining->state,
			call);
	check_lines(&joining->text);
	MUST(!joining->text.failed);
	for (size_t i = 0; i < ARRAY_LEN(report_kinds); i++)
		if (report_kinds[i]->add_call)
			MUST(report_kinds[i]->add_call(joining->reports[i],
						       call) == 0);
}

/* Those of calls get what is part of none. */
static void report(struct joining *joining, const struct record *record,
		   bool of_calls)
{
	for (size_t i = 0; i < ARRAY_LEN(report_kinds); i++)
		if (report_kinds[i]->add &&
		    (report_kinds[i]->add_call != NULL) == of_calls)
			MUST(report_kinds[i]->add(joining->reports[i],
						  record) == 0);
}

static void open_reports(struct joining *joining)
{
	struct text error = TEXT_INIT;
	const struct report_context context = {
		.view = &joining->way->view,
		.json = joining->way->json,
		.stacks = joining->state->stacks,
		.state = joining->state,
		.out = &joining->text,
		.error = &error,
	};

	for (size_t i = 0; i < ARRAY_LEN(report_kinds); i++)
		MUST(report_kinds[i]->open(&joining->reports[i], &context) ==
		     0);
	MUST(error.length == 0);
}

/* Lines that a terminal may have, or objects. */
static void close_reports(struct joining *joining)
{
	for (size_t i = 0; i < ARRAY_LEN(report_kinds); i++) {
		text_clear(&joining->text);
		report_kinds[i]->put(joining->reports[i], &joining->text);
		MUST(!joining->text.failed);
		if (joining->text.length && joining->way->json)
			look_at_objects(&joining->text);
		else if (joining->text.length)
			check_lines(&joining->text);
		report_kinds[i]->close(joining->reports[i]);
	}
}

static void join(struct joining *joining, struct calls *calls,
		 const struct record *record)
{
	struct call *call = NULL;
	int fate = calls_take(calls, joining->state, record, &call);

	MUST(fate >= 0);
	if (fate == CALL_DONE)
		print_call(joining, call);
	if (record->kind == KTR_PROCDTOR)
		calls_pending(calls, record->pid, true, print_call, joining);
	if (fate == CALL_ALONE)
		report(joining, record, true);
	if (fate != CALL_ALONE || !line_has(record))
		return;
	text_clear(&joining->text);
	joined_put_event(&joining->text, &joining->way->view, joining->state,
			 record);
	check_lines(&joining->text);
}

static void print_trace(int fd, const struct way *way)
{
	struct state state = STATE_INIT;
	struct calls calls = CALLS_INIT;
	struct descriptors descriptors = { .count = 0 };
	struct text text = TEXT_INIT;
	struct joining joining = { .way = way, .state = &state };
	struct input *input;
	struct record record;

	calls.descriptors = &descriptors;
	MUST(input_open(&input, fd, INPUT_ANY) == 0);
	MUST(stacks_open(&state.stacks, "/no/such/directory") == 0);
	open_reports(&joining);
	while (input_next(input, &record) == READER_RECORD) {
		MUST(state_learn(&state, &record) == 0);
		report(&joining, &record, false);
		MUST(stacks_learn(state.stacks, &record) == 0);
		MUST(state.entries <= STATE_ENTRIES_MAX + 1);
		MUST(descriptors_learn(&descriptors, &record) == 0);
		MUST(descriptors.count <= DESCRIPTORS_MAX + 1);
		if (way->joined)
			join(&joining, &calls, &record);
		else
			print(&text, way, &state, &record);
		state_shown(&state, &record);
	}
	calls_pending(&calls, 0, true, print_call, &joining);
	close_reports(&joining);
	input_close(input);
	calls_done(&calls);
	descriptors_done(&descriptors);
	MUST(descriptors.count == 0);
	stacks_close(state.stacks);
	state_done(&state);
	text_done(&text);
	text_done(&joining.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		MUST(lseek(fd, 0, SEEK_SET) == 0);
		print_trace(fd, &ways[i]);
	}
	close(fd);
	return 0;
}
