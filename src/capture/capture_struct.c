/*
 * STRUCT and STRUCT_ARRAY: what crosses the boundary where an argument points,
 * in the layout of the call's ABI. Rows say what and how long it is, layouts
 * how large one is. What the program may not read makes no record.
 */
#include "capture/capture_private.h"

#define MESSAGES_MAX 1024u /* the kernel takes no more at once */
#define CONTROL_MAX  65536u
#define WORDS_MAX    7u /* of a struct msghdr */

/* What an ioctl's number says: asm-generic/ioctl.h. */
#define IOCTL_SIZE(command) ((command) >> 16 & 0x3fff)
#define IOCTL_WAY(command)  ((command) >> 30)

enum moment { ENTRY, EXIT };

/* ---- records ---- */

/* A record that begins with `first` bytes and the name. Where the structure
 * goes, or NULL. */
static uint8_t *open_record(const struct capture_job *job, unsigned kind,
			    size_t first, const char *name, size_t length,
			    size_t *ret_head)
{
	const struct capture_sink *sink = job->sink;
	size_t head = first + capture_length_of_text(name) + 1;
	uint8_t *room = sink->reserve(sink->context, kind, head + length);

	if (!room)
		return NULL;
	capture_put_text(room + first, name);
	room[head - 1] = 0;
	*ret_head = head;
	return room;
}

static void close_record(const struct capture_job *job, size_t length,
			 bool is_whole)
{
	const struct capture_sink *sink = job->sink;

	if (is_whole)
		sink->commit(sink->context, length);
	else
		sink->cancel(sink->context);
}

/* False when it could not be read. */
static bool put_struct(const struct capture_job *job,
		       const struct sysdesc_layout *layout, uint64_t address,
		       uint64_t wanted)
{
	uint64_t most = job->policy->genio_size;
	uint32_t size = capture_size_of(job, layout);
	uint32_t length;
	uint32_t got = 0;
	uint8_t *room;
	size_t head;

	most = most > size ? most : size;
	length = (uint32_t)capture_minimum(wanted, most);
	if (!capture_wants(job->policy, KTR_STRUCT))
		return true;
	room = open_record(job, KTR_STRUCT, 0, layout->name, length, &head);
	if (!room)
		return true;
	if (length > 0)
		got = capture_read(job, address, room + head, length);
	/* The kernel looks at no more bits than it has of what they are. */
	if (layout->is_bits && size > 0 && got >= size)
		length = got / size * size;
	close_record(job, head + length, got >= length);
	return got >= length;
}

/* As many items as FreeBSD's kernel would: at least one. */
static void put_array(const struct capture_job *job,
		      const struct sysdesc_layout *layout, uint64_t address,
		      uint64_t items)
{
	uint64_t size = capture_size_of(job, layout);
	uint64_t most = job->policy->genio_size / size;
	uint32_t length;
	uint32_t got = 0;
	uint8_t *room;
	size_t head;

	if (!capture_wants(job->policy, KTR_STRUCT_ARRAY))
		return;
	items = capture_minimum(items, most > 0 ? most : 1);
	length = (uint32_t)(items * size);
	room = open_record(job, KTR_STRUCT_ARRAY, sizeof(size), layout->name,
			   length, &head);
	if (!room)
		return;
	__builtin_memcpy(room, &size, sizeof(size));
	if (length > 0)
		got = capture_read(job, address, room + head, length);
	close_record(job, head + length, got == length);
}

static const struct sysdesc_layout *layout_of(const struct capture_job *job,
					      enum sysdesc_blob blob)
{
	return sysdesc_layout(blob, (enum sysdesc_abi)job->call->abi);
}

/* ---- what leads to more ---- */

static bool read_words(const struct capture_job *job, uint64_t address,
		       uint64_t *words, unsigned count)
{
	unsigned word = capture_pointer(job->call);
	uint8_t raw[WORDS_MAX * 8];

	if (capture_read(job, address, raw, count * word) < count * word)
		return false;
	for (unsigned i = 0; i < count; i++)
		words[i] = capture_word(raw + (size_t)i * word, word);
	return true;
}

/* pselect6: a pointer, and how long what is there is. */
static void put_sigset(const struct capture_job *job, uint64_t address)
{
	const struct sysdesc_layout *layout = layout_of(job, BLOB_SIGSET);
	uint64_t words[2];

	if (read_words(job, address, words, 2) && words[0] != 0)
		put_struct(
		    job, layout, words[0],
		    capture_minimum(words[1], capture_size_of(job, layout)));
}

