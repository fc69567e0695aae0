/*
 * Lines of kdump-u -j against strace -f -y -v: real programs, run by both with
 * the same addresses; each call with its arguments, names of descriptors and
 * result must say the same. What the two put differently is brought into one
 * form below, argument by argument, by what the table of calls says it is:
 *
 *	- a descriptor of a file is named as it was opened here, and as the
 *	  kernel shows it there: both are resolved;
 *	- the working directory stands here where a path is relative to it;
 *	- a path that leads elsewhere says so here;
 *	- members of structures are compared where both have them, under names
 *	  that both use, and not what another run has anew: inodes, times;
 *	- what the kernel does not look at is left out there, at the end;
 *	- directory entries are bytes here, and clone's arguments in their
 *	  order;
 *	- when a handler of a signal returned is compared nowhere;
 *	- the return of a newborn is a line here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include <cmocka.h>

#include <ctype.h>
#include <sys/personality.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/command.h"
#include "support/run.h"
#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

#define ARGUMENTS_MAX 6
#define ARGUMENT_MAX  4096
#define PROCESSES_MAX 8
#define STRING_SHOWN  32
#define FLAGS_MAX     32

/* Where they run: a directory of this making. */
#define SETUP                                                                  \
	"rm -rf work; mkdir work; cd work; seq 300 > numbers; "                \
	"ln -s numbers link; mkdir -p deep/er; echo a > deep/er/file; "        \
	"touch -d @1000000000 numbers deep deep/er deep/er/file .; "           \
	"gzip -nk numbers; echo 'int main(void) { return 0; }' > a.c"

struct program {
	const char *name;
	const char *argv[8];
};

/* clang-format off */
static const struct program programs[] = {
	{ "true", { "/bin/true" } },
	{ "echo", { "/bin/echo", "hello", "world" } },
	{ "ls", { "/bin/ls", "-l", "--time-style=+", ".", "deep", "none" } },
	{ "cat", { "/bin/cat", "numbers", "deep/er/file", "link", "none" } },
	{ "sed", { "/bin/sed", "-n", "s/1/2/p", "numbers" } },
	{ "awk", { "/usr/bin/awk", "{ s += $1 } END { print s }", "numbers" } },
	{ "grep", { "/bin/grep", "-rn", "1", "." } },
	{ "sort", { "/usr/bin/sort", "--parallel=1", "-r", "numbers" } },
	{ "head", { "/usr/bin/head", "-n", "3", "numbers" } },
	{ "tail", { "/usr/bin/tail", "-n", "3", "numbers" } },
	{ "wc", { "/usr/bin/wc", "numbers", "link" } },
	{ "cut", { "/usr/bin/cut", "-c", "1", "numbers" } },
	{ "uniq", { "/usr/bin/uniq", "-c", "numbers" } },
	{ "od", { "/usr/bin/od", "-c", "deep/er/file" } },
	{ "md5sum", { "/usr/bin/md5sum", "numbers", "none" } },
	{ "cmp", { "/usr/bin/cmp", "numbers", "link" } },
	{ "diff", { "/usr/bin/diff", "numbers", "deep/er/file" } },
	{ "readlink", { "/bin/readlink", "-f", "link" } },
	{ "stat", { "/usr/bin/stat", "-c", "%s %n", "link", "numbers" } },
	{ "pwd", { "/bin/pwd", "-P" } },
	{ "mkdir", { "/bin/mkdir", "-p", "new/er/est" } },
	{ "cp", { "/bin/cp", "-r", "deep", "copy" } },
	{ "mv", { "/bin/mv", "numbers", "deep/moved" } },
	{ "ln", { "/bin/ln", "-s", "../link", "deep/other" } },
	{ "chmod", { "/bin/chmod", "600", "numbers", "none" } },
	{ "rm", { "/bin/rm", "-r", "deep", "link" } },
	{ "touch", { "/bin/touch", "-d", "@5", "numbers", "new/none" } },
	{ "dd", { "/bin/dd", "if=numbers", "of=copy", "bs=64", "count=3",
		  "status=none" } },
	{ "truncate", { "/usr/bin/truncate", "-s", "10", "numbers" } },
	{ "tar", { "/bin/tar", "-cf", "all.tar", "deep", "link" } },
	{ "zcat", { "/bin/gzip", "-dc", "numbers.gz" } },
	{ "find", { "/usr/bin/find", ".", "-name", "f*" } },
	{ "env", { "/usr/bin/env", "-i", "/bin/true" } },
	{ "id", { "/usr/bin/id", "-u" } },
	{ "expr", { "/usr/bin/expr", "3", "+", "4" } },
	{ "redirections", { "/bin/sh", "-c",
			    "cat numbers >out; head -n 2 <out" } },
	{ "descriptors", { "/bin/sh", "-c",
			   "exec 5<numbers 6>&1; read x <&5; echo $x >&6; "
			   "cd deep; cat er/file" } },
	{ "gcc -E", { "/usr/bin/gcc", "-E", "-o", "a.i", "a.c" } },
};
/* clang-format on */

