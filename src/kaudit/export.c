/* A table of formats. A trace that does not hold all makes no profile. */
#include "kaudit/export.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/load.h"
#include "kaudit/options.h"
#include "kaudit/verdict.h"
#include "profile/profile.h"

#define COMMAND_MAX 200 /* bytes of the command that a comment has */

static const struct format {
	const char *name, *help;
	int (*put)(struct text *text, const struct profile *profile);
	bool wants_calls;  /* all of them */
	bool wants_traces; /* a policy says too little */
	bool is_words;
} formats[] = {
	{ .name = "seccomp",
	  .help = "JSON of container runtimes: docker run --security-opt",
	  .put = profile_put_seccomp,
	  .wants_calls = true,
	  .wants_traces = true },
	{ .name = "landlock",
	  .help = "rules of Landlock, as run --enforce applies them",
	  .put = profile_put_landlock },
	{ .name = "apparmor",
	  .help = "a profile, in complain mode",
	  .put = profile_put_apparmor },
	{ .name = "bubblewrap",
	  .help = "a script that starts bwrap(1); --nul: its words",
	  .put = profile_put_bubblewrap,
	  .wants_traces = true,
	  .is_words = true },
	{ .name = "systemd",
	  .help = "directives for a unit's [Service]",
	  .put = profile_put_systemd },
};

void export_help(struct text *text)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		text_format(text, "  %-10s  %s\n", formats[i].name,
			    formats[i].help);
}

static const struct format *find_format(const char *name, struct text *error)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (!strcmp(name, formats[i].name))
			return &formats[i];
	text_format(error, "\"%s\" is no format;", name);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		text_format(error, "%s %s", i ? "," : "", formats[i].name);
	text_put(error, " are");
	return NULL;
}

static int fail(struct text *error, const char *what, int r)
{
	text_format(error, "%s: %s", what, strerror(-r));
	return VERDICT_FAILED;
}

/* ---- traces ---- */

/* A line of plain letters: names in it may be anything. */
static void put_command(struct text *text, const struct audit *audit)
{
	size_t length = MIN(audit->whole.command.length, (size_t)COMMAND_MAX);
	const char *word = audit->whole.command.data;
	const char *end = word ? word + length : word;

	while (word && word < end) {
		size_t own = strnlen(word, (size_t)(end - word));

		text_char(text, ' ');
		policy_put_name(text, word, own);
		word += own + 1;
	}
	text_put(text, audit->whole.command.length > length ? " ..." : "");
}

static void put_provenance(struct text *text, const char *path,
			   const struct audit *audit)
{
	text_put(text, "From ");
	policy_put_name(text, path, strlen(path));
	text_format(text,
		    ": %" PRIu64 " records, complete: %s; of:", audit->records,
		    audit->gaps.count ? "no" : "yes");
	put_command(text, audit);
	text_char(text, '\n');
	for (unsigned i = 0; i < audit->gaps.count; i++) {
		const struct gap *gap = &audit->gaps.items[i];

		text_put(text, "Not known: ");
		policy_put_name(text, gap->what.data, gap->what.length);
		text_format(text, ", %" PRIu64 " times\n", gap->count);
	}
}

static int refuse(const struct kaudit_options *options,
		  const struct format *format, const char *path,
		  const struct audit *audit, struct text *error)
{
	if (audit->gaps.count && !options->allows_incomplete) {
		text_format(error,
			    "%s: not all is known (report tells); "
			    "--allow-incomplete makes a profile of what is",
			    path);
		return VERDICT_INCOMPLETE;
	}
	if (!format->wants_calls || audit->census.was_told_all)
		return 0;
	text_format(error,
		    "%s: not all calls were recorded, and %s wants them: "
		    "run --all-syscalls records them",
		    path, format->name);
	return VERDICT_INCOMPLETE;
}

static int add_trace(struct profile *profile,
		     const struct kaudit_options *options,
		     const struct format *format, const char *path,
		     const struct audit *audit, struct text *error)
{
	int r = refuse(options, format, path, audit, error);

	if (r)
		return r;
	put_provenance(&profile->provenance, path, audit);
	r = profile_add_trace(profile, audit);
	return r ? fail(error, path, r) : 0;
}

static int of_traces(struct profile *profile,
		     const struct kaudit_options *options,
		     const struct format *format, struct text *error)
{
	_cleanup_(audit_done) struct audit first = { 0 };
	_cleanup_(policy_done) struct policy policy = { 0 };
	char *const *files = options->operands;
	int r;

	if (load_trace_file(&first, *files, error) ||
	    load_policy(&policy, options, load_directory(&first), error))
		return VERDICT_FAILED;
	profile_open(profile, &policy, options->collapse);
	text_put(&profile->provenance,
		 "Made by kaudit-u " KTRACE_U_VERSION ": look it through.\n");
	r = add_trace(profile, options, format, *files, &first, error);
	while (!r && *++files) {
		_cleanup_(audit_done) struct audit audit = { 0 };

		r = load_trace_file(&audit, *files, error)
			? VERDICT_FAILED
			: add_trace(profile, options, format, *files, &audit,
				    error);
	}
	if (r)
		return r;
	r = profile_end_traces(profile);
	return r ? fail(error, "profile", r) : 0;
}

/* ---- policies ---- */

int export_of_policy(struct profile *profile,
		     const struct kaudit_options *options, struct text *error)
{
	_cleanup_(policy_done) struct policy policy = { 0 };
	_cleanup_free_ char *directory = getcwd(NULL, 0);
	int r = load_policy(&policy, options, directory, error);

	if (r)
		return r == -EINVAL ? VERDICT_BAD_POLICY : VERDICT_FAILED;
	r = profile_of_policy(profile, &policy);
	text_put(&profile->provenance,
		 "Made by kaudit-u " KTRACE_U_VERSION " from the policy ");
	policy_put_name(&profile->provenance, options->policy,
			strlen(options->policy));
	text_put(&profile->provenance, ".\n");
	return r ? fail(error, options->policy, r) : 0;
}

/* ---- */

static int put(const struct kaudit_options *options,
	       const struct format *format, const struct profile *profile,
	       struct text *text, struct text *error)
{
	_cleanup_(text_done) struct text words = TEXT_INIT;
	int r;

	if (!format->is_words || options->nul)
		r = format->put(text, profile);
	else
		r = format->put(&words, profile)
			?: profile_put_shell(text, &words, profile);
	return r ? fail(error, format->name, r) : 0;
}

int export_profile(const struct kaudit_options *options, struct text *text,
		   struct text *error)
{
	_cleanup_(profile_done) struct profile profile = { 0 };
	const struct format *format = find_format(options->format, error);
	int r;

	if (!format)
		return VERDICT_FAILED;
	if (options->nul && !format->is_words) {
		text_format(error, "--nul does not go with %s", format->name);
		return VERDICT_FAILED;
	}
	if (options->policy && format->wants_traces) {
		text_format(error, "%s wants traces: a policy says too little",
			    format->name);
		return VERDICT_FAILED;
	}
	r = options->policy ? export_of_policy(&profile, options, error)
			    : of_traces(&profile, options, format, error);
	return r ? r : put(options, format, &profile, text, error);
}