/* struct sock_fprog: an u16 that counts, and a pointer. */
static void put_filter(const struct capture_job *job, uint64_t address)
{
	const struct sysdesc_layout *layout = layout_of(job, BLOB_SOCK_FPROG);
	uint64_t words[2];

	put_struct(job, layout, address, capture_size_of(job, layout));
	if (read_words(job, address, words, 2))
		put_array(job, layout_of(job, BLOB_SOCK_FILTER), words[1],
			  (uint16_t)words[0]);
}

/* The structures that a vector of pointers leads to; those behind one that
 * cannot be read the kernel does not read either. */
static void put_each(const struct capture_job *job, uint64_t address,
		     uint64_t items, enum sysdesc_blob blob)
{
	const struct sysdesc_layout *layout = layout_of(job, blob);
	unsigned word = capture_pointer(job->call);
	uint64_t pointer;

	items = capture_minimum(items, MESSAGES_MAX);
	for (uint64_t i = 0; i < items; i++)
		if (!read_words(job, address + i * word, &pointer, 1) ||
		    !put_struct(job, layout, pointer,
				capture_size_of(job, layout)))
			break;
}

/* Of its name there is no more than there was room for. */
static void put_message(const struct capture_job *job, uint64_t address,
			uint32_t room)
{
	const struct sysdesc_layout *layout = layout_of(job, BLOB_MSGHDR);
	uint64_t words[WORDS_MAX];

	put_struct(job, layout, address, capture_size_of(job, layout));
	if (!read_words(job, address, words, WORDS_MAX))
		return;
	/* Its length is an int. */
	if (words[0] != 0)
		put_struct(job, layout_of(job, BLOB_SOCKADDR), words[0],
			   capture_minimum((uint32_t)words[1], room));
	put_array(job, layout_of(job, BLOB_IOVEC), words[2], words[3]);
	if (words[4] != 0 && words[5] != 0)
		put_struct(job, layout_of(job, BLOB_CONTROL), words[4],
			   capture_minimum(words[5], CONTROL_MAX));
}

static uint32_t room_of(const struct capture_job *job, uint64_t message,
			enum moment moment)
{
	return moment == EXIT ? capture_room_of(job, message)
			      : CAPTURE_NAME_MAX;
}

static void put_messages(const struct capture_job *job, uint64_t address,
			 uint64_t count, enum moment moment)
{
	unsigned stride = 8 * capture_pointer(job->call);

	count = capture_minimum(count, MESSAGES_MAX);
	for (uint64_t i = 0; i < count; i++)
		put_message(job, address + i * stride, room_of(job, i, moment));
}

static void put_pointed(const struct capture_job *job,
			const struct capture_pointed *what)
{
	switch (what->blob) {
	case BLOB_SIGSET_POINTER:
		put_sigset(job, what->address);
		return;
	case BLOB_IOCB_POINTER:
		put_each(job, what->address, what->items, BLOB_IOCB);
		return;
	case BLOB_SOCK_FPROG:
		put_filter(job, what->address);
		return;
	default:
		break;
	}
	if (what->is_array)
		put_array(job, what->layout, what->address, what->items);
	else
		put_struct(job, what->layout, what->address, what->length);
}

/* ---- arguments ---- */

static bool crosses(unsigned direction, enum moment moment)
{
	return direction == DIRECTION_INOUT ||
	       direction == (moment == ENTRY ? DIRECTION_IN : DIRECTION_OUT);
}

/* Whether it is but the length of another one: that one's record has it. */
static bool is_length(const struct sysdesc_row *row, unsigned index)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].length == LENGTH_DEREF &&
		    row->arg[i].len_arg == index)
			return true;
	return false;
}

static void put_blob(const struct capture_job *job, unsigned index,
		     const struct sysdesc_arg *arg)
{
	struct capture_pointed what;

	/* Not as a whole: some compilers would make a call of memset(). */
	what.blob = (enum sysdesc_blob)arg->set;
	what.address = capture_argument(job->call, index);
	what.length = 0;
	what.items = 0;
	what.is_array = false;
	what.layout = layout_of(job, what.blob);
	if (!what.layout || what.address == 0)
		return;
	capture_pointed_measure(job, arg, &what);
	put_pointed(job, &what);
}

