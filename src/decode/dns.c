/* RFC 1035, section 4. */
#include "decode/dns.h"

#include <stdbool.h>
#include <string.h>

#include <sys/socket.h>

#include "base/array.h"

#define HEADER_SIZE 12u
#define LABEL_MAX   63u

/* The bits of a header that an answer has so: it is one, to a plain question,
 * and there was no error. */
#define FLAGS_MASK   0xf80fu
#define FLAGS_ANSWER 0x8000u

#define CLASS_IN   1u
#define TYPE_A     1u
#define TYPE_CNAME 5u
#define TYPE_AAAA  28u

struct message {
	const uint8_t *data;
	size_t length;
	size_t at;
};

struct name {
	char text[DNS_NAME_MAX + 1];
	size_t length;
};

static bool has(const struct message *message, size_t length)
{
	return message->length - message->at >= length;
}

static unsigned number_at(const uint8_t *data)
{
	return (unsigned)data[0] << 8 | data[1];
}

/* Two bytes; the caller knows that they are there. */
static unsigned take_number(struct message *message)
{
	message->at += 2;
	return number_at(message->data + message->at - 2);
}

static char small(uint8_t byte)
{
	return (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

static bool is_of_host(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

static bool put_label(struct name *name, const uint8_t *label, size_t length)
{
	bool is_next = name->length > 0;

	if (name->length + is_next + length > DNS_NAME_MAX)
		return false;
	if (is_next)
		name->text[name->length++] = '.';
	for (size_t i = 0; i < length; i++) {
		char c = small(label[i]);

		if (!is_of_host(c))
			return false;
		name->text[name->length++] = c;
	}
	return true;
}

/* Where a name goes on that is somewhere else: before where it is. */
static bool follow(const struct message *message, size_t *at, size_t limit)
{
	size_t to;

	if (message->length - *at < 2)
		return false;
	to = number_at(message->data + *at) & 0x3fffu;
	if (to >= limit)
		return false;
	*at = to;
	return true;
}

/* The name at the message's place, which is behind it then. */
static bool take_name(struct message *message, struct name *ret)
{
	size_t at = message->at, limit = at, behind = 0;

	ret->length = 0;
	while (at < message->length) {
		unsigned length = message->data[at];

		if (length == 0) {
			message->at = behind ?: at + 1;
			ret->text[ret->length] = '\0';
			return true;
		}
		if (length > LABEL_MAX) {
			if (length < 0xc0)
				return false;
			behind = behind ?: at + 2;
			if (!follow(message, &at, limit))
				return false;
			limit = at;
			continue;
		}
		if (message->length - at - 1 < length ||
		    !put_label(ret, message->data + at + 1, length))
			return false;
		at += 1 + length;
	}
	return false;
}

/* ---- records ---- */

struct resource {
	struct name owner;
	unsigned type, class;
	size_t data, length;
};

static bool take_resource(struct message *message, struct resource *ret)
{
	if (!take_name(message, &ret->owner) || !has(message, 10))
		return false;
	ret->type = take_number(message);
	ret->class = take_number(message);
	message->at += 4;
	ret->length = take_number(message);
	ret->data = message->at;
	if (!has(message, ret->length))
		return false;
	message->at += ret->length;
	return true;
}

static bool is_same(const struct name *one, const struct name *other)
{
	return one->length == other->length &&
	       !memcmp(one->text, other->text, one->length);
}

/* Another name of the host: what follows is about that. */
static bool rename_host(const struct message *message,
			const struct resource *resource, struct name *host)
{
	struct message there = *message;

	there.at = resource->data;
	there.length = resource->data + resource->length;
	return take_name(&there, host);
}

static int family_of(const struct resource *resource)
{
	if (resource->type == TYPE_A && resource->length == 4)
		return AF_INET;
	if (resource->type == TYPE_AAAA && resource->length == 16)
		return AF_INET6;
	return AF_UNSPEC;
}

static int take_answers(struct message *message, unsigned count,
			const struct name *asked, dns_visit *visit,
			void *context)
{
	struct name host = *asked;
	struct resource resource;
	int r = 0;

	for (; !r && count && take_resource(message, &resource); count--) {
		struct dns_answer answer = {
			.host = asked->text,
			.family = family_of(&resource),
			.address = message->data + resource.data,
		};

		if (resource.class != CLASS_IN ||
		    !is_same(&resource.owner, &host))
			continue;
		if (resource.type == TYPE_CNAME &&
		    !rename_host(message, &resource, &host))
			break;
		if (answer.family != AF_UNSPEC)
			r = visit(context, &answer);
	}
	return r;
}

int dns_each_answer(const void *data, size_t length, dns_visit *visit,
		    void *context)
{
	struct message message = { data, length, HEADER_SIZE };
	struct name asked;

	if (length >= 2 && number_at(data) == length - 2) {
		message.data += 2;
		message.length -= 2;
	}
	/* One question, and what was asked for is a host. */
	if (message.length < HEADER_SIZE ||
	    (number_at(message.data + 2) & FLAGS_MASK) != FLAGS_ANSWER ||
	    number_at(message.data + 4) != 1 || !take_name(&message, &asked) ||
	    !asked.length || !has(&message, 4))
		return 0;
	message.at += 4;
	return take_answers(&message, number_at(message.data + 6), &asked,
			    visit, context);
}