/* ---- lines of both, in one form ---- */

struct call {
	const struct sysdesc_row *row;
	unsigned count;
	char args[ARGUMENTS_MAX][ARGUMENT_MAX];
	char result[ARGUMENT_MAX];
	const char *line; /* as it stands there */
	size_t length;
};

static const struct sysdesc_row *find_row(const char *name, size_t length)
{
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (strlen(row->name) == length &&
		    !memcmp(row->name, name, length) &&
		    sysdesc_number(sysdesc_abi_native(), row) >= 0)
			return row;
	}
	return NULL;
}

/* Behind an argument: what stands in brackets or quotes belongs to it. */
static const char *argument_end(const char *at)
{
	int depth = 0;

	for (; *at && *at != '\n'; at++) {
		if (*at == '"') {
			for (at++; *at && *at != '"'; at++)
				at += *at == '\\' && at[1];
			continue;
		}
		if (depth == 0 && (*at == ',' || *at == ')'))
			break;
		depth += strchr("([{", *at) != NULL;
		depth -= strchr(")]}", *at) != NULL;
	}
	return at;
}

static void copy(char *to, const char *from, size_t length)
{
	snprintf(to, ARGUMENT_MAX, "%.*s", (int)length, from);
}

/* "name(argument, argument) = result". False: the line is no call. */
static bool read_call(struct call *ret, const char *at)
{
	size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz_0123456789");

	memset(ret, 0, sizeof(*ret));
	ret->line = at;
	ret->length = strcspn(at, "\n");
	if (at[length] != '(')
		return false;
	ret->row = find_row(at, length);
	if (!ret->row)
		fail_msg("no such call: %.*s", (int)length, at);
	for (at += length + 1; *at && *at != ')';) {
		const char *end = argument_end(at);

		if (ret->count < ARGUMENTS_MAX)
			copy(ret->args[ret->count++], at, (size_t)(end - at));
		at = end + (*end == ',');
		at += strspn(at, " ");
	}
	at += *at == ')';
	at += strspn(at, " ");
	if (strncmp(at, "= ", 2) != 0)
		fail_msg("no result: %.*s", (int)ret->length, ret->line);
	copy(ret->result, at + 2, strcspn(at + 2, "\n"));
	return true;
}

/* ---- one process's calls ---- */

struct process {
	long pid;
	const char *lines[4096]; /* behind the pid and so on */
	unsigned count;
};

struct output {
	struct text text;
	struct process processes[PROCESSES_MAX];
	unsigned count;
};

static struct process *process_of(struct output *output, long pid)
{
	for (unsigned i = 0; i < output->count; i++)
		if (output->processes[i].pid == pid)
			return &output->processes[i];
	assert_true(output->count < PROCESSES_MAX);
	output->processes[output->count].pid = pid;
	return &output->processes[output->count++];
}

static void add_line(struct output *output, long pid, const char *line)
{
	struct process *process = process_of(output, pid);

	assert_true(process->count < ARRAY_LEN(process->lines));
	process->lines[process->count++] = line;
}

/* What begins with a small letter or a _ is a call; a call that others cut in
 * two is put together by -o of strace, one file for each process. Whether a
 * child ends before it is waited for or behind is left to chance, and with it
 * when its signal has been handled. */
