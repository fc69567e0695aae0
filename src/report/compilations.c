/*
 * Words of programs that are executed -> what they compile. The directory comes
 * from the `process` record in front of the words.
 */
#include "report/compilations.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "base/text.h"
#include "show/json_value.h"
#include "trace/fields.h"
#include "trace/record.h"

/* Words are repeated for each source: of one command no more than this. */
#define OUTPUT_MAX ((size_t)16 << 20)

/* A process that has executed something, whose words come next. */
struct starting {
	int32_t pid;
	char *directory;
	UT_hash_handle hh;
};

struct compilations {
	struct text *out;
	struct starting *starting; /* a table */
	bool has_any;
};

/* The words of one. */
struct command {
	const char *directory;
	const char **words; /* into the record; each ends in NUL */
	size_t count;
};

static int open_compilations(void **ret, const struct report_context *context)
{
	struct compilations *compilations = calloc(1, sizeof(*compilations));

	if (!compilations)
		return -ENOMEM;
	compilations->out = context->out;
	*ret = compilations;
	return 0;
}

static void free_starting(struct starting *starting)
{
	free(starting->directory);
	free(starting);
}

static void close_compilations(void *report)
{
	struct compilations *compilations = report;
	struct starting *starting, *next;

	if (!compilations)
		return;
	starting = compilations->starting;
	HASH_CLEAR(hh, compilations->starting);
	for (; starting; starting = next) {
		next = starting->hh.next;
		free_starting(starting);
	}
	free(compilations);
}

/* ---- words ---- */

/* Without a version behind it: gcc-12, clang-15.0. */
static size_t length_without_version(const char *name)
{
	const char *dash = strrchr(name, '-');

	if (!dash || !dash[1] || dash[1 + strspn(dash + 1, "0123456789.")])
		return strlen(name);
	return (size_t)(dash - name);
}

/* Perhaps with what is put in front of it for a machine. */
static bool is_compiler(const char *word)
{
	static const char *const names[] = {
		"cc",  "gcc", "g++",   "c++",      "clang", "clang++",
		"c89", "c99", "tcc",   "icx",      "icpx",  "nvcc",
		"f77", "f95", "flang", "gfortran", "gdc",   "ldc2",
	};
	const char *slash = strrchr(word, '/');
	const char *name = slash ? slash + 1 : word;
	size_t length = length_without_version(name);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t tail = strlen(names[i]);

		if (tail > length ||
		    memcmp(name + length - tail, names[i], tail) != 0)
			continue;
		if (tail == length || name[length - tail - 1] == '-')
			return true;
	}
	return false;
}

static bool is_source(const char *word)
{
	static const char *const suffixes[] = {
		".c",   ".cc",  ".cp",  ".cpp",  ".cxx", ".c++", ".C",
		".CC",  ".CPP", ".m",   ".mm",   ".M",   ".s",   ".S",
		".sx",  ".asm", ".cu",  ".f",    ".F",   ".f90", ".F90",
		".f95", ".d",   ".ixx", ".cppm",
	};
	const char *dot = strrchr(word, '.');

	for (size_t i = 0; dot && word[0] != '-' && i < ARRAY_LEN(suffixes);
	     i++)
		if (!strcmp(dot, suffixes[i]))
			return true;
	return false;
}

