/* Takes them, and complains. */
#include "kaudit/wanted.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/options.h"
#include "kaudit/report.h"
#include "redact/redact.h"

/* NULL, after it was said, where none is called so. */
static const struct report_form *find_form(const struct options_given *given,
					   const char *name, size_t length)
{
	const struct report_form *form = report_find(name, length);

	if (!form)
		text_format(given->error,
			    "--%s: there is no format \"%.*s\": see --help",
			    given->row->name, (int)length, name);
	return form;
}

int wanted_form(const struct options_given *given)
{
	struct kaudit_options *options = given->ret;
	const char *name = given->value ?: given->row->name;
	const struct report_form *form = find_form(given, name, strlen(name));

	if (!form)
		return -EINVAL;
	if (options->form && options->form != form) {
		text_put(given->error, "--format, --json and --markdown "
				       "exclude each other");
		return -EINVAL;
	}
	options->form = form;
	return 0;
}

int wanted_report(const struct options_given *given)
{
	struct kaudit_options *options = given->ret;
	const char *sign = strchr(given->value, '=');
	const struct report_form *form;

	if (!sign || !sign[1])
		return options_refuse(given, "FORMAT=FILE");
	form = find_form(given, given->value, (size_t)(sign - given->value));
	if (!form)
		return -EINVAL;
	if (options->report_count == KAUDIT_REPORTS_MAX) {
		text_put(given->error, "--report once more than can be");
		return -EINVAL;
	}
	options->reports[options->report_count++] =
	    (struct kaudit_report){ form, sign + 1 };
	return 0;
}

int wanted_redact(const struct options_given *given)
{
	_cleanup_(text_done) struct text problem = TEXT_INIT;
	struct kaudit_options *options = given->ret;
	int r;

	if (options->redact_count > KAUDIT_REDACT_MAX) {
		text_put(given->error, "--redact once more than can be");
		return -EINVAL;
	}
	options->redact[options->redact_count++] = given->value;
	r = redact_check(given->value, &problem);
	if (r)
		text_format(given->error, "--redact: %s",
			    text_string(&problem));
	return r;
}
