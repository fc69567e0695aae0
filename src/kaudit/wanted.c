/* Takes them, and complains. */
#include "kaudit/wanted.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/options.h"
#include "kaudit/report.h"
#include "redact/redact.h"

/* NULL, with a line in *error, where none is called so. */
static const struct report_form *find_form(const char *option, const char *name,
					   size_t length, struct text *error)
{
	const struct report_form *form = report_find(name, length);

	if (!form)
		text_format(error,
			    "--%s: there is no format \"%.*s\": see --help",
			    option, (int)length, name);
	return form;
}

int wanted_form(struct kaudit_options *options, const char *name,
		struct text *error)
{
	const struct report_form *form = find_form("format", name, strlen(name),
						   error);

	if (!form)
		return -EINVAL;
	if (options->form && options->form != form) {
		text_put(error, "--format, --json and --markdown exclude each "
				"other");
		return -EINVAL;
	}
	options->form = form;
	return 0;
}

int wanted_report(struct kaudit_options *options, const char *value,
		  struct text *error)
{
	const char *sign = strchr(value, '=');
	const struct report_form *form;

	if (!sign || !sign[1]) {
		text_format(error, "--report %s: is not FORMAT=FILE", value);
		return -EINVAL;
	}
	form = find_form("report", value, (size_t)(sign - value), error);
	if (!form)
		return -EINVAL;
	if (options->report_count == KAUDIT_REPORTS_MAX) {
		text_put(error, "--report once more than can be");
		return -EINVAL;
	}
	options->reports[options->report_count++] =
	    (struct kaudit_report){ form, sign + 1 };
	return 0;
}

int wanted_redact(struct kaudit_options *options, const char *value,
		  struct text *error)
{
	_cleanup_(text_done) struct text problem = TEXT_INIT;
	int r;

	if (options->redact_count > KAUDIT_REDACT_MAX) {
		text_put(error, "--redact once more than can be");
		return -EINVAL;
	}
	options->redact[options->redact_count++] = value;
	r = redact_check(value, &problem);
	if (r)
		text_format(error, "--redact: %s", text_string(&problem));
	return r;
}
