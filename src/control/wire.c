/*
 * Messages <-> bytes, and where a supervisor is to be found. Must not touch a
 * socket, nor fill anything in before all of a message is known to be good.
 */
#include "control/wire.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "control/ownership.h"
#include "control/permission.h"

#define REQUEST_MAGIC UINT32_C(0x5172746b) /* "ktrQ" */
#define ANSWER_MAGIC  UINT32_C(0x4172746b) /* "ktrA" */
#define NAMES_MAX     16
#define ERRNO_MAX     4095

/* What every message of every version begins with. */
struct head {
	uint32_t magic;
	uint32_t version;
};

struct request_form {
	struct head head;
	uint32_t operation;
	uint32_t flags;
	uint32_t facilities;
	int32_t pid;
	uint32_t state;
	uint32_t genio_size;
	uint32_t queue_size;
	uint32_t text_length;
};

struct answer_form {
	struct head head;
	uint32_t kind;
	int32_t error;
	uint32_t rule;
	int32_t owner;
	uint32_t set;
	uint32_t refused;
	uint32_t late_count;
	uint32_t text_length;
	int32_t late[WIRE_LATE_MAX]; /* 0 behind the last */
};

_Static_assert(sizeof(struct request_form) == 40, "no padding in a request");
_Static_assert(sizeof(struct answer_form) == 40 + 4 * WIRE_LATE_MAX,
	       "no padding in an answer");
_Static_assert(sizeof(struct answer_form) + WIRE_TEXT_MAX <= WIRE_MESSAGE_MAX,
	       "every message fits");
_Static_assert(sizeof(pid_t) == sizeof(int32_t), "a pid is an int32_t");

/* The form, with its text behind it; the length of both. */
static size_t put(void *message, const void *form, size_t form_size,
		  const char *text, uint32_t text_length)
{
	assert(text_length <= WIRE_TEXT_MAX);
	memcpy(message, form, form_size);
	memcpy((char *)message + form_size, text, text_length);
	return form_size + text_length;
}

size_t wire_put_request(void *message, const struct wire_request *request)
{
	const struct request_form form = {
		.head = { REQUEST_MAGIC, WIRE_VERSION },
		.operation = request->operation,
		.flags = request->flags,
		.facilities = request->facilities,
		.pid = request->pid,
		.state = request->state,
		.genio_size = request->genio_size,
		.queue_size = request->queue_size,
		.text_length = request->text_length,
	};

	return put(message, &form, sizeof(form), request->text,
		   request->text_length);
}

size_t wire_put_answer(void *message, const struct wire_answer *answer)
{
	struct answer_form form = {
		.head = { ANSWER_MAGIC, WIRE_VERSION },
		.kind = answer->kind,
		.error = answer->error,
		.rule = answer->rule,
		.owner = answer->owner,
		.set = answer->set,
		.refused = answer->refused,
		.late_count = answer->late_count,
		.text_length = answer->text_length,
	};

	assert(answer->late_count <= WIRE_LATE_MAX);
	memcpy(form.late, answer->late,
	       answer->late_count * sizeof(answer->late[0]));
	return put(message, &form, sizeof(form), answer->text,
		   answer->text_length);
}

/* The form, copied: a message need not be aligned. Of another version nothing
 * but the head is known. */
static int get(void *form, size_t form_size, uint32_t magic,
	       const void *message, size_t length)
{
	struct head head;

	if (length < sizeof(head))
		return -EBADMSG;
	memcpy(&head, message, sizeof(head));
	if (head.magic != magic)
		return -EBADMSG;
	if (head.version != WIRE_VERSION)
		return -EPROTO;
	if (length < form_size)
		return -EBADMSG;
	memcpy(form, message, form_size);
	return 0;
}

/* A NUL would hide the rest from who reads it as a string: only data may have
 * one. */
static bool is_text_good(const char *text, size_t left, uint32_t text_length,
			 bool is_data)
{
	if (text_length > WIRE_TEXT_MAX || text_length != left)
		return false;
	return is_data || !memchr(text, 0, text_length);
}

/* KTRFAC_ROOT is not the requester's to say. */
static bool is_request_good(const struct request_form *form)
{
	return form->operation >= WIRE_SET &&
	       form->operation < WIRE_OPERATION_END &&
	       !(form->flags & ~WIRE_FLAGS) &&
	       !(form->facilities & ~(KTRFAC_MASK | KTRFAC_INHERIT)) &&
	       form->state <= OWNERSHIP_BACKGROUND;
}

int wire_get_request(struct wire_request *ret, const void *message,
		     size_t length)
{
	struct request_form form;
	int error = get(&form, sizeof(form), REQUEST_MAGIC, message, length);
	const char *text;

	if (error)
		return error;
	text = (const char *)message + sizeof(form);
	if (!is_request_good(&form) ||
	    !is_text_good(text, length - sizeof(form), form.text_length,
			  form.operation == WIRE_UTRACE))
		return -EBADMSG;
	*ret = (struct wire_request){
		.operation = form.operation,
		.flags = form.flags,
		.facilities = form.facilities,
		.pid = form.pid,
		.state = form.state,
		.genio_size = form.genio_size,
		.queue_size = form.queue_size,
		.text_length = form.text_length,
	};
	memcpy(ret->text, text, form.text_length);
	return 0;
}

static bool is_late_good(const struct answer_form *form)
{
	if (form->late_count > WIRE_LATE_MAX)
		return false;
	for (unsigned i = 0; i < WIRE_LATE_MAX; i++)
		if (i < form->late_count ? form->late[i] <= 0
					 : form->late[i] != 0)
			return false;
	return true;
}

static bool is_answer_good(const struct answer_form *form)
{
	return form->kind >= WIRE_ANSWER && form->kind <= WIRE_WAKE &&
	       form->error <= 0 && form->error >= -ERRNO_MAX &&
	       form->rule < PERMISSION_RULE_COUNT && form->owner >= 0 &&
	       is_late_good(form);
}

int wire_get_answer(struct wire_answer *ret, const void *message, size_t length)
{
	struct answer_form form;
	int error = get(&form, sizeof(form), ANSWER_MAGIC, message, length);
	const char *text;

	if (error)
		return error;
	text = (const char *)message + sizeof(form);
	if (!is_answer_good(&form) ||
	    !is_text_good(text, length - sizeof(form), form.text_length, false))
		return -EBADMSG;
	*ret = (struct wire_answer){
		.kind = form.kind,
		.error = form.error,
		.rule = form.rule,
		.owner = form.owner,
		.set = form.set,
		.refused = form.refused,
		.late_count = form.late_count,
		.text_length = form.text_length,
	};
	memcpy(ret->late, form.late, sizeof(form.late));
	memcpy(ret->text, text, form.text_length);
	return 0;
}

unsigned wire_address(struct sockaddr_un *ret, pid_t supervisor,
		      unsigned attempt)
{
	/* Abstract: it begins with a NUL, and ends with the address. */
	char *name = ret->sun_path + 1;
	size_t size = sizeof(ret->sun_path) - 1;
	int length;

	if (attempt >= NAMES_MAX)
		return 0;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	length = attempt ? snprintf(name, size, "ktrace-u.%d.%u", supervisor,
				    attempt)
			 : snprintf(name, size, "ktrace-u.%d", supervisor);
	return (unsigned)(offsetof(struct sockaddr_un, sun_path) + 1) +
	       (unsigned)length;
}