static void split(struct output *output, bool is_ours)
{
	const char *at = text_string(&output->text);

	for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		char *rest;
		long pid = strtol(at, &rest, 10);

		rest += strspn(rest, " ");
		if (is_ours) {
			rest += strcspn(rest, " ");
			rest += strspn(rest, " ");
		}
		if ((islower((unsigned char)*rest) || *rest == '_') &&
		    strncmp(rest, "rt_sigreturn(", 13) != 0 &&
		    strncmp(rest + strcspn(rest, " (\n"), " resumed", 8) != 0)
			add_line(output, pid, rest);
	}
}

/* ---- arguments in one form ---- */

/* Bytes of a quoted string, as hexadecimal, those that both show; returns what
 * is behind it. */
static const char *put_string(struct text *text, const char *at)
{
	unsigned shown = 0;

	static const char plain[] = "n\nt\tr\ra\ab\bf\fv\v\\\\\"\"";

	text_char(text, '"');
	for (at++; *at && *at != '"'; at++) {
		unsigned byte = (unsigned char)*at;

		if (*at == '\\' && at[1] >= '0' && at[1] <= '7') {
			byte = 0;
			for (unsigned i = 0;
			     i < 3 && at[1] >= '0' && at[1] <= '7'; i++)
				byte = byte * 8 + (unsigned)(*++at - '0');
		} else if (*at == '\\' && at[1] == 'x') {
			sscanf(at + 2, "%2x", &byte);
			at += 3;
		} else if (*at == '\\') {
			const char *found = strchr(plain, *++at);

			byte = found ? (unsigned char)found[1]
				     : (unsigned char)*at;
		}
		if (shown++ < STRING_SHOWN)
			text_format(text, "%02x", byte);
	}
	text_char(text, '"');
	return at + (*at == '"');
}

/* All strings of it, whatever else there is. */
static void put_strings(struct text *text, const char *at)
{
	while ((at = strchr(at, '"')))
		at = put_string(text, at);
}

/* "/lib/x.so" -> where that is; "pipe:[12]" -> "pipe". */
static void put_name(struct text *text, const char *name, size_t length)
{
	char *copied = strndup(name, length);
	char *real, *end;

	assert_non_null(copied);
	/* What strace says of a device, and of what has no name any more. */
	end = strstr(copied, "<char ") ?: strstr(copied, "<block ");
	if (end)
		*end = '\0';
	end = strstr(copied, " (deleted)");
	if (end)
		*end = '\0';
	end = strstr(copied, ":[");
	if (end)
		*end = '\0';
	real = realpath(copied, NULL);
	if (!strncmp(copied, "/proc/", 6))
		text_format(text, "/proc/*%s", strrchr(copied, '/'));
	else
		text_put(text, real ? real : copied);
	free(real);
	free(copied);
}

/* "3</src/a.c>", "AT_FDCWD</src>" */
static void put_descriptor(struct text *text, const char *at)
{
	size_t length = strcspn(at, "<");
	const char *end = strrchr(at, '>');

	text_bytes(text, at, length);
	if (!strncmp(at, "AT_FDCWD", 8) || at[length] != '<' || !end)
		return;
	text_char(text, '<');
	put_name(text, at + length + 1, (size_t)(end - at) - length - 1);
	text_char(text, '>');
}

/* 0x10, 16, 8192*1024, NULL */
static void put_number(struct text *text, const char *at)
{
	char *rest;
	unsigned long long number;

	if (!strcmp(at, "NULL"))
		at = "0";
	number = strtoull(at, &rest, 0);
	while (*rest == '*')
		number *= strtoull(rest + 1, &rest, 0);
	if (*rest || rest == at)
		text_put(text, at);
	else
		text_format(text, "%lld", (long long)number);
}

