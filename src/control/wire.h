/*
 * What passes between who asks and a supervisor: one message each way, each in
 * one piece (SOCK_SEQPACKET), of fixed size but for a text at its end. Numbers
 * are the machine's own: both ends run on it. A descriptor may come along; it
 * is not this file's business.
 *
 * A reader believes nothing: what does not have the right length, magic and
 * version, or an operation or bits that it does not know, is refused whole.
 */
#ifndef CONTROL_WIRE_H
#define CONTROL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_VERSION     3
#define WIRE_TEXT_MAX    4096 /* bytes of text, without a NUL */
#define WIRE_MESSAGE_MAX 8192
#define WIRE_LATE_MAX    64

enum wire_operation {
	WIRE_SET = 1,    /* adds facilities, gives a file: KTROP_SET */
	WIRE_CLEAR,      /* takes them away: KTROP_CLEAR */
	WIRE_CLEAR_FILE, /* of all that are traced to it: KTROP_CLEARFILE */
	WIRE_CLEAR_MINE, /* of all that the requester may: -C */
	WIRE_STATUS,     /* answered with a descriptor of a file to be read */
	WIRE_REGISTER,   /* as the background recorder */
	WIRE_OWNER,      /* makes pid the owner; -1 takes it back */
	WIRE_PAUSE,      /* if the state is what is named in state */
	WIRE_RESUME,
	WIRE_UTRACE,   /* text is the data of a USER record */
	WIRE_SNAPSHOT, /* writes the file of --ring now, if it is that */
	WIRE_OPERATION_END,
};

/* Flags of a request. */
#define WIRE_DESCEND   0x1u /* and all descendants: KTRFLAG_DESCEND */
#define WIRE_HOLD      0x2u /* the connection stays open: own the supervisor */
#define WIRE_NETBSD    0x4u /* by NetBSD's rules and semantics */
#define WIRE_GENIO_ALL 0x8u
#define WIRE_CALLS     0x10u  /* text is a selection (sysdesc/select.h) */
#define WIRE_JSON      0x20u  /* STATUS as a JSON document, else as lines */
#define WIRE_DROP      0x40u  /* into a new file: rather lose than wait */
#define WIRE_NO_RINGS  0x80u  /* io_uring_setup(2) fails with ENOSYS */
#define WIRE_STACKS    0x100u /* text ends in a newline and what --stack says */
/* Into a new file: the level of compression (trace/frame_writer.h), or 0. */
#define WIRE_LEVEL_SHIFT 16
#define WIRE_LEVEL       (0x1fu << WIRE_LEVEL_SHIFT)
#define WIRE_FLAGS       (0x1ffu | WIRE_LEVEL)

struct wire_request {
	enum wire_operation operation;
	uint32_t flags;
	uint32_t facilities; /* KTRFAC() bits and KTRFAC_INHERIT only */
	pid_t pid;           /* as ktrace(2): below 0 is a group */
	uint32_t state;      /* enum ownership_state, of PAUSE and RESUME */
	uint32_t genio_size; /* 0: as it is */
	uint32_t queue_size; /* for a new file; 0: the usual one */
	uint32_t text_length;
	/* A NUL is put behind it; of UTRACE, it may hold others. */
	char text[WIRE_TEXT_MAX + 1];
};

/* What a message from a supervisor is. */
enum wire_answer_kind {
	WIRE_ANSWER = 1, /* to a request */
	WIRE_WAKE,       /* the foreground is free again */
};

struct wire_answer {
	enum wire_answer_kind kind;
	int32_t error;    /* 0 or -errno */
	uint32_t rule;    /* enum permission_rule: what refused, with -EPERM */
	pid_t owner;      /* who owns it, with -EBUSY; else 0 */
	uint32_t set;     /* processes for which it was done, */
	uint32_t refused; /* and for which it was not allowed */
	uint32_t late_count; /* threads that it is not done for yet */
	pid_t late[WIRE_LATE_MAX];
	uint32_t text_length;
	char text[WIRE_TEXT_MAX + 1]; /* for people: what is to be known */
};

/* Into a message of at most WIRE_MESSAGE_MAX bytes; its length. The values are
 * the caller's own and known to be good. */
size_t wire_put_request(void *message, const struct wire_request *request);
size_t wire_put_answer(void *message, const struct wire_answer *answer);

/* 0, or -EBADMSG: no such message. -EPROTO: of another version. */
int wire_get_request(struct wire_request *ret, const void *message,
		     size_t length);
int wire_get_answer(struct wire_answer *ret, const void *message,
		    size_t length);

/* The name of the socket of the supervisor with that pid; attempt counts from 0
 * where others hold the name. The address's length; 0 when there is no further
 * name. */
struct sockaddr_un;
unsigned wire_address(struct sockaddr_un *ret, pid_t supervisor,
		      unsigned attempt);

#endif
