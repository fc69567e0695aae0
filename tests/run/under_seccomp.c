/*
 * Runs a program under a seccomp profile in the JSON of container runtimes, by
 * libseccomp, as they do: under_seccomp PROFILE COMMAND...; or writes the
 * filter to standard output: under_seccomp --bpf PROFILE. 125: it could not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <seccomp.h>

#define EXIT_OURS 125
#define ARGS_MAX  6

static const struct {
	const char *name;
	enum scmp_compare compare;
} operators[] = {
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

static const struct {
	const char *name;
	uint32_t arch;
} arches[] = {
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86 },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32 },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
};

static _Noreturn void fail(const char *what, int error)
{
	fprintf(stderr, "under_seccomp: %s: %s\n", what, strerror(error));
	exit(EXIT_OURS);
}

static void must_be(const json_t *value, const char *wanted)
{
	if (!value || strcmp(json_string_value(value), wanted) != 0)
		fail(wanted, EINVAL);
}

static void add_arches(scmp_filter_ctx context, const json_t *names)
{
	int r;

	for (size_t index = 0; index < json_array_size(names); index++) {
		const json_t *name = json_array_get(names, index);
		size_t i = 0;

		while (i < sizeof(arches) / sizeof(arches[0]) &&
		       strcmp(arches[i].name, json_string_value(name)) != 0)
			i++;
		if (i == sizeof(arches) / sizeof(arches[0]))
			fail(json_string_value(name), EINVAL);
		r = seccomp_arch_add(context, arches[i].arch);
		if (r < 0 && r != -EEXIST)
			fail(json_string_value(name), -r);
	}
}

static unsigned take_args(const json_t *args, struct scmp_arg_cmp *ret)
{
	unsigned count = 0;

	for (size_t index = 0; index < json_array_size(args); index++) {
		const json_t *arg = json_array_get(args, index);
		const char *name =
		    json_string_value(json_object_get(arg, "op"));
		size_t i = 0;

		while (i < sizeof(operators) / sizeof(operators[0]) &&
		       strcmp(operators[i].name, name) != 0)
			i++;
		if (i == sizeof(operators) / sizeof(operators[0]) ||
		    count == ARGS_MAX)
			fail(name, EINVAL);
		ret[count++] = (struct scmp_arg_cmp){
			.arg = (unsigned)json_integer_value(
			    json_object_get(arg, "index")),
			.op = operators[i].compare,
			.datum_a = (scmp_datum_t)json_integer_value(
			    json_object_get(arg, "value")),
			.datum_b = (scmp_datum_t)json_integer_value(
			    json_object_get(arg, "valueTwo")),
		};
	}
	return count;
}

/* Names that libseccomp does not know are left out, as runtimes do. */
static void add_rule(scmp_filter_ctx context, const json_t *rule)
{
	struct scmp_arg_cmp args[ARGS_MAX];
	unsigned count = take_args(json_object_get(rule, "args"), args);
	const json_t *names = json_object_get(rule, "names");

	must_be(json_object_get(rule, "action"), "SCMP_ACT_ALLOW");
	for (size_t index = 0; index < json_array_size(names); index++) {
		const json_t *name = json_array_get(names, index);
		int number =
		    seccomp_syscall_resolve_name(json_string_value(name));
		int r;

		if (number == __NR_SCMP_ERROR)
			continue;
		r = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number,
					   count, args);
		if (r < 0)
			fail(json_string_value(name), -r);
	}
}

static scmp_filter_ctx load(const char *path)
{
	json_error_t error;
	json_t *profile = json_load_file(path, 0, &error);
	scmp_filter_ctx context;
	const json_t *rules;

	if (!profile)
		fail(error.text, EINVAL);
	rules = json_object_get(profile, "syscalls");
	must_be(json_object_get(profile, "defaultAction"), "SCMP_ACT_ERRNO");
	context = seccomp_init(SCMP_ACT_ERRNO((uint32_t)json_integer_value(
	    json_object_get(profile, "defaultErrnoRet"))));
	if (!context)
		fail(path, ENOMEM);
	add_arches(context, json_object_get(profile, "architectures"));
	for (size_t index = 0; index < json_array_size(rules); index++)
		add_rule(context, json_array_get(rules, index));
	json_decref(profile);
	return context;
}

static int write_filter(const char *path)
{
	scmp_filter_ctx context = load(path);
	int r = seccomp_export_bpf(context, STDOUT_FILENO);

	seccomp_release(context);
	return r < 0 ? EXIT_OURS : 0;
}

int main(int argc, char **argv)
{
	int r;

	if (argc < 3)
		fail("arguments", EINVAL);
	if (!strcmp(argv[1], "--bpf"))
		return write_filter(argv[2]);
	r = seccomp_load(load(argv[1]));
	if (r < 0)
		fail("load", -r);
	execvp(argv[2], argv + 2);
	fail(argv[2], errno);
}
