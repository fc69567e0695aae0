/* Reading, and nothing else: they are applied by who becomes the command. */
#include "ktrace/confining.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "confine/confine.h"

#define OPTION "--confine-fd: "

static int fail(struct text *error, int r)
{
	text_format(error, OPTION "%s", strerror(-r));
	return r;
}

static int parse(struct confine *ret, const char *text, size_t length,
		 struct text *error)
{
	_cleanup_(text_done) struct text why = TEXT_INIT;
	int r = confine_parse(ret, text, length, &why);

	if (!r)
		r = confine_check(ret, &why);
	if (!r)
		return 0;
	if (!why.length)
		return fail(error, r);
	text_format(error, OPTION "%s", text_string(&why));
	return r;
}

static int read_text(int fd, char *text, struct confine *ret,
		     struct text *error)
{
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET) < 0 && errno != ESPIPE)
		return fail(error, -errno);
	got = fd_read_full(fd, text, CONFINE_TEXT_MAX);
	if (got < 0)
		return fail(error, (int)got);
	if ((size_t)got == CONFINE_TEXT_MAX)
		return fail(error, -EFBIG);
	return parse(ret, text, (size_t)got, error);
}

int confining_read(struct confine *ret, int fd, struct text *error)
{
	char *text = malloc(CONFINE_TEXT_MAX);
	int r;

	*ret = (struct confine){ 0 };
	if (!text)
		return fail(error, -ENOMEM);
	r = read_text(fd, text, ret, error);
	free(text);
	close(fd);
	return r;
}
