/*
 * Records as the lines that programs say. Leaves nothing out: a record that has
 * no line of its own is a line that nobody said.
 */
#include <inttypes.h>
#include <string.h>

#include "decode/data.h"
#include "decode/structure.h"
#include "support/said.h"
#include "support/trace.h"

#define MARK_BEGIN (-1001)
#define MARK_END   (-1002)

static void put_call(struct text *lines, const struct trace_item *item)
{
	text_format(lines, "CALL %s", trace_call_name(item));
	for (unsigned i = 0; i < item->record.syscall.narg; i++)
		text_format(lines, " %" PRIx64, record_arg(&item->record, i));
	text_char(lines, '\n');
}

static void put_return(struct text *lines, const struct trace_item *item)
{
	const struct record *record = &item->record;

	text_format(lines, "RETURN %s ", trace_call_name(item));
	if (record->sysret.error == KTR_ERESTART)
		text_put(lines, "restart\n");
	else if (record->sysret.error == KTR_EJUSTRETURN)
		text_put(lines, "replaced\n");
	else if (record->sysret.error)
		text_format(lines, "%s\n",
			    sysdesc_errno_name(record->sysret.error));
	else
		text_format(lines, "%" PRIx64 "\n",
			    (uint64_t)record->sysret.retval);
}

static void put_data(struct text *lines, const struct record *record)
{
	text_format(lines, "DATA %d %c %zu ", record->genio.fd,
		    record->genio.rw == KTR_GENIO_READ ? 'r' : 'w',
		    record->genio.length);
	for (size_t i = 0; i < record->genio.length; i++)
		text_format(lines, "%02x", record->genio.data[i]);
	text_char(lines, '\n');
}

static void put_signal(struct text *lines, const struct record *record)
{
	text_format(lines, "SIGNAL %s %" PRIx64 " %d %" PRIx64 "\n",
		    sysdesc_signal_name(record->psig.signo),
		    record->psig.action, record->psig.code, record->psig.mask);
}

static void put_strings(struct text *lines, const char *what,
			const struct record *record)
{
	const char *data = (const char *)record->raw.data;

	text_put(lines, what);
	for (size_t i = 0; i < record->raw.length; i += strlen(data + i) + 1)
		text_format(lines, " %s", data + i);
	text_char(lines, '\n');
}

static void put_path(struct text *lines, const struct trace_item *item)
{
	const char *how = trace_text(item, "how");
	const char *path = trace_text(item, "path");
	int64_t number = -1;

	trace_number(item, "arg", &number);
	text_format(lines, "PATH %s %" PRId64, how ? how : "-", number);
	if (path)
		text_format(lines, " %s", path);
	if (trace_number(item, "errno", &number))
		text_format(lines, " %s", sysdesc_errno_name((int)number));
	if (trace_number(item, "deleted", &number))
		text_put(lines, " deleted");
	text_char(lines, '\n');
}

/* One of Linux's. */
static void put_linux(struct text *lines, const struct trace_item *item)
{
	const struct data_style style = { .width = 80, .plain = true };
	struct text all = TEXT_INIT;

	structure_put(&all, &item->record, item->abi, &style);
	text_format(lines, "STRU %s\n", text_string(&all) + strlen("struct "));
	text_done(&all);
}

static void put_structure(struct text *lines, const struct trace_item *item)
{
	const char *name = item->record.structure.name;
	const char *abi = trace_text(item, "abi");
	int64_t number = 0;

	if (!strcmp(name, KTR_STRUCT_PATH)) {
		put_path(lines, item);
	} else if (!strcmp(name, KTR_STRUCT_ABI)) {
		text_format(lines, "ABI %s\n", abi ? abi : "-");
	} else if (!strcmp(name, KTR_STRUCT_SYSCALL_NUMBER)) {
		trace_number(item, "number", &number);
		text_format(lines, "NUMBER %" PRId64 "\n", number);
	} else if (structure_is_ours(&item->record)) {
		trace_describe(item, lines);
		text_char(lines, '\n');
	} else {
		put_linux(lines, item);
	}
}

static void put_item(struct text *lines, const struct trace_item *item)
{
	const struct record *record = &item->record;

	switch (record->kind) {
	case KTR_SYSCALL:
		put_call(lines, item);
		break;
	case KTR_SYSRET:
		put_return(lines, item);
		break;
	case KTR_NAMEI:
		text_format(lines, "NAME %.*s\n", (int)record->raw.length,
			    (const char *)record->raw.data);
		break;
	case KTR_GENIO:
		put_data(lines, record);
		break;
	case KTR_PSIG:
		put_signal(lines, record);
		break;
	case KTR_ARGS:
		put_strings(lines, "ARGS", record);
		break;
	case KTR_ENVS:
		put_strings(lines, "ENVS", record);
		break;
	case KTR_SYSCTL:
		put_strings(lines, "SCTL", record);
		break;
	case KTR_STRUCT:
	case KTR_STRUCT_ARRAY:
		put_structure(lines, item);
		break;
	default:
		trace_describe(item, lines);
		text_char(lines, '\n');
		break;
	}
}

static const struct trace_item *find_mark(const struct trace *trace, pid_t tid,
					  int mark)
{
	struct trace_match match = { .tid = tid,
				     .kind = KTR_SYSCALL,
				     .call = "close" };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)))
		if ((int)record_arg(&item->record, 0) == mark)
			return item;
	return NULL;
}

bool said_of_trace(struct text *lines, const struct trace *trace, pid_t tid)
{
	const struct trace_item *begin = find_mark(trace, tid, MARK_BEGIN);
	const struct trace_item *end = find_mark(trace, tid, MARK_END);
	const char *comm;

	if (!begin || !end || !trace_return(trace, begin))
		return false;
	comm = begin->record.comm;
	begin = trace_return(trace, begin);
	while ((begin = trace_find(trace, begin,
				   (struct trace_match){ .tid = tid })) &&
	       begin != end) {
		if (strcmp(begin->record.comm, comm))
			text_format(lines, "COMM %s\n", begin->record.comm);
		comm = begin->record.comm;
		put_item(lines, begin);
	}
	return begin == end;
}

static bool has_word(const char *line, const char *const *words)
{
	for (; *words; words++)
		if (!strncmp(line, *words, strlen(*words)))
			return true;
	return false;
}

static size_t line_length(const char *line)
{
	size_t length = strcspn(line, "\n");

	return length + (line[length] == '\n');
}

void said_only(struct text *lines, const char *all, const char *const *words)
{
	for (; *all; all += line_length(all))
		if (has_word(all, words))
			text_bytes(lines, all, line_length(all));
}

/* The line in a text, or its end. */
static const char *find_line(const char *text, const char *line)
{
	size_t length = line_length(line);

	while (*text &&
	       (line_length(text) != length || memcmp(text, line, length)))
		text += line_length(text);
	return text;
}

void said_without_marks(struct text *lines, const struct trace *trace,
			pid_t tid, const char *const *words, struct text *said)
{
	struct trace_match match = { .tid = tid };
	const struct trace_item *item = NULL;
	const char *at, *wanted;
	struct text all = TEXT_INIT;
	struct text some = TEXT_INIT;

	while ((item = trace_find(trace, item, match)))
		put_item(&all, item);
	said_only(&some, text_string(&all), words);
	wanted = text_string(said);
	at = find_line(text_string(&some), wanted);
	for (; *at && *wanted; wanted += line_length(wanted)) {
		text_bytes(lines, at, line_length(at));
		at += line_length(at);
	}
	text_done(&all);
	text_done(&some);
}