static int compare_words(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* In order of the alphabet; strace names what is meant by no bit, too, and two
 * where a command is two. */
static void put_words(struct text *text, const char *at)
{
	char *copied = strdup(at), *save = NULL;
	char *words[FLAGS_MAX] = { NULL };
	size_t count = 0;

	assert_non_null(copied);
	for (char *word = strtok_r(copied, "|", &save); word;
	     word = strtok_r(NULL, "|", &save)) {
		assert_true(count < FLAGS_MAX);
		if (!strncmp(word, "BTRFS_IOC_CLONE or ", 19))
			word += 19;
		if (strcmp(word, "AT_STATX_SYNC_AS_STAT") != 0)
			words[count++] = word;
	}
	qsort(words, count, sizeof(*words), compare_words);
	for (size_t i = 0; i < count; i++)
		text_format(text, "%s|", words[i]);
	free(copied);
}

static void put_flags(struct text *text, const char *at)
{
	size_t label = strspn(at, "abcdefghijklmnopqrstuvwxyz_");

	if (label && at[label] == '=')
		at += label + 1;
	if (isdigit((unsigned char)*at) && !strchr(at, '|'))
		put_number(text, at);
	else
		put_words(text, at);
}

/* Members that another run has anew, or that the two name differently. */
static bool is_stable(const char *name, size_t length)
{
	static const char *const names[] = {
		"st_size",  "st_uid",   "st_gid",  "st_nlink",  "st_mode",
		"stx_size", "stx_mode", "stx_uid", "rlim_cur",  "rlim_max",
		"sa_flags", "sa_mask",  "f_bsize", "f_namelen", "events",
		"fd",       "sysname",  "machine", "c_iflag",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == length &&
		    !memcmp(names[i], name, length))
			return true;
	return false;
}

/* "[INT RT_1]", "~[KILL]", "0": strace counts from the kernel's first signal
 * without a name, the C library keeps two of those to itself. */
static bool put_mask(struct text *text, const char *at)
{
	int number;

	if (*at != '[' && *at != '~' && strcmp(at, "0") != 0)
		return false;
	if (*at == '0')
		at = "[]";
	while (*at && *at != '}') {
		size_t length = strcspn(at, "[] ~}");

		if (!length) {
			text_char(text, *at++);
			if (at[-1] == ']')
				break;
			continue;
		}
		number = 32;
		if (!strncmp(at, "RTMIN+", 6))
			number = 34 + atoi(at + 6);
		else if (!strncmp(at, "RT_", 3))
			number += atoi(at + 3);
		else if (isdigit((unsigned char)*at))
			number = atoi(at);
		else if (strncmp(at, "RTMIN", length) != 0)
			number = 0;
		if (number)
			text_decimal(text, number);
		else
			text_bytes(text, at, length);
		at += length;
	}
	return true;
}

/* "RLIM64_INFINITY" */
static void put_member_value(struct text *text, const char *at, size_t length)
{
	char value[256];

	snprintf(value, sizeof(value), "%.*s", (int)length, at);
	if (put_mask(text, value))
		return;
	if (!strncmp(value, "RLIM64_", 7))
		memmove(value + 4, value + 6, strlen(value + 6) + 1);
	put_flags(text, value);
}

static const char *member_end(const char *at)
{
	while (*at && !strchr(",}", *at))
		at++;
	return at;
}

static void put_member(struct text *text, const char *arg, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = arg; (at = strstr(at, name)); at++)
		if ((at == arg || !isalnum((unsigned char)at[-1])) &&
		    at[-1] != '_' && at[length] == '=') {
			const char *end = member_end(at + length);

			while (end > at && end[-1] == ' ')
				end--;
			text_format(text, "%s=", name);
			put_member_value(text, at + length + 1,
					 (size_t)(end - at) - length - 1);
			text_char(text, ' ');
			return;
		}
}

/* What both say of a structure. */
static void put_structures(struct text *ours, struct text *theirs,
			   const char *our_arg, const char *their_arg,
			   bool is_mask)
{
	const char *at = our_arg;

	/* A mask is none of these, and has no members. */
	if (is_mask && put_mask(theirs, their_arg)) {
		put_mask(ours, our_arg + strspn(our_arg, "{ "));
		return;
	}
	if (*our_arg != '{' || *their_arg != '{')
		return;
	for (; *at; at++) {
		size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
		char name[64];

		if (!length || at[length] != '=' || !is_stable(at, length) ||
		    length >= sizeof(name)) {
			at += length ? length - 1 : 0;
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)length, at);
		at += length;
		if (!strstr(their_arg, name))
			continue;
		put_member(ours, our_arg, name);
		put_member(theirs, their_arg, name);
	}
}

