/* Must not know what it is about. */
#include "kaudit/output.h"

#include <errno.h>
#include <langinfo.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/destination.h"
#include "kaudit/options.h"

void output_complain(const struct text *error, bool with_usage)
{
	_cleanup_(text_done) struct text message = TEXT_INIT;

	if (error->length == 0)
		return;
	text_put(&message, "kaudit-u: ");
	text_bytes(&message, error->data, error->length);
	text_char(&message, '\n');
	if (with_usage)
		kaudit_options_usage(&message);
	fd_write_all(STDERR_FILENO, message.data, message.length);
}

int output_fail(struct text *error, const char *what, int r)
{
	text_format(error, "%s: %s", what, strerror(-r));
	return r;
}

int output_put(const struct destination *destination, int otherwise,
	       const struct text *text, struct text *error)
{
	const char *name = destination->path ?: "output";
	int r = text->failed ? -ENOMEM : 0;

	if (!r)
		r = destination->path
			? destination_write(destination, text)
			: fd_write_all(otherwise, text->data, text->length);
	return r ? output_fail(error, name, r) : 0;
}

int output_write(const char *file, const struct text *text, struct text *error)
{
	_cleanup_(destination_done) struct destination to = DESTINATION_NONE;
	int r = file ? destination_open(&to, file) : 0;

	return r ? output_fail(error, file, r)
		 : output_put(&to, STDOUT_FILENO, text, error);
}

struct data_style output_style(void)
{
	return (struct data_style){
		.width = OUTPUT_WIDTH,
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
}