/* An ioctl that no table has may say itself how long its structure is. */
static void put_ioctl(const struct capture_job *job, unsigned index,
		      uint32_t command, enum moment moment)
{
	static const uint8_t ways[] = { DIRECTION_NONE, DIRECTION_IN,
					DIRECTION_OUT, DIRECTION_INOUT };
	uint64_t address = capture_argument(job->call, index);

	if (address != 0 && IOCTL_SIZE(command) > 0 &&
	    crosses(ways[IOCTL_WAY(command)], moment))
		put_struct(job, layout_of(job, BLOB_IOCTL), address,
			   IOCTL_SIZE(command));
}

static void put_by_command(const struct capture_job *job, unsigned index,
			   enum moment moment)
{
	const struct sysdesc_row *row = job->call->row;
	const struct sysdesc_commands *commands = sysdesc_commands(row);
	uint32_t value = (uint32_t)capture_argument(job->call, index);
	const struct sysdesc_command *command;
	struct sysdesc_arg arg;

	if (!commands)
		return;
	command = sysdesc_command(commands, value);
	if (!command && row->arg[index].set == FLAGSET_IOCTL)
		put_ioctl(job, index + 1, value, moment);
	if (!command || !crosses(command->direction, moment))
		return;
	arg = row->arg[command->arg];
	arg.set = command->blob;
	arg.length = LENGTH_FIXED;
	put_blob(job, command->arg, &arg);
}

static void put_argument(const struct capture_job *job, unsigned index,
			 enum moment moment)
{
	const struct capture_call *call = job->call;
	const struct sysdesc_arg *arg = &call->row->arg[index];
	uint64_t address = capture_argument(call, index);
	uint64_t count;

	switch (arg->kind) {
	case KIND_BLOB:
		if (crosses(arg->direction, moment) &&
		    !is_length(call->row, index))
			put_blob(job, index, arg);
		break;
	case KIND_CMD:
		put_by_command(job, index, moment);
		break;
	case KIND_IOVEC:
		if (moment == ENTRY && address != 0)
			put_array(job, layout_of(job, BLOB_IOVEC), address,
				  capture_passed_length(call, arg->len_arg));
		break;
	case KIND_MSGHDR:
		if (crosses(arg->direction, moment))
			put_message(job, address, room_of(job, 0, moment));
		break;
	case KIND_MMSGHDR:
		count = moment == EXIT
			    ? (uint64_t)call->result
			    : capture_passed_length(call, arg->len_arg);
		if (crosses(arg->direction, moment))
			put_messages(job, address, count, moment);
		break;
	case KIND_XATTR:
		if (moment == ENTRY && address != 0)
			put_struct(job, layout_of(job, BLOB_XATTR_ARGS),
				   address, 16);
		break;
	default:
		break;
	}
}

/* ---- outward ---- */

static unsigned needs_of_way(unsigned direction)
{
	unsigned needs = 0;

	if (crosses(direction, ENTRY))
		needs |= CAPTURE_AT_ENTRY;
	if (crosses(direction, EXIT))
		needs |= CAPTURE_AT_EXIT;
	return needs;
}

static unsigned needs_of_commands(const struct sysdesc_row *row)
{
	const struct sysdesc_commands *commands = sysdesc_commands(row);
	unsigned needs = 0;

	for (unsigned i = 0; commands && i < commands->count; i++)
		needs |= needs_of_way(commands->commands[i].direction);
	return needs;
}

/* The room in it is looked at first. */
static bool is_message(const struct sysdesc_arg *arg)
{
	return arg->kind == KIND_MSGHDR || arg->kind == KIND_MMSGHDR;
}

unsigned capture_struct_needs(const struct sysdesc_row *row)
{
	unsigned needs = 0;

	for (unsigned i = 0; i < row->narg; i++) {
		const struct sysdesc_arg *arg = &row->arg[i];

		if (arg->kind == KIND_CMD)
			needs |= needs_of_commands(row);
		else if (arg->kind == KIND_IOVEC || arg->kind == KIND_XATTR)
			needs |= CAPTURE_AT_ENTRY;
		else if (arg->kind == KIND_BLOB || is_message(arg))
			needs |= needs_of_way(arg->direction);
		if (arg->length == LENGTH_DEREF || is_message(arg))
			needs |= CAPTURE_AT_ENTRY;
	}
	return needs;
}

void capture_struct_entry(const struct capture_job *job)
{
	capture_room_entry(job);
	for (unsigned i = 0; i < job->call->row->narg; i++)
		put_argument(job, i, ENTRY);
}

void capture_struct_exit(const struct capture_job *job)
{
	const struct sysdesc_row *row = job->call->row;

	for (unsigned i = 0; i < row->narg; i++)
		if (capture_written(job, &row->arg[i]))
			put_argument(job, i, EXIT);
}
