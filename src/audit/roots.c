/* A list of names and directories. */
#include "audit/roots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/object.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

/* What is below a device is no file. */
#define NOWHERE "/dev/null/nowhere"

void roots_done(struct roots *roots)
{
	for (unsigned i = 0; i < roots->count; i++) {
		struct root *root = &roots->items[i];

		for (unsigned dir = 0; dir < root->count; dir++)
			free(root->dirs[dir]);
		free(root->name);
	}
	roots->count = 0;
}

static struct root *find(struct roots *roots, const char *name, size_t length)
{
	for (unsigned i = 0; i < roots->count; i++)
		if (strlen(roots->items[i].name) == length &&
		    !memcmp(roots->items[i].name, name, length))
			return &roots->items[i];
	return NULL;
}

const struct root *roots_find(const struct roots *roots, const char *name,
			      size_t length)
{
	return find((struct roots *)roots, name, length);
}

/* Its place, which is made when it is new; NULL: too many, or no memory. */
static struct root *take(struct roots *roots, const char *name, size_t length)
{
	struct root *root = find(roots, name, length);

	if (root || roots->count == ROOTS_MAX)
		return root;
	root = &roots->items[roots->count];
	*root = (struct root){ .name = strndup(name, length) };
	if (!root->name)
		return NULL;
	roots->count++;
	return root;
}

static int add_one(struct root *root, const char *dir)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	if (root->count == ROOT_DIRS_MAX)
		return -E2BIG;
	if (!object_put_path(&text, dir, strlen(dir), 0))
		return -EINVAL;
	root->dirs[root->count] = strdup(text_string(&text));
	if (!root->dirs[root->count] || text.failed)
		return -ENOMEM;
	root->count++;
	return 0;
}

static bool has(const struct root *root, const char *dir)
{
	return roots_holding(root, dir, strlen(dir)) == strlen(dir);
}

/* Names are told with their links followed. Of another machine the directory
 * need not be here; where the machine's own lead, it is theirs too. */
static int add_dir(struct root *root, const char *dir)
{
	_cleanup_free_ char *real = root->is_wide ? NULL : realpath(dir, NULL);
	int r = has(root, dir) ? 0 : add_one(root, dir);

	return r || !real || has(root, real) ? r : add_one(root, real);
}

static void clear(struct root *root)
{
	while (root->count > 0)
		free(root->dirs[--root->count]);
	root->is_default = root->is_wide = false;
}

static int complain(struct text *error, const char *word, const char *what)
{
	text_format(error, "--root %s: %s", word, what);
	return -EINVAL;
}

int roots_set(struct roots *roots, const char *word, struct text *error)
{
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : 0;
	struct root *root;
	int r;

	if (!length ||
	    strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length)
		return complain(error, word,
				"is not NAME=DIR, as in src=/home/me/src");
	if (equals[1] != '/')
		return complain(error, word, "the directory is not absolute");
	root = take(roots, word, length);
	if (!root)
		return complain(error, word, "is one too many");
	if (root->is_default)
		clear(root);
	r = add_dir(root, equals + 1);
	return r == -E2BIG ? complain(error, word, "is one too many") : r;
}

static int add_default(struct roots *roots, const char *name, const char *dir,
		       bool is_wide)
{
	struct root *root = find(roots, name, strlen(name));

	if (root && !root->is_default)
		return 0;
	root = take(roots, name, strlen(name));
	if (!root)
		return -ENOMEM;
	root->is_default = true;
	root->is_wide = is_wide;
	return add_dir(root, dir);
}

int roots_default(struct roots *roots, const char *home, const char *directory)
{
	const char *start = directory && *directory == '/' ? directory
							   : NOWHERE;
	const struct {
		const char *name, *dir;
		bool is_wide;
	} defaults[] = {
		{ "src", start, false },       { "build", start, false },
		{ "home", home, false },       { "tmp", "/tmp", false },
		{ "tmp", "/var/tmp", false },  { "toolchain", "/usr", true },
		{ "sys", "/usr", true },       { "sys", "/bin", true },
		{ "sys", "/sbin", true },      { "sys", "/lib", true },
		{ "sys", "/lib32", true },     { "sys", "/lib64", true },
		{ "sys", "/libx32", true },    { "sys", "/etc", true },
		{ "sys", "/dev/null", true },  { "sys", "/dev/zero", true },
		{ "sys", "/dev/full", true },  { "sys", "/dev/urandom", true },
		{ "sys", "/dev/random", true }
	};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_LEN(defaults); i++)
		if (defaults[i].dir && defaults[i].dir[0] == '/')
			r = add_default(roots, defaults[i].name,
					defaults[i].dir, defaults[i].is_wide);
	return r;
}

static bool holds(const char *dir, const char *path, size_t length)
{
	size_t own = strlen(dir);

	return own <= length && !memcmp(dir, path, own) &&
	       (own == length || path[own] == '/');
}

size_t roots_holding(const struct root *root, const char *path, size_t length)
{
	size_t best = 0;

	for (unsigned dir = 0; dir < root->count; dir++) {
		size_t own = strlen(root->dirs[dir]);

		if (own > best && holds(root->dirs[dir], path, length))
			best = own;
	}
	return best;
}

const struct root *roots_of(const struct roots *roots, const char *path,
			    size_t length, size_t *ret_length)
{
	const struct root *best = NULL;

	*ret_length = 0;
	for (unsigned i = 0; i < roots->count; i++) {
		const struct root *root = &roots->items[i];
		size_t own = roots_holding(root, path, length);

		if (root->is_wide || own < 2 || own <= *ret_length)
			continue;
		best = root;
		*ret_length = own;
	}
	return best;
}
