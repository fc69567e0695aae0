/*
 * A mask is as long as what it hides, so that a trace can be changed where it
 * lies, and names where others point to them.
 */
#include "kaudit/mask.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sys/random.h>

#include <ktrace-u/format.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/digest.h"
#include "redact/redact.h"
#include "trace/record.h"

/* What stands for a value is so many digits of a hash, and then the rest. */
#define DIGITS 16u
#define REST   '*'
#define PIECE  4096u

int mask_open(struct mask *ret, const char *const *patterns, size_t count,
	      bool keeps_values)
{
	*ret = (struct mask){ .keeps_values = keeps_values };
	if (getrandom(ret->salt, sizeof(ret->salt), 0) !=
	    (ssize_t)sizeof(ret->salt))
		return errno ? -errno : -EIO;
	return redact_open(&ret->redact, patterns, count);
}

void mask_done(struct mask *mask)
{
	redact_close(mask->redact);
	free(mask->places);
	explicit_bzero(mask->salt, sizeof(mask->salt));
}

/* ---- traces ---- */

struct mask_place {
	off_t at;
	size_t length;
};

static int remember(struct mask *mask, const struct record *record)
{
	size_t room = mask->room ? 2 * mask->room : 256;
	struct mask_place *places = mask->places;

	if (mask->count == mask->room) {
		places = reallocarray(places, room, sizeof(*places));
		if (!places)
			return -ENOMEM;
		mask->places = places;
		mask->room = room;
	}
	places[mask->count++] = (struct mask_place){
		.at = (off_t)(record->offset + sizeof(struct ktr_header)),
		.length = record->length,
	};
	return 0;
}

/* 0; -EIO where something else is than was read: that is no place to write. */
static int find(int fd, off_t at, const uint8_t *data, size_t length)
{
	uint8_t piece[PIECE];
	ssize_t got;

	for (size_t done = 0; done < length; done += (size_t)got) {
		got = pread(fd, piece, MIN(length - done, sizeof(piece)),
			    at + (off_t)done);
		if (got < 0)
			return -errno;
		if (got == 0 || memcmp(piece, data + done, (size_t)got) != 0)
			return -EIO;
	}
	return 0;
}

static int write_at(int fd, off_t at, const void *data, size_t length)
{
	ssize_t put;

	for (size_t done = 0; done<length; done += put> 0 ? (size_t)put : 0) {
		put = pwrite(fd, (const char *)data + done, length - done,
			     at + (off_t)done);
		if (put < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

static int write_back(int fd, const struct record *record,
		      const uint8_t *masked)
{
	off_t at = (off_t)(record->offset + sizeof(struct ktr_header));
	int r = find(fd, at, record->payload, record->length);

	return r ? r : write_at(fd, at, masked, record->length);
}

/* Who does not know the salt, which nobody does afterwards, cannot try values;
 * who sees two can tell whether they are the same. */
static void mask_value(const struct mask *mask, char *value, size_t length)
{
	struct sha256_ctx context;
	char hex[DIGEST_HEX];
	struct digest digest;

	sha256_init(&context);
	sha256_update(&context, sizeof(mask->salt), mask->salt);
	sha256_update(&context, length, (const uint8_t *)value);
	sha256_digest(&context, sizeof(digest.bytes), digest.bytes);
	digest_hex(&digest, hex);
	memset(value, REST, length);
	memcpy(value, hex, MIN(length, (size_t)DIGITS));
}

/* What has no name is all value. */
static int mask_values(struct mask *mask, int fd, const struct record *record)
{
	struct text masked = TEXT_INIT;
	int r;

	text_bytes(&masked, record->payload, record->length);
	for (size_t at = 0; at < masked.length;) {
		char *word = masked.data + at;
		size_t length = strnlen(word, masked.length - at);
		const char *sign = memchr(word, '=', length);
		size_t name = sign ? (size_t)(sign - word) + 1 : 0;

		mask_value(mask, word + name, length - name);
		at += length + 1;
	}
	r = masked.failed
		? -ENOMEM
		: write_back(fd, record, (const uint8_t *)masked.data);
	text_done(&masked);
	return r;
}

/* Others stay as they are, and some of those tell where words end. */
static bool has_secrets(const struct record *record)
{
	return record->kind == KTR_ARGS || record->kind == KTR_ENVS ||
	       record->kind == KTR_GENIO || record->kind == KTR_USER ||
	       record_is_struct(record, KTR_STRUCT_SESSION);
}

static int mask_payload(struct mask *mask, int fd, const struct record *record)
{
	struct record masked = *record;
	int r = redact_record(mask->redact, &masked);

	if (r || !has_secrets(record) ||
	    !memcmp(masked.payload, record->payload, record->length))
		return r;
	return write_back(fd, record, masked.payload);
}

int mask_record(struct mask *mask, int fd, const struct record *record)
{
	int r = 0;

	/* A secret among them is one elsewhere, too. */
	if (record->kind == KTR_ENVS && !mask->keeps_values) {
		struct record learnt = *record;

		r = redact_record(mask->redact, &learnt);
		r = r ? r : mask_values(mask, fd, record);
	} else if (has_secrets(record) || record->kind == KTR_SYSRET)
		r = mask_payload(mask, fd, record);
	if (!r && has_secrets(record))
		r = remember(mask, record);
	mask->has_failed |= r < 0;
	return r;
}

static int mask_place(const struct mask *mask, int fd,
		      const struct mask_place *place)
{
	_cleanup_free_ char *text = malloc(2 * place->length + 1);
	char *masked;
	ssize_t got;

	if (!text)
		return -ENOMEM;
	got = pread(fd, text, place->length, place->at);
	if (got < 0)
		return -errno;
	if ((size_t)got != place->length)
		return -EIO;
	masked = text + place->length;
	memcpy(masked, text, place->length);
	masked[place->length] = '\0';
	redact_text(mask->redact, masked, place->length);
	if (!memcmp(masked, text, place->length))
		return 0;
	return write_at(fd, place->at, masked, place->length);
}

int mask_end(struct mask *mask, int fd)
{
	int r = 0;

	for (size_t i = 0; !r && i < mask->count; i++)
		r = mask_place(mask, fd, &mask->places[i]);
	mask->has_failed |= r < 0;
	return r;
}

/* ---- what is told ---- */

static bool is_command(const struct name *name)
{
	return memchr(name->text, '\0', name->length);
}

static int mask_commands(struct mask *mask, struct audit *audit)
{
	struct name *name = audit->names.first;
	int r = redact_words(mask->redact, audit->whole.command.data,
			     audit->whole.command.length);

	for (; !r && name; name = name->hh.next)
		if (is_command(name))
			r = redact_words(mask->redact, name->text,
					 name->length);
	return r;
}

/* Commands first: a secret that is found there is one in all names, and in the
 * commands before it. */
int mask_audit(struct mask *mask, struct audit *audit)
{
	struct gaps *gaps = &audit->gaps;
	struct name *name;
	int r = mask_commands(mask, audit) ?: mask_commands(mask, audit);

	for (name = audit->names.first; !r && name; name = name->hh.next)
		if (!is_command(name))
			redact_text(mask->redact, name->text, name->length);
	for (unsigned i = 0; !r && i < gaps->count; i++) {
		/* So that a NUL is behind it. */
		text_string(&gaps->items[i].what);
		redact_text(mask->redact, gaps->items[i].what.data,
			    gaps->items[i].what.length);
	}
	return r;
}
