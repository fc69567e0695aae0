/*
 * The words of bwrap(1). What the machine has for everybody is there whole, the
 * job's own files one by one; what was only asked about is not.
 */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "profile/profile.h"

#define SYSTEM "/usr"
#define TMP    "/tmp"

static const char *const link_names[] = PROFILE_LINKS;

/* What --dev brings. */
static const char *const devices[] = {
	"/dev/null",    "/dev/zero",   "/dev/full", "/dev/random",
	"/dev/urandom", "/dev/tty",    "/dev/ptmx", "/dev/console",
	"/dev/pts",     "/dev/shm",    "/dev/fd",   "/dev/stdin",
	"/dev/stdout",  "/dev/stderr", "/dev/core",
};

struct argv {
	struct text *text;
	const struct profile *profile;
	/* The last directory that is there whole; what follows may be in it. */
	struct mount {
		const char *path;
		size_t length;
		bool is_writable;
	} mounts[64];
	unsigned depth;
};

static void put_word(struct argv *argv, const char *word, size_t length)
{
	text_bytes(argv->text, word, length);
	text_char(argv->text, '\0');
}

static void put_option(struct argv *argv, const char *option)
{
	put_word(argv, option, strlen(option));
}

static void put_two(struct argv *argv, const char *option, const char *path,
		    size_t length)
{
	put_option(argv, option);
	put_word(argv, path, length);
}

static void put_mount(struct argv *argv, const char *option, const char *path,
		      size_t length)
{
	put_two(argv, option, path, length);
	put_word(argv, path, length);
}

static bool holds(const char *dir, const char *path, size_t length)
{
	return profile_holds(dir, strlen(dir), path, length);
}

/* ---- the machine's own ---- */

static bool uses(const struct profile *profile, const char *dir)
{
	for (size_t i = 0; i < profile->count; i++)
		if (holds(dir, profile->paths[i].name->text,
			  profile->paths[i].name->length))
			return true;
	return false;
}

static void put_system(struct argv *argv)
{
	put_mount(argv, "--ro-bind", SYSTEM, strlen(SYSTEM));
	for (unsigned i = 0; i < ARRAY_LEN(link_names); i++) {
		const char *name = link_names[i];

		if (argv->profile->links >> i & 1) {
			put_option(argv, "--symlink");
			put_word(argv, &SYSTEM[1], strlen(SYSTEM) - 1);
			/* One word: the directory and the name in it. */
			argv->text->length--;
			put_word(argv, name, strlen(name));
			put_word(argv, name, strlen(name));
		} else if (uses(argv->profile, name)) {
			put_mount(argv, "--ro-bind", name, strlen(name));
		}
	}
	/* Names of programs lead through here, and nothing else does. */
	put_mount(argv, "--ro-bind-try", "/etc/alternatives",
		  strlen("/etc/alternatives"));
}

static bool is_system(const char *path, size_t length)
{
	for (unsigned i = 0; i < ARRAY_LEN(link_names); i++)
		if (holds(link_names[i], path, length))
			return true;
	return holds(SYSTEM, path, length) ||
	       holds("/etc/alternatives", path, length);
}

static bool is_device(const char *path, size_t length)
{
	if (length == strlen("/dev"))
		return holds("/dev", path, length);
	for (size_t i = 0; i < ARRAY_LEN(devices); i++)
		if (holds(devices[i], path, length))
			return true;
	return false;
}

/* ---- the job's ---- */

/* Whether it is there already, to be written if need be. */
static bool is_covered(struct argv *argv, const char *path, size_t length,
		       bool is_writable)
{
	while (argv->depth > 0) {
		const struct mount *mount = &argv->mounts[argv->depth - 1];

		if (profile_holds(mount->path, mount->length, path, length))
			return mount->is_writable || !is_writable;
		argv->depth--;
	}
	return false;
}

static void note_mount(struct argv *argv, const char *path, size_t length,
		       bool is_writable)
{
	if (argv->depth == ARRAY_LEN(argv->mounts))
		argv->depth--;
	argv->mounts[argv->depth++] = (struct mount){ path, length,
						      is_writable };
}

