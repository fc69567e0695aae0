/*
 * An expression of kdump-u -w, a NUL, and a trace that it is asked about: no
 * crash, one line of printable text where it is wrong, and the same answer
 * twice; `not` gives the other one.
 * Rooms: query
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "join/calls.h"
#include "join/state.h"
#include "must.h"
#include "query/query.h"
#include "trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct asking {
	struct query *query, *inverse; /* NULL: it would be too long */
	struct state state;
};

static void check_error(struct text *error)
{
	MUST(error->length > 0);
	for (size_t i = 0; i < error->length; i++)
		MUST(error->data[i] >= ' ' && error->data[i] <= '~');
}

static void ask(struct asking *asking, const struct record *record,
		const struct call *call)
{
	const struct query_subject subject = { record, call, &asking->state };
	bool truth = query_matches(asking->query, &subject);

	MUST(query_matches(asking->query, &subject) == truth);
	if (asking->inverse)
		MUST(query_matches(asking->inverse, &subject) != truth);
}

static void ask_call(void *context, struct call *call)
{
	ask(context, &call->entry, call);
}

static void take(struct asking *asking, struct calls *calls,
		 const struct record *record)
{
	struct call *call;
	int fate;

	MUST(query_learn(asking->query, record) == 0);
	if (asking->inverse)
		MUST(query_learn(asking->inverse, record) == 0);
	MUST(state_learn(&asking->state, record) == 0);
	ask(asking, record, NULL);
	fate = calls_take(calls, &asking->state, record, &call);
	MUST(fate >= 0);
	if (fate == CALL_DONE)
		ask(asking, &call->entry, call);
	if (record->kind != KTR_PROCDTOR)
		return;
	query_forget(asking->query, record);
	if (asking->inverse)
		query_forget(asking->inverse, record);
}

static void ask_all(struct asking *asking, const uint8_t *data, size_t size)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct calls calls = CALLS_INIT;
	struct reader *reader;
	struct record record;

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	MUST(reader_open(&reader, fd) == 0);
	while (reader_next(reader, &record) == READER_RECORD)
		take(asking, &calls, &record);
	calls_pending(&calls, 0, true, ask_call, asking);
	calls_done(&calls);
	reader_close(reader);
	close(fd);
}

static struct query *parse_inverse(const char *expression)
{
	struct text inverse = TEXT_INIT, error = TEXT_INIT;
	struct query *query = NULL;

	text_format(&inverse, "not (%s)", expression);
	if (query_parse(&query, text_string(&inverse), &error) < 0)
		check_error(&error);
	text_done(&inverse);
	text_done(&error);
	return query;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = strnlen((const char *)data, size);
	struct asking asking = { .state = STATE_INIT };
	struct text error = TEXT_INIT;
	char *expression = malloc(length + 1);

	MUST(expression != NULL);
	memcpy(expression, data, length);
	expression[length] = '\0';
	if (query_parse(&asking.query, expression, &error) < 0) {
		check_error(&error);
	} else {
		asking.inverse = parse_inverse(expression);
		if (length < size)
			ask_all(&asking, data + length + 1, size - length - 1);
		query_free(asking.query);
		query_free(asking.inverse);
	}
	state_done(&asking.state);
	text_done(&error);
	free(expression);
	return 0;
}
