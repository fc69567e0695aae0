/* Must not know what it is about. */
#include "kaudit/output.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "decode/data.h"
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

/* To a file, or (NULL) to a descriptor. 0 or -errno. */
int output_write(const char *file, int otherwise, const struct text *text,
		 struct text *error)
{
	_cleanup_fd_ int fd = -1;
	const char *name = file ? file : "output";
	int r;

	if (text->failed)
		return output_fail(error, name, -ENOMEM);
	if (file)
		fd = open(file,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
			  0666);
	if (file && fd < 0)
		return output_fail(error, name, -errno);
	r = fd_write_all(file ? fd : otherwise, text->data, text->length);
	return r ? output_fail(error, name, r) : 0;
}

struct data_style output_style(void)
{
	return (struct data_style){
		.width = OUTPUT_WIDTH,
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
}