static void put_place(struct argv *argv, const char *path, size_t length,
		      bool is_writable)
{
	if ((!is_writable && is_system(path, length)) ||
	    holds("/proc", path, length) || is_device(path, length) ||
	    is_covered(argv, path, length, is_writable))
		return;
	/* An empty one holds nothing of what is named in it besides. */
	if (length == strlen(TMP) && holds(TMP, path, length) &&
	    argv->profile->tmp_is_private) {
		put_two(argv, "--tmpfs", path, length);
		return;
	}
	if (holds("/dev", path, length))
		put_mount(argv, "--dev-bind-try", path, length);
	else
		put_mount(argv, is_writable ? "--bind-try" : "--ro-bind-try",
			  path, length);
	note_mount(argv, path, length, is_writable);
}

/* Directories that names are made in come before what is read in them. */
struct place {
	const char *path;
	size_t length;
	bool is_writable;
};

static int compare(const void *one, const void *other)
{
	const struct place *this = one, *that = other;
	size_t length = MIN(this->length, that->length);
	int order = memcmp(this->path, that->path, length);

	if (!order && this->length != that->length)
		return this->length < that->length ? -1 : 1;
	return order ? order : (int)that->is_writable - (int)this->is_writable;
}

static size_t add_paths(const struct profile *profile, struct place *places)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->count; i++) {
		const struct profile_path *path = &profile->paths[i];
		bool is_writable = path->verbs & PROFILE_CHANGING;

		places[count++] = (struct place){
			path->name->text,
			is_writable ? profile_place(profile, path)
				    : path->name->length,
			is_writable,
		};
	}
	return count;
}

static int put_places(struct argv *argv)
{
	const struct profile *profile = argv->profile;
	const struct name *alias = profile->aliases.first;
	size_t room = profile->count + HASH_COUNT(alias) + 1, count;
	struct place *places = calloc(room, sizeof(*places));

	if (!places)
		return -ENOMEM;
	count = add_paths(profile, places);
	for (; alias; alias = alias->hh.next)
		places[count++] = (struct place){ alias->text, alias->length,
						  false };
	/* There it starts. */
	if (profile->cwd && profile->cwd->length > 1)
		places[count++] = (struct place){ profile->cwd->text,
						  profile->cwd->length, false };
	qsort(places, count, sizeof(*places), compare);
	for (size_t i = 0; i < count; i++)
		if (places[i].length > 1)
			put_place(argv, places[i].path, places[i].length,
				  places[i].is_writable);
	free(places);
	return 0;
}

int profile_put_bubblewrap(struct text *text, const struct profile *profile)
{
	struct argv argv = { .text = text, .profile = profile };
	int r;

	put_option(&argv, "--die-with-parent");
	put_option(&argv, "--unshare-user-try");
	put_option(&argv, "--unshare-ipc");
	put_option(&argv, "--unshare-pid");
	put_option(&argv, "--unshare-uts");
	put_option(&argv, "--unshare-cgroup-try");
	if (!profile->uses_inet)
		put_option(&argv, "--unshare-net");
	put_system(&argv);
	put_two(&argv, "--proc", "/proc", strlen("/proc"));
	put_two(&argv, "--dev", "/dev", strlen("/dev"));
	r = put_places(&argv);
	if (!r && profile->cwd)
		put_two(&argv, "--chdir", profile->cwd->text,
			profile->cwd->length);
	return r ? r : text->failed ? -ENOMEM : 0;
}

/* ---- for a shell ---- */

static void put_shell_word(struct text *text, const char *word, size_t length)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-+,:=@%";

	if (length && strspn(word, plain) == length) {
		text_bytes(text, word, length);
		return;
	}
	text_char(text, '\'');
	for (size_t i = 0; i < length; i++)
		if (word[i] == '\'')
			text_put(text, "'\\''");
		else
			text_char(text, word[i]);
	text_char(text, '\'');
}

int profile_put_shell(struct text *text, const struct text *words,
		      const struct profile *profile)
{
	const char *word = words->data;
	const char *end = word ? word + words->length : word;

	text_put(text, "#!/bin/sh\n");
	profile_put_comments(text, profile, "# ");
	text_put(text, "exec bwrap");
	while (word && word < end) {
		size_t length = strlen(word);

		text_put(text, length > 2 && !strncmp(word, "--", 2) ? " \\\n\t"
								     : " ");
		put_shell_word(text, word, length);
		word += length + 1;
	}
	text_put(text, " \\\n\t-- \"$@\"\n");
	return text->failed ? -ENOMEM : 0;
}
