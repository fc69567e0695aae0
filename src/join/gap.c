/* Reasons, in the order in which they came up. */
#include "join/gap.h"

#include <errno.h>
#include <string.h>

#include "trace/record.h"

void gaps_done(struct gaps *gaps)
{
	for (unsigned i = 0; i < gaps->count; i++)
		text_done(&gaps->items[i].what);
}

/* Its place, which is made when it is new; *what is taken over then. */
static struct gap *find(struct gaps *gaps, struct text *what)
{
	struct gap *gap = gaps->items;

	for (unsigned i = 0; i < gaps->count; i++, gap++)
		if (gap->what.length == what->length &&
		    !memcmp(gap->what.data, what->data, what->length))
			return gap;
	if (gaps->count > GAPS_MAX)
		return gap - 1;
	if (gaps->count++ == GAPS_MAX) {
		text_put(&gap->what, "other things");
		return gap;
	}
	gap->what = *what;
	*what = (struct text)TEXT_INIT;
	return gap;
}

int gaps_add_text(struct gaps *gaps, const struct record *record,
		  uint64_t count, struct text *what)
{
	struct gap *gap = what->failed || !what->length ? NULL
							: find(gaps, what);

	text_done(what);
	if (!gap)
		return -ENOMEM;
	if (!gap->count && record) {
		gap->pid = record->pid;
		memcpy(gap->comm, record->comm, sizeof(gap->comm));
	}
	gap->count += count;
	return 0;
}

int gaps_add(struct gaps *gaps, const struct record *record, uint64_t count,
	     const char *what)
{
	struct text text = TEXT_INIT;

	text_put(&text, what);
	return gaps_add_text(gaps, record, count, &text);
}
