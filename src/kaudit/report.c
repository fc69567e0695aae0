/* What all forms of a report have in common. */
#include "kaudit/report.h"

#include <errno.h>

#include "audit/fact.h"
#include "audit/image.h"
#include "base/text.h"
#include "sysdesc/sysdesc.h"

void report_put_outcome(struct text *text, const struct fact *fact)
{
	const char *name;

	switch (fact->key.error) {
	case 0:
		text_put(text, "ok");
		return;
	case FACT_NO_RETURN:
		text_put(text, "no return");
		return;
	case EINPROGRESS:
		text_put(text, "in progress");
		return;
	default:
		break;
	}
	name = sysdesc_errno_name(fact->key.error);
	if (name)
		text_put(text, name);
	else
		text_format(text, "error %d", fact->key.error);
}

void report_put_calm(struct text *text, const struct text *report,
		     const char *hash)
{
	for (size_t i = 0; i < report->length; i++) {
		if (i && report->data[i] == '#' && report->data[i - 1] == '#')
			text_put(text, hash);
		else
			text_char(text, report->data[i]);
	}
	text->failed |= report->failed;
}

/* What it ran before stands between it and who made it. */
static const struct image *behind(const struct image *image)
{
	const struct image *previous = image->previous;

	return previous && !previous->is_launcher ? previous : image->parent;
}

void report_chain(const struct fact *fact, report_visit *visit, void *context)
{
	const struct image *image = fact->image;
	const struct name *last = image ? image->exe : NULL;
	unsigned count = 0;

	/* A long way may lead over many that only made others. */
	for (unsigned steps = 0; image && steps < 1024; steps++) {
		image = behind(image);
		if (!image || image->is_launcher || count == REPORT_CHAIN_MAX)
			return;
		if (!image->exe || image->exe == last)
			continue;
		last = image->exe;
		count++;
		visit(context, last);
	}
}
