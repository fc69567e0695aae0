/* Options of ktrace-u that do not go together. Must set nothing. */
#include "ktrace/options_check.h"

#include <string.h>

#include "ktrace/options.h"

static const char *check_target(const struct ktrace_options *options)
{
	if (options->target.pid && options->target.pgid)
		return "-p and -g exclude each other";
	if (options->seccomp == SECCOMP_ALWAYS)
		return "--seccomp=always does not go with -p and -g: a process "
		       "that runs cannot be given a filter";
	if (options->answers)
		return "--answers does not go with -p and -g";
	if (options->confine_fd >= 0)
		return "--confine-fd does not go with -p and -g: a process "
		       "that runs cannot be confined";
	if (options->resolves)
		return "--resolve does not go with -p and -g";
	if (options->guards)
		return "--guard does not go with -p and -g";
	if (options->denies_setuid)
		return "--setuid=deny does not go with -p and -g: it is set "
		       "before a command starts";
	return NULL;
}

/* What only looks at, or changes, what is traced already. */
static const char *check_mode(const struct ktrace_options *options)
{
	if (options->command[0])
		return "-c, -C, --status, --snapshot, --owner, --pause and "
		       "--resume do not go with a command";
	if (options->mode == KTRACE_OWN && !options->has_target)
		return "--owner, --pause and --resume go with -p or -g";
	if (options->mode == KTRACE_CLEAR_ALL && options->has_target)
		return "-C does not go with -p and -g";
	return NULL;
}

static const char *check_kinds(const struct ktrace_options *options)
{
	if (options->json && options->mode != KTRACE_STATUS)
		return "--json goes with --status";
	if (options->has_target && options->command[0])
		return "-p and -g do not go with a command";
	if (options->background &&
	    (!options->has_target || options->mode != KTRACE_RECORD))
		return "--background goes with -p or -g";
	if (options->target.descendants && !options->has_target)
		return "-d goes with -p or -g";
	if (options->report_fd >= 0 &&
	    (!options->has_target || options->mode != KTRACE_RECORD ||
	     options->background))
		return "--report-fd goes with -p or -g, and not with "
		       "--background";
	return NULL;
}

static const char *check_limit(const struct ktrace_options *options)
{
	bool has_no_name = options->fd >= 0 ||
			   (options->file && !strcmp(options->file, "-"));

	if (!options->size_max && !options->ring_size)
		return NULL;
	if (options->mode != KTRACE_RECORD || options->background)
		return "--max-size, --rotate and --ring go with a recorder of "
		       "their own";
	if (options->ring_size && options->append)
		return "-a does not go with --ring";
	if (has_no_name && (options->rotates || options->ring_size))
		return "--rotate and --ring go with a file that has a name";
	return NULL;
}

static const char *check_file(const struct ktrace_options *options)
{
	if (options->fd >= 0 && options->file)
		return "--fd and -f exclude each other";
	if (options->fd >= 0 && options->append)
		return "-a does not go with --fd";
	return NULL;
}

const char *ktrace_options_check(const struct ktrace_options *options)
{
	const char *problem;

	if (options->help || options->version)
		return NULL;
	problem = check_file(options)
		      ?: check_kinds(options)
		      ?: check_limit(options);
	if (!problem && options->has_target)
		problem = check_target(options);
	if (problem)
		return problem;
	if (options->mode != KTRACE_RECORD)
		return check_mode(options);
	return options->has_target || options->command[0] ? NULL
							  : "no command given";
}