/* The type of a file has a name, but for strace not in each call. */
static void put_mode(struct text *text, const char *arg)
{
	static const struct {
		const char *name;
		mode_t type;
	} types[] = { { "S_IFDIR|", S_IFDIR }, { "S_IFREG|", S_IFREG },
		      { "S_IFIFO|", S_IFIFO }, { "S_IFCHR|", S_IFCHR },
		      { "S_IFBLK|", S_IFBLK }, { "S_IFSOCK|", S_IFSOCK } };
	mode_t mode = 0;

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (!strncmp(arg, types[i].name, strlen(types[i].name))) {
			mode = types[i].type;
			arg += strlen(types[i].name);
		}
	mode |= (mode_t)strtoul(arg, NULL, 0);
	text_format(text, "%#o", mode);
}

static void put_simple(struct text *text, enum sysdesc_kind kind,
		       const char *arg)
{
	switch (kind) {
	case KIND_FD:
	case KIND_DIRFD:
		put_descriptor(text, arg);
		break;
	case KIND_PATH:
	case KIND_BYTES:
	case KIND_XATTR:
		if (*arg == '"')
			put_string(text, arg);
		break;
	case KIND_ARGV:
		put_strings(text, arg);
		break;
	case KIND_INT:
	case KIND_UINT:
	case KIND_LONG:
	case KIND_ULONG:
	case KIND_SIZE:
	case KIND_OFFSET:
	case KIND_UID:
	case KIND_GID:
		put_number(text, arg);
		break;
	case KIND_MODE:
		put_mode(text, arg);
		break;
	case KIND_FLAGS:
	case KIND_ENUM:
	case KIND_CMD:
	case KIND_SIGNAL:
	case KIND_CLOCK:
		put_flags(text, arg);
		break;
	default:
		/* An address, a process: of this run alone. */
		break;
	}
}

/* ---- comparing ---- */

/* Random bytes come from no descriptor, and never twice. */
static bool is_comparable(const struct call *ours, const struct call *theirs,
			  unsigned index)
{
	const struct sysdesc_row *row = ours->row;

	if (row->effect == EFFECT_SPAWN)
		return false;
	if (row->arg[index].kind != KIND_BYTES)
		return true;
	if (*theirs->args[index] == '[')
		return false;
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_FD)
			return true;
	return false;
}

static void compare_argument(const struct call *ours, const struct call *theirs,
			     unsigned index)
{
	enum sysdesc_kind kind = (enum sysdesc_kind)ours->row->arg[index].kind;
	struct text our_text = TEXT_INIT, their_text = TEXT_INIT;

	if (kind == KIND_BLOB) {
		put_structures(&our_text, &their_text, ours->args[index],
			       theirs->args[index],
			       ours->row->arg[index].set == BLOB_SIGSET);
	} else {
		put_simple(&our_text, kind, ours->args[index]);
		put_simple(&their_text, kind, theirs->args[index]);
	}
	if (strcmp(text_string(&our_text), text_string(&their_text)) != 0)
		fail_msg("argument %u: %s, not %s\nours:   %.*s\nstrace: %.*s",
			 index, text_string(&our_text),
			 text_string(&their_text), (int)ours->length,
			 ours->line, (int)theirs->length, theirs->line);
	text_done(&our_text);
	text_done(&their_text);
}

static void put_result(struct text *text, const struct call *call)
{
	char result[ARGUMENT_MAX];
	char *took;

	copy(result, call->result, strlen(call->result));
	took = strrchr(result, '<');
	if (took && isdigit((unsigned char)took[1]))
		*took = '\0';
	for (size_t end = strlen(result); end > 0 && result[end - 1] == ' ';)
		result[--end] = '\0';
	if (*result == '?')
		text_put(text, "?");
	else if (*result == '-')
		text_put(text, result);
	else if (call->row->result == RESULT_FD)
		put_descriptor(text, result);
	else if (call->row->result == RESULT_ZERO ||
		 call->row->result == RESULT_COUNT)
		text_bytes(text, result, strcspn(result, " ("));
}

static void compare_result(const struct call *ours, const struct call *theirs)
{
	struct text our_text = TEXT_INIT, their_text = TEXT_INIT;

	put_result(&our_text, ours);
	put_result(&their_text, theirs);
	if (strcmp(text_string(&our_text), text_string(&their_text)) != 0)
		fail_msg("%s, not %s\nours:   %.*s\nstrace: %.*s",
			 text_string(&our_text), text_string(&their_text),
			 (int)ours->length, ours->line, (int)theirs->length,
			 theirs->line);
	text_done(&our_text);
	text_done(&their_text);
}

