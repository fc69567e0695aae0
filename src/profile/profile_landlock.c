/*
 * The rules that ktrace-u --confine-fd reads: what is restricted at all, then
 * what is let through of it. The rights are Landlock's.
 */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "profile/profile.h"
#include "profile/profile_calls.h"

#define PORTS_MAX 1024u /* of a range: Landlock has no ranges */

#define READ_FILE "read_file"
#define MAKE      "make_reg make_dir make_sym make_fifo make_sock"

/* What a verb takes, of what it is done to and of the directory around it. */
static const struct {
	enum audit_verb verb;
	const char *own, *around;
} rights[] = {
	/* Directories are opened like files by who does not know. */
	{ VERB_READ, READ_FILE " read_dir", NULL },
	{ VERB_MAP, READ_FILE, NULL },
	/* The kernel reads what it runs, and asks for that too. */
	{ VERB_EXEC, "execute " READ_FILE, NULL },
	{ VERB_LIST, "read_dir", NULL },
	{ VERB_WRITE, "write_file truncate", NULL },
	{ VERB_CREATE, "write_file truncate", MAKE },
	{ VERB_DELETE, NULL, "remove_file remove_dir" },
	{ VERB_RENAME, NULL, "remove_file remove_dir refer " MAKE },
	{ VERB_LINK, NULL, "refer " MAKE },
};

/* What the kernel runs beside an executable, without being asked: names that
 * programs carry, the same everywhere. */
static const char *const interpreters[] = {
	"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux.so.2",
	"/libx32/ld-linux-x32.so.2",   "/lib/ld-linux-aarch64.so.1",
	"/lib/ld-linux-armhf.so.3",    "/lib/ld-musl-x86_64.so.1",
	"/lib/ld-musl-aarch64.so.1",
};

/* ---- words ---- */

static bool has_word(const struct text *words, const char *word, size_t length)
{
	const char *at = words->data, *end = at ? at + words->length : at;

	while (at && at < end) {
		const char *stop = memchr(at, ' ', (size_t)(end - at));

		stop = stop ? stop : end;
		if ((size_t)(stop - at) == length && !memcmp(at, word, length))
			return true;
		at = stop + 1;
	}
	return false;
}

/* Those that are not there yet. */
static void add_words(struct text *words, const char *list)
{
	while (list && *list) {
		size_t length = strcspn(list, " ");

		if (!has_word(words, list, length)) {
			text_put(words, words->length ? " " : "");
			text_bytes(words, list, length);
		}
		list += length + (list[length] == ' ');
	}
}

static void add_verbs(struct text *words, uint32_t verbs, bool is_around)
{
	for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
		if (!(verbs & VERB_BIT(rights[i].verb)))
			continue;
		add_words(words, rights[i].own);
		if (is_around)
			add_words(words, rights[i].around);
	}
}

static void put_quoted(struct text *text, const char *name, size_t length)
{
	text_char(text, '"');
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)name[i];

		if (byte < ' ' || byte > '~')
			text_format(text, "\\%03o", byte);
		else
			text_format(text,
				    byte == '"' || byte == '\\' ? "\\%c" : "%c",
				    byte);
	}
	text_char(text, '"');
}

/* ---- lines ---- */

static void put_path(struct text *text, const char *name, size_t length,
		     const struct text *words)
{
	if (!words->length)
		return;
	text_put(text, "path ");
	put_quoted(text, name, length);
	text_char(text, ' ');
	text_bytes(text, words->data, words->length);
	text_char(text, '\n');
}

/* A path below /proc/self is another one for each process. */
static size_t place_of(const struct profile *profile,
		       const struct profile_path *path)
{
	static const char own[] = "/proc/self";

	if (profile_holds(own, sizeof(own) - 1, path->name->text,
			  path->name->length))
		return strlen("/proc");
	return profile_place(profile, path);
}

static void put_paths(struct text *text, const struct profile *profile,
		      uint32_t *verbs)
{
	struct text words = TEXT_INIT;

	for (size_t i = 0; i < profile->count; i++) {
		const struct profile_path *path = &profile->paths[i];

		text_clear(&words);
		*verbs |= path->verbs;
		add_verbs(&words, path->verbs & ~profile->everywhere, true);
		put_path(text, path->name->text, place_of(profile, path),
			 &words);
	}
	text->failed |= words.failed;
	text_done(&words);
}

