/*
 * Lives of processes, which are bounded: the oldest is forgotten for a new one.
 */
#include "report/chrome_life.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/text.h"
#include "report/chrome.h"
#include "report/chrome_event.h"
#include "trace/fields.h"
#include "trace/record.h"

/* Named by what it executes. */
struct chrome_life {
	int32_t pid;
	char *name; /* of the part that has begun */
	UT_hash_handle hh;
};

static void free_life(struct chrome_life *life)
{
	free(life->name);
	free(life);
}

void chrome_life_done(struct chrome_life **lives)
{
	struct chrome_life *life = *lives, *next;

	HASH_CLEAR(hh, *lives);
	for (; life; life = next) {
		next = life->hh.next;
		free_life(life);
	}
}

static struct chrome_life *find_life(struct chrome_life *lives, int32_t pid)
{
	struct chrome_life *life;

	HASH_FIND(hh, lives, &pid, sizeof(pid), life);
	return life;
}

static void forget_life(struct chrome_life **lives, int32_t pid)
{
	struct chrome_life *life = find_life(*lives, pid);

	if (!life)
		return;
	HASH_DEL(*lives, life);
	free_life(life);
}

static void make_room(struct chrome_life **lives)
{
	if (HASH_COUNT(*lives) >= CHROME_PROCESSES_MAX)
		forget_life(lives, (*lives)->pid);
}

static struct chrome_life *add_life(struct chrome_life **lives, int32_t pid)
{
	struct chrome_life *life;

	make_room(lives);
	life = calloc(1, sizeof(*life));
	if (!life)
		return NULL;
	life->pid = pid;
	HASH_ADD(hh, *lives, pid, sizeof(life->pid), life);
	if (life->hh.tbl)
		return life;
	free_life(life);
	return NULL;
}

static void put_life(struct chrome_events *events, const char *phase,
		     const struct chrome_life *life,
		     const struct record *record)
{
	chrome_event_begin(events, phase, life->name, record);
	chrome_event_category(events, "process");
	chrome_event_id(events, life->pid);
	chrome_event_end(events);
}

/* What it executes, without the directories. */
static char *name_of(const struct chrome_events *events,
		     const struct record *record)
{
	struct text name = TEXT_INIT;
	struct field exe;
	const char *slash;

	if (fields_find(record->structure.data, record->structure.length, "exe",
			&exe) &&
	    exe.length <= PATH_MAX) {
		slash = memrchr(exe.data, '/', exe.length);
		if (slash)
			exe.length -= (size_t)(slash + 1 - exe.data);
		data_escape(&name, slash ? slash + 1 : exe.data, exe.length,
			    &events->view.style);
	} else {
		data_escape(&name, record->comm, strlen(record->comm),
			    &events->view.style);
	}
	if (name.failed || !text_string(&name)[0]) {
		text_done(&name);
		return strdup("?");
	}
	return name.data;
}

/* The head of the arrow from the call that made it, to the first call of its
 * own. */
static void put_birth(struct chrome_life *const *lives,
		      struct chrome_events *events, const struct record *record)
{
	int64_t parent;

	if (!fields_find_number(record->structure.data,
				record->structure.length, "ppid", &parent) ||
	    !find_life(*lives, (int32_t)parent))
		return;
	chrome_event_begin(events, "f", "fork", record);
	chrome_event_category(events, "fork");
	chrome_event_id(events, record->pid);
	chrome_event_end(events);
}

int chrome_life_begin(struct chrome_life **lives, struct chrome_events *events,
		      const struct record *record)
{
	struct chrome_life *life = find_life(*lives, record->pid);
	char *name = name_of(events, record);

	if (!name)
		return -ENOMEM;
	if (life)
		put_life(events, "e", life, record);
	else
		life = add_life(lives, record->pid);
	if (!life) {
		free(name);
		return -ENOMEM;
	}
	if (!life->name)
		put_birth(lives, events, record);
	free(life->name);
	life->name = name;
	chrome_event_metadata(events, "process_name", record, name);
	chrome_event_metadata(events, "thread_name", record, record->comm);
	put_life(events, "b", life, record);
	return 0;
}

void chrome_life_end(struct chrome_life **lives, struct chrome_events *events,
		     const struct record *record)
{
	struct chrome_life *life = find_life(*lives, record->pid);

	if (!life)
		return;
	if (life->name)
		put_life(events, "e", life, record);
	forget_life(lives, record->pid);
}