static void compare_call(const char *our_line, const char *their_line)
{
	static struct call ours, theirs;

	assert_true(read_call(&ours, our_line));
	assert_true(read_call(&theirs, their_line));
	if (ours.row != theirs.row)
		fail_msg("ours:   %.*s\nstrace: %.*s", (int)ours.length,
			 our_line, (int)theirs.length, their_line);
	for (unsigned i = 0; i < ours.count && i < theirs.count; i++)
		if (is_comparable(&ours, &theirs, i))
			compare_argument(&ours, &theirs, i);
	compare_result(&ours, &theirs);
}

static void compare(const struct output *ours, const struct output *theirs)
{
	assert_int_equal(ours->count, theirs->count);
	for (unsigned i = 0; i < ours->count; i++) {
		const struct process *our_process = &ours->processes[i];
		const struct process *their_process = &theirs->processes[i];

		for (unsigned n = 0;
		     n < our_process->count && n < their_process->count; n++)
			compare_call(our_process->lines[n],
				     their_process->lines[n]);
		assert_int_equal(our_process->count, their_process->count);
	}
}

/* ---- running ---- */

static void fix_addresses(void *context)
{
	(void)context;
	personality(ADDR_NO_RANDOMIZE);
}

static void run_it(const struct run_place *place, struct run_spec *spec)
{
	static const char *const setup_argv[] = { "sh", "-ec", SETUP, NULL };
	struct run_spec setup = { .argv = setup_argv };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &setup), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	spec->directory = "work";
	spec->prepare = fix_addresses;
	assert_int_equal(run_program(&result, place, spec), 0);
	assert_false(result.timed_out);
	run_result_done(&result);
}

/* One file for each process, so that no call is cut in two; in the order of
 * their ids, which is that of their births. */
static void ask_strace(const struct run_place *place,
		       const struct program *program, struct output *ret)
{
	const char *argv[16] = { "strace", "-ff", "-y",
				 "-v",     "-o",  "../strace.out" };
	static const char *const merge_argv[] = {
		"sh", "-ec",
		"for f in $(ls strace.out.* | sort -t . -k 3n); do "
		"sed \"s/^/${f##*.} /\" $f; done",
		NULL
	};
	struct run_spec spec = { .argv = argv }, merge = { .argv = merge_argv };
	struct run_result result;
	size_t count = 6;

	for (size_t i = 0; program->argv[i]; i++)
		argv[count++] = program->argv[i];
	run_it(place, &spec);
	assert_int_equal(run_program(&result, place, &merge), 0);
	assert_true(run_exited(&result, 0));
	ret->text = result.out;
	text_done(&result.err);
	split(ret, false);
}

static void ask_ourselves(const struct run_place *place,
			  const struct program *program, struct output *ret)
{
	static const char *const options[] = { "-i", "-f", "../ktrace.out",
					       NULL };
	struct run_spec spec = { .argv = program->argv, .trace = options };
	const char *argv[] = { KDUMP_U, "-j", NULL, NULL };
	struct command_result result;
	char path[PATH_MAX];

	run_it(place, &spec);
	argv[2] = run_place_file(place, "ktrace.out", path);
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_int_equal(result.status, 0);
	ret->text = result.out;
	text_done(&result.err);
	split(ret, true);
}

static void test_program(void **state)
{
	const struct program *program = *state;
	static struct output ours, theirs;
	struct run_place place;

	memset(&ours, 0, sizeof(ours));
	memset(&theirs, 0, sizeof(theirs));
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	if (!run_has(&place, "strace") ||
	    !run_has(&place, strrchr(program->argv[0], '/') + 1)) {
		printf("skipped: strace or %s is not there\n",
		       program->argv[0]);
		run_place_close(&place);
		skip();
	}
	ask_strace(&place, program, &theirs);
	ask_ourselves(&place, program, &ours);
	compare(&ours, &theirs);
	run_place_close(&place);
	text_done(&ours.text);
	text_done(&theirs.text);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(programs)];

	if (!run_may_trace())
		return RUN_SKIPPED;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		tests[i] = (struct CMUnitTest){
			.name = programs[i].name,
			.test_func = test_program,
			.initial_state = (void *)&programs[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