static void put_interpreters(struct text *text, uint32_t verbs)
{
	struct text words = TEXT_INIT;

	if (!(verbs & VERB_BIT(VERB_EXEC)))
		return;
	text_put(&words, "execute " READ_FILE);
	text_put(text, "\n# what programs name as what starts them\n");
	for (size_t i = 0; i < ARRAY_LEN(interpreters); i++)
		put_path(text, interpreters[i], strlen(interpreters[i]),
			 &words);
	text->failed |= words.failed;
	text_done(&words);
}

static bool is_any_port(const struct profile_ports *ports)
{
	for (unsigned i = 0; i < ports->count; i++)
		if (ports->items[i].high - ports->items[i].low >= PORTS_MAX)
			return true;
	return false;
}

static void put_ports(struct text *text, const struct profile_ports *ports,
		      const char *right)
{
	if (is_any_port(ports))
		return;
	for (unsigned i = 0; i < ports->count; i++)
		for (uint32_t port = ports->items[i].low;
		     port <= ports->items[i].high; port++)
			text_format(text, "port %u %s\n", port, right);
}

/* All rights but those that anything may be done with. */
static void put_restrictions(struct text *text, const struct profile *profile)
{
	struct text words = TEXT_INIT, free = TEXT_INIT;
	const char *word;
	size_t length;

	add_verbs(&words, VERB_ALL, true);
	add_verbs(&free, profile->everywhere, true);
	text_put(text, "restrict");
	for (word = text_string(&words); *word; word += length) {
		word += *word == ' ';
		length = strcspn(word, " ");
		if (has_word(&free, word, length))
			continue;
		text_char(text, ' ');
		text_bytes(text, word, length);
	}
	/* Devices are made by nobody. */
	if (!(profile->everywhere & VERB_BIT(VERB_CREATE)))
		text_put(text, " make_char make_block");
	text_put(text, "\n");
	text->failed |= words.failed | free.failed;
	text_done(&words);
	text_done(&free);
}

static void put_scopes(struct text *text, const struct profile *profile)
{
	if (!(profile->everywhere & VERB_BIT(VERB_CONNECT)) &&
	    !is_any_port(&profile->connects))
		text_put(text, "restrict connect_tcp\n");
	if (!(profile->everywhere & VERB_BIT(VERB_BIND)) &&
	    !is_any_port(&profile->binds))
		text_put(text, "restrict bind_tcp\n");
	if (!profile->is_policy || profile->denies_signals)
		text_put(text, "restrict signal\n");
}

/* ---- calls ---- */

static void put_families(struct text *text, uint64_t families)
{
	text_put(text, "families");
	for (unsigned family = 0; family < CENSUS_FAMILIES; family++)
		if (families >> family & 1 && profile_family(family))
			text_format(text, " %s", profile_family(family));
	text_char(text, '\n');
}

static void put_denied(struct text *text, const struct select *denied)
{
	const char *names[PROFILE_CALLS_MAX];

	for (unsigned guard = GUARD_NUMBER; guard <= GUARD_HIDDEN; guard++) {
		unsigned count = profile_call_names(denied, (enum guard)guard,
						    names);

		for (unsigned i = 0; i < count; i++)
			text_format(text, "deny %s\n", names[i]);
	}
}

static void put_calls(struct text *text, const struct profile *profile)
{
	if (profile->has_families)
		put_families(text, profile->census.families);
	if (profile->denies_userns)
		text_put(text, "deny_namespaces user\n");
	if (profile->denies_namespaces)
		text_put(text, "deny_namespaces other\n");
	put_denied(text, &profile->denied);
}

int profile_put_landlock(struct text *text, const struct profile *profile)
{
	uint32_t verbs = profile->everywhere;

	profile_put_comments(text, profile, "# ");
	text_put(text, "landlock 1\n");
	put_restrictions(text, profile);
	put_scopes(text, profile);
	put_calls(text, profile);
	text_char(text, '\n');
	put_paths(text, profile, &verbs);
	put_ports(text, &profile->connects, "connect_tcp");
	put_ports(text, &profile->binds, "bind_tcp");
	put_interpreters(text, verbs);
	return text->failed ? -ENOMEM : 0;
}
