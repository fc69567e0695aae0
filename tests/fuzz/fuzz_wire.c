/*
 * What a client or a supervisor may send: it must not crash, nothing is filled
 * in unless it is good, and what is good comes out again as it went in.
 * Rooms: control base
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/wire.h"
#include "must.h"

#define UNTOUCHED 0x5a

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_untouched(const void *value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		MUST(((const uint8_t *)value)[i] == UNTOUCHED);
}

static void try_request(const uint8_t *data, size_t size)
{
	char message[WIRE_MESSAGE_MAX];
	struct wire_request request;
	int error;

	memset(&request, UNTOUCHED, sizeof(request));
	error = wire_get_request(&request, data, size);
	if (error) {
		MUST(error == -EBADMSG || error == -EPROTO);
		must_be_untouched(&request, sizeof(request));
		return;
	}
	MUST(request.text_length <= WIRE_TEXT_MAX);
	MUST(request.text[request.text_length] == 0);
	MUST(wire_put_request(message, &request) == size);
	MUST(memcmp(message, data, size) == 0);
}

static void try_answer(const uint8_t *data, size_t size)
{
	char message[WIRE_MESSAGE_MAX];
	struct wire_answer answer;
	int error;

	memset(&answer, UNTOUCHED, sizeof(answer));
	error = wire_get_answer(&answer, data, size);
	if (error) {
		MUST(error == -EBADMSG || error == -EPROTO);
		must_be_untouched(&answer, sizeof(answer));
		return;
	}
	MUST(strlen(answer.text) == answer.text_length);
	MUST(answer.late_count <= WIRE_LATE_MAX);
	MUST(wire_put_answer(message, &answer) == size);
	MUST(memcmp(message, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_request(data, size);
	try_answer(data, size);
	return 0;
}
