/*
 * Directives for the [Service] section of a unit of systemd's: everything is
 * read-only but what the job writes.
 */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "profile/profile.h"
#include "profile/profile_calls.h"

static bool holds(const char *dir, const char *path, size_t length)
{
	return profile_holds(dir, strlen(dir), path, length);
}

/* ---- paths ---- */

/* A line of a unit is text: other names are not possible there. */
static bool is_possible(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return text_is_utf8(name, length);
}

/* The nearest directory above that can be written in a unit. */
static size_t possible_length(const char *name, size_t length)
{
	while (length > 1 && !is_possible(name, length))
		do
			length--;
		while (length > 1 && name[length] != '/');
	return length;
}

/* It need not be there; a percent sign would begin a specifier. */
static void put_path(struct text *text, const char *directive, const char *name,
		     size_t length)
{
	text_format(text, "%s=\"-", directive);
	for (size_t i = 0; i < length; i++) {
		if (name[i] == '%')
			text_char(text, '%');
		if (name[i] == '"' || name[i] == '\\')
			text_char(text, '\\');
		text_char(text, name[i]);
	}
	text_put(text, "\"\n");
}

static void put_writable(struct text *text, const struct profile *profile)
{
	const char *last = NULL;
	size_t last_length = 0;

	for (size_t i = 0; i < profile->count; i++) {
		const struct profile_path *path = &profile->paths[i];
		const char *name = path->name->text;
		size_t length = profile_place(profile, path);

		if (!(path->verbs & PROFILE_CHANGING))
			continue;
		length = possible_length(name, length);
		/* These are writable anyway. */
		if (holds("/dev", name, length) ||
		    holds("/proc", name, length) ||
		    (profile->tmp_is_private && holds("/tmp", name, length) &&
		     length == strlen("/tmp")) ||
		    (last && profile_holds(last, last_length, name, length)))
			continue;
		put_path(text, "ReadWritePaths", name, length);
		last = name;
		last_length = length;
	}
}

static bool uses(const struct profile *profile, const char *dir)
{
	if (profile->everywhere)
		return true;
	for (size_t i = 0; i < profile->count; i++)
		if (holds(dir, profile->paths[i].name->text,
			  profile->paths[i].name->length))
			return true;
	return profile->cwd &&
	       holds(dir, profile->cwd->text, profile->cwd->length);
}

static void put_unused(struct text *text, const struct profile *profile)
{
	static const char *const others[] = { "/boot",     "/media", "/mnt",
					      "/opt",      "/srv",   "/var/lib",
					      "/var/spool" };

	if (!uses(profile, "/home") && !uses(profile, "/root") &&
	    !uses(profile, "/run/user"))
		text_put(text, "ProtectHome=yes\n");
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (!uses(profile, others[i]))
			put_path(text, "InaccessiblePaths", others[i],
				 strlen(others[i]));
	/* With one of its own, nothing below the machine's can be named. */
	if (profile->tmp_is_private && !profile->is_policy &&
	    !(profile->cwd &&
	      holds("/tmp", profile->cwd->text, profile->cwd->length)))
		text_put(text, "PrivateTmp=yes\n");
}

/* ---- the rest ---- */

static void put_families(struct text *text, const struct profile *profile)
{
	bool any = false;

	if (!profile->has_families)
		return;
	text_put(text, "RestrictAddressFamilies=");
	for (unsigned family = 0; family < CENSUS_FAMILIES; family++) {
		const char *name = profile_family(family);

		if (!(profile->census.families >> family & 1) || !name)
			continue;
		text_format(text, "%s%s", any ? " " : "", name);
		any = true;
	}
	text_put(text, any ? "\n" : "none\n");
}

/* What others filter by their flags are calls like all to it. */
static void put_filter(struct text *text, const struct select *calls,
		       const char *sign)
{
	const char *names[PROFILE_CALLS_MAX];

	for (unsigned guard = GUARD_NUMBER; guard <= GUARD_HIDDEN; guard++) {
		unsigned count = profile_call_names(calls, (enum guard)guard,
						    names);

		for (unsigned i = 0; i < count; i++)
			text_format(text, "%s%s%s",
				    i % 8 ? " " : "\nSystemCallFilter=",
				    i % 8 ? "" : sign, names[i]);
	}
	text_char(text, '\n');
}

static void put_calls(struct text *text, const struct profile *profile)
{
	struct select calls;
	bool is_native = true;

	if (profile->is_policy) {
		put_filter(text, &profile->denied, "~");
		text_put(text, "SystemCallErrorNumber=EPERM\n");
		return;
	}
	if (!profile->has_calls) {
		text_put(text, "# No SystemCallFilter: not all calls were "
			       "recorded (kaudit-u run --all-syscalls).\n");
		return;
	}
	profile_calls(&calls, profile);
	put_filter(text, &calls, "");
	text_put(text, "SystemCallErrorNumber=ENOSYS\n");
	for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++)
		is_native &= !profile->census.abis[abi] ||
			     abi == SYSDESC_X86_64 || abi == SYSDESC_AARCH64;
	if (is_native)
		text_put(text, "SystemCallArchitectures=native\n");
}

int profile_put_systemd(struct text *text, const struct profile *profile)
{
	profile_put_comments(text, profile, "# ");
	text_put(text, "[Service]\n"
		       "NoNewPrivileges=yes\n"
		       "ProtectSystem=strict\n");
	put_writable(text, profile);
	put_unused(text, profile);
	if (!profile->uses_inet)
		text_put(text, "PrivateNetwork=yes\n");
	put_families(text, profile);
	if (profile->denies_namespaces && profile->denies_userns)
		text_put(text, "RestrictNamespaces=yes\n");
	if (!(profile->others & VERB_BIT(VERB_KERNEL)))
		text_put(text, "ProtectKernelModules=yes\n"
			       "ProtectKernelTunables=yes\n"
			       "ProtectControlGroups=yes\n"
			       "ProtectClock=yes\n");
	put_calls(text, profile);
	return text->failed ? -ENOMEM : 0;
}
