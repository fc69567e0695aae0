/*
 * The JSON of container runtimes (OCI, Docker, Podman): what is not named fails
 * with ENOSYS, as on a kernel without it, so that C libraries take another one.
 */
#include <errno.h>

#include "base/array.h"
#include "profile/profile.h"
#include "profile/profile_calls.h"

#define ALLOW "SCMP_ACT_ALLOW"

static const struct {
	enum sysdesc_abi abi;
	const char *name;
} arches[] = {
	{ SYSDESC_X86_64, "SCMP_ARCH_X86_64" },
	{ SYSDESC_I386, "SCMP_ARCH_X86" },
	{ SYSDESC_X32, "SCMP_ARCH_X32" },
	{ SYSDESC_AARCH64, "SCMP_ARCH_AARCH64" },
};

/* A comparison of argument 0. */
struct comparison {
	const char *word;
	uint64_t value, other;
};

static void put_arches(struct text *text, const struct profile *profile)
{
	bool any = false;

	text_put(text, "  \"architectures\": [");
	for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
		if (!profile->census.abis[arches[i].abi])
			continue;
		text_format(text, "%s\"%s\"", any ? ", " : "", arches[i].name);
		any = true;
	}
	text_put(text, "],\n");
}

static void put_names(struct text *text, const char *const *names,
		      unsigned count)
{
	text_put(text, "\"names\": [");
	for (unsigned i = 0; i < count; i++)
		text_format(text, "%s%s\"%s\"", i ? "," : "",
			    i % 6 ? " " : "\n        ", names[i]);
	text_put(text, "]");
}

static void put_rule(struct text *text, const char *const *names,
		     unsigned count, const struct comparison *comparison)
{
	if (!count)
		return;
	text_put(text, ",\n    { ");
	put_names(text, names, count);
	text_put(text, ",\n      \"action\": \"" ALLOW "\"");
	if (comparison)
		text_format(text,
			    ",\n      \"args\": [{ \"index\": 0, \"value\": "
			    "%llu, \"valueTwo\": %llu, \"op\": \"%s\" }]",
			    (unsigned long long)comparison->value,
			    (unsigned long long)comparison->other,
			    comparison->word);
	text_put(text, " }");
}

/* Provenance goes where these files have comments. */
static void put_first(struct text *text, const struct profile *profile,
		      const char *const *names, unsigned count)
{
	struct text lines = TEXT_INIT;

	profile_put_comments(&lines, profile, "");
	text_put(text, "    { \"comment\": ");
	text_json_string(text, lines.data ? lines.data : "", lines.length);
	text_put(text, ",\n      ");
	put_names(text, names, count);
	text_put(text, ",\n      \"action\": \"" ALLOW "\" }");
	text->failed |= lines.failed;
	text_done(&lines);
}

static void put_families(struct text *text, const struct profile *profile,
			 const char *const *names, unsigned count)
{
	for (unsigned family = 0; family < CENSUS_FAMILIES; family++) {
		const struct comparison comparison = { "SCMP_CMP_EQ", family,
						       0 };

		if (profile->census.families >> family & 1)
			put_rule(text, names, count, &comparison);
	}
}

/* clone and unshare, but for what was not made by them: unshare of nothing that
 * a namespace is. */
static void put_flags(struct text *text, const struct profile *profile,
		      const char *const *names, unsigned count)
{
	const struct comparison comparison = { "SCMP_CMP_MASKED_EQ",
					       GUARD_NAMESPACES &
						   ~profile->census.namespaces,
					       0 };

	put_rule(text, names, count, comparison.value ? &comparison : NULL);
}

/* A call whose flags nobody sees is let through only where they were used; else
 * ENOSYS has the library take another one. */
static void put_hidden(struct text *text, const struct profile *profile,
		       const char *const *names, unsigned count)
{
	if (profile->census.namespaces)
		put_rule(text, names, count, NULL);
}

int profile_put_seccomp(struct text *text, const struct profile *profile)
{
	const char *names[PROFILE_CALLS_MAX];
	struct select calls;
	unsigned count;

	profile_calls(&calls, profile);
	text_format(text,
		    "{\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n"
		    "  \"defaultErrnoRet\": %d,\n",
		    ENOSYS);
	put_arches(text, profile);
	text_put(text, "  \"syscalls\": [\n");
	count = profile_call_names(&calls, GUARD_NUMBER, names);
	put_first(text, profile, names, count);
	count = profile_call_names(&calls, GUARD_FLAGS, names);
	put_flags(text, profile, names, count);
	count = profile_call_names(&calls, GUARD_HIDDEN, names);
	put_hidden(text, profile, names, count);
	count = profile_call_names(&calls, GUARD_FAMILY, names);
	put_families(text, profile, names, count);
	text_put(text, "\n  ]\n}\n");
	return text->failed ? -ENOMEM : 0;
}
