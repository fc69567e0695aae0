/*
 * The loop of kdump-u --freebsd and --netbsd: a record is read, masked, put
 * into the other kernel's form and written. What it does not hold is told once.
 */
#include "kdump/translate.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/text.h"
#include "dump/dump.h"
#include "foreign/export.h"
#include "foreign/input.h"
#include "join/state.h"
#include "kdump/options.h"
#include "kdump/target.h"
#include "redact/redact.h"

struct translate {
	const struct kdump_options *options;
	struct text *error;
	int in;
	struct target target;
	struct input *input;
	struct redact *redact; /* NULL: everybody may see all */
	struct export *export;
	struct state state;
};

static int fail_input(struct translate *translate, const char *reason)
{
	return target_fail(translate->error,
			   dump_name(&translate->options->job), reason);
}

static int put_record(struct translate *translate, struct record *record)
{
	struct export_call call;
	int r = 0;

	if (record->system != RECORD_LINUX)
		return fail_input(translate,
				  "is another kernel's trace already");
	if (translate->redact)
		r = redact_record(translate->redact, record);
	if (!r && record->kind != KTR_PROCDTOR)
		r = state_learn(&translate->state, record);
	if (r < 0)
		return fail_input(translate, strerror(-r));
	call = (struct export_call){
		.abi = state_abi(&translate->state, record),
		.number = record->kind == KTR_SYSCALL
			      ? state_number(&translate->state, record,
					     record->syscall.code)
			      : state_number(&translate->state, record,
					     record->sysret.code),
	};
	r = export_put(translate->export, &translate->target.piece, record,
		       &call);
	if (!r && record->kind == KTR_PROCDTOR)
		r = state_learn(&translate->state, record);
	if (r < 0)
		return fail_input(translate, strerror(-r));
	return target_spill(&translate->target);
}

/* A descriptor that somebody shares with us may not block. */
static int take_error(struct translate *translate)
{
	struct pollfd pollfd = { .fd = translate->in, .events = POLLIN };
	int error = input_errno(translate->input);

	if (error != EAGAIN)
		return fail_input(translate, strerror(error));
	poll(&pollfd, 1, -1);
	return 0;
}

/* What is in front of the damage is there. */
static int take_fault(struct translate *translate)
{
	if (target_finish(&translate->target))
		return -1;
	text_format(translate->error, "%s: offset %llu: %s",
		    dump_name(&translate->options->job),
		    (unsigned long long)input_offset(translate->input),
		    record_fault_text(input_fault(translate->input)));
	return -1;
}

/* 0 to go on, 1 at the end, -1 when it failed. */
static int step(struct translate *translate)
{
	struct record record;

	switch (input_next(translate->input, &record)) {
	case READER_RECORD:
		return put_record(translate, &record);
	case READER_END:
		return target_finish(&translate->target) ?: 1;
	case READER_FAULT:
		return take_fault(translate);
	case READER_ERROR:
		return take_error(translate);
	}
	return -1;
}

static int open_all(struct translate *translate)
{
	const struct kdump_options *options = translate->options;
	const struct job *job = &options->job;
	int r = export_open(&translate->export, options->system);

	if (!r && job->redact_count)
		r = redact_open(&translate->redact, job->redact,
				job->redact_count);
	if (!r)
		r = input_open(&translate->input, translate->in, job->origin);
	if (r < 0)
		return fail_input(translate, strerror(-r));
	return target_open(&translate->target, options->copy, translate->in,
			   translate->error);
}

int translate_run(const struct kdump_options *options, int fd,
		  struct text *notes, struct text *error)
{
	struct translate translate = {
		.options = options,
		.error = error,
		.in = fd,
		.target = TARGET_INIT,
		.state = STATE_INIT,
	};
	int r = open_all(&translate);

	while (r == 0)
		r = step(&translate);
	if (r > 0)
		export_tell(translate.export, notes);
	target_close(&translate.target);
	input_close(translate.input);
	redact_close(translate.redact);
	export_close(translate.export);
	state_done(&translate.state);
	return r < 0 ? -1 : 0;
}
