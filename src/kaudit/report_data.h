/*
 * What report.js draws: facts, processes, and the names they have, as people
 * read them. Bounded; what is left out is counted.
 */
#ifndef KAUDIT_REPORT_DATA_H
#define KAUDIT_REPORT_DATA_H

#include <stddef.h>

struct name;
struct report;
struct text;

/* Most of them, and bytes of all together: what a browser bears. What is not
 * allowed comes first, what was only asked about last. */
#define REPORT_DATA_FACTS     40000u
#define REPORT_DATA_PROCESSES 20000u
#define REPORT_DATA_BYTES     ((size_t)16 << 20)
/* Of one name. */
#define REPORT_DATA_NAME ((size_t)2048)

/* A JSON document that may stand between the tags of a script. */
void report_data_put(struct text *text, const struct report *report);

/* A name, or the words of a command, as the page shows them; cut, and said so.
 */
void report_data_name(struct text *text, const char *data, size_t length);
/* The same between tags. */
void report_data_markup(struct text *text, const char *data, size_t length);

#endif