/* Options whose argument is the word behind them. */
static bool takes_word(const char *word)
{
	static const char *const options[] = {
		"-o",
		"-I",
		"-D",
		"-U",
		"-L",
		"-x",
		"-T",
		"-u",
		"-z",
		"-e",
		"-MF",
		"-MT",
		"-MQ",
		"-include",
		"-imacros",
		"-isystem",
		"-iquote",
		"-idirafter",
		"-isysroot",
		"-arch",
		"-Xlinker",
		"-Xassembler",
		"-Xpreprocessor",
		"-Xclang",
		"-target",
		"--param",
		"-iprefix",
		"-aux-info",
		"-B",
		"-wrapper",
		"-dumpbase",
		"-dumpdir",
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (!strcmp(word, options[i]))
			return true;
	return false;
}

static bool has_word(const struct command *command, const char *word)
{
	for (size_t i = 1; i < command->count; i++)
		if (!strcmp(command->words[i], word))
			return true;
	return false;
}

/* Behind -o; NULL: there is none. */
static const char *output_of(const struct command *command)
{
	for (size_t i = 1; i < command->count; i++) {
		if (!strcmp(command->words[i], "-o") && i + 1 < command->count)
			return command->words[i + 1];
		if (!strncmp(command->words[i], "-o", 2) &&
		    command->words[i][2])
			return command->words[i] + 2;
	}
	return NULL;
}

/* What only looks at a source, or is a part of a compiler that it starts. */
static bool compiles(const struct command *command)
{
	return command->count > 1 && is_compiler(command->words[0]) &&
	       strcmp(command->words[1], "-cc1") != 0 &&
	       strcmp(command->words[1], "-cc1as") != 0 &&
	       !has_word(command, "-E") && !has_word(command, "-M") &&
	       !has_word(command, "-MM");
}

/* ---- telling ---- */

static void put_bytes(struct text *text, const char *name, const char *value)
{
	json_value_open(text, name);
	json_value_put_bytes(text, value, strlen(value));
}

static void put_one(struct compilations *compilations,
		    const struct command *command, const char *source)
{
	struct text *text = compilations->out;
	const char *output = output_of(command);

	text_put(text, compilations->has_any ? ",\n{" : "[\n{");
	compilations->has_any = true;
	put_bytes(text, "directory", command->directory);
	json_value_open(text, "arguments");
	text_char(text, '[');
	for (size_t i = 0; i < command->count; i++) {
		json_value_next(text);
		json_value_put_bytes(text, command->words[i],
				     strlen(command->words[i]));
	}
	text_char(text, ']');
	put_bytes(text, "file", source);
	if (output)
		put_bytes(text, "output", output);
	text_char(text, '}');
}

static void put_command(struct compilations *compilations,
			const struct command *command)
{
	size_t limit = compilations->out->length + OUTPUT_MAX;

	if (!compiles(command))
		return;
	for (size_t i = 1;
	     i < command->count && compilations->out->length < limit; i++)
		if (takes_word(command->words[i]))
			i++;
		else if (is_source(command->words[i]))
			put_one(compilations, command, command->words[i]);
}

/* ---- taking ---- */

static struct starting *find(const struct compilations *compilations,
			     int32_t pid)
{
	struct starting *starting;

	HASH_FIND(hh, compilations->starting, &pid, sizeof(pid), starting);
	return starting;
}

static void forget(struct compilations *compilations, int32_t pid)
{
	struct starting *starting = find(compilations, pid);

	if (!starting)
		return;
	HASH_DEL(compilations->starting, starting);
	free_starting(starting);
}

static void make_room(struct compilations *compilations)
{
	if (HASH_COUNT(compilations->starting) >= COMPILATIONS_PROCESSES_MAX)
		forget(compilations, compilations->starting->pid);
}

static int add_process(struct compilations *compilations,
		       const struct record *record)
{
	struct starting *starting;
	struct field cwd;

	forget(compilations, record->pid);
	if (!fields_find(record->structure.data, record->structure.length,
			 "cwd", &cwd) ||
	    cwd.length > PATH_MAX)
		return 0;
	make_room(compilations);
	starting = calloc(1, sizeof(*starting));
	if (!starting)
		return -ENOMEM;
	starting->pid = record->pid;
	starting->directory = strndup(cwd.data, cwd.length);
	if (starting->directory)
		HASH_ADD(hh, compilations->starting, pid, sizeof(starting->pid),
			 starting);
	if (starting->directory && starting->hh.tbl)
		return 0;
	free_starting(starting);
	return -ENOMEM;
}

static size_t count_words(const char *data, size_t length)
{
	size_t count = 1;

	for (size_t i = 0; i < length; i++)
		count += data[i] == '\0';
	return count;
}

/* Copies the words of a record, of which the last may have no NUL. */
static void fill_words(struct command *command, char *data,
		       const struct record *record)
{
	size_t length = record->raw.length;

	memcpy(data, record->raw.data, length);
	data[length] = '\0';
	for (size_t at = 0; at < length; at += strlen(data + at) + 1)
		command->words[command->count++] = data + at;
}

static int add_words(struct compilations *compilations,
		     const struct starting *starting,
		     const struct record *record)
{
	struct command command = { .directory = starting->directory };
	char *data = malloc(record->raw.length + 1);
	int r = -ENOMEM;

	command.words = calloc(
	    count_words((const char *)record->raw.data, record->raw.length),
	    sizeof(*command.words));
	if (data && command.words) {
		fill_words(&command, data, record);
		put_command(compilations, &command);
		r = 0;
	}
	free(command.words);
	free(data);
	return r;
}

static int add(void *report, const struct record *record)
{
	struct compilations *compilations = report;
	const struct starting *starting;
	int r = 0;

	switch (record->kind) {
	case KTR_STRUCT:
		return record_is_struct(record, KTR_STRUCT_PROCESS)
			   ? add_process(compilations, record)
			   : 0;
	case KTR_ARGS:
		starting = find(compilations, record->pid);
		if (starting)
			r = add_words(compilations, starting, record);
		forget(compilations, record->pid);
		return r;
	case KTR_SYSCALL:
	case KTR_PROCDTOR:
		forget(compilations, record->pid);
		return 0;
	default:
		return 0;
	}
}

static void put_compilations(void *report, struct text *text)
{
	const struct compilations *compilations = report;

	text_put(text, compilations->has_any ? "\n]\n" : "[]\n");
}

const struct report_kind compilations_report = {
	.is_document = true,
	.is_of_all = true,
	.add = add,
	.open = open_compilations,
	.close = close_compilations,
	.put = put_compilations,
};
