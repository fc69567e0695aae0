/*
 * Tables of tails, by process and descriptor, one for each way.
 */
#include "redact/stream.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"

struct stream_entry {
	uint64_t key;
	struct stream stream;
	UT_hash_handle hh;
};

static void table_done(struct stream_entry *entries)
{
	struct stream_entry *entry = entries, *next;

	HASH_CLEAR(hh, entries);
	for (; entry; entry = next) {
		next = entry->hh.next;
		free(entry);
	}
}

void streams_done(struct streams *streams)
{
	table_done(streams->read);
	table_done(streams->written);
}

static struct stream_entry *find(struct stream_entry *entries, uint64_t key)
{
	struct stream_entry *entry;

	HASH_FIND(hh, entries, &key, sizeof(key), entry);
	return entry;
}

static void forget(struct stream_entry **entries, uint64_t key)
{
	struct stream_entry *entry = find(*entries, key);

	if (!entry)
		return;
	HASH_DEL(*entries, entry);
	free(entry);
}

static struct stream_entry *add(struct stream_entry **entries, uint64_t key)
{
	struct stream_entry *entry;

	if (HASH_COUNT(*entries) >= STREAMS_MAX)
		forget(entries, (*entries)->key);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->key = key;
	HASH_ADD(hh, *entries, key, sizeof(key), entry);
	if (entry->hh.tbl)
		return entry;
	free(entry);
	return NULL;
}

struct stream *streams_find(struct streams *streams, int32_t pid, int32_t fd,
			    bool is_written)
{
	struct stream_entry **entries = is_written ? &streams->written
						   : &streams->read;
	uint64_t key = (uint64_t)(uint32_t)pid << 32 | (uint32_t)fd;
	struct stream_entry *entry = find(*entries, key) ?: add(entries, key);

	return entry ? &entry->stream : NULL;
}

void stream_keep(struct stream *stream, const uint8_t *data, size_t length)
{
	size_t added = MIN(length, (size_t)STREAM_TAIL);
	size_t kept = MIN(stream->length, STREAM_TAIL - added);

	memmove(stream->tail, stream->tail + stream->length - kept, kept);
	memcpy(stream->tail + kept, data + length - added, added);
	stream->length = kept + added;
}
