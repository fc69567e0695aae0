/*
 * A machine for classic BPF in the dialect of seccomp: loads are of aligned
 * words of struct seccomp_data, jumps go forwards, all programs end.
 */
#include "support/bpf.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

struct machine {
	uint32_t a;
	uint32_t x;
	uint32_t memory[BPF_MEMWORDS];
	unsigned at;
	bool is_constant;
};

static int load_word(struct machine *machine, uint32_t offset,
		     const struct seccomp_data *data)
{
	if (offset % 4 != 0 || offset > sizeof(*data) - 4)
		return -EINVAL;
	if (offset != offsetof(struct seccomp_data, nr) &&
	    offset != offsetof(struct seccomp_data, arch))
		machine->is_constant = false;
	memcpy(&machine->a, (const uint8_t *)data + offset, 4);
	return 0;
}

static int move(struct machine *machine, const struct sock_filter *step)
{
	if (step->code == (BPF_MISC | BPF_TAX))
		machine->x = machine->a;
	else if (step->code == (BPF_MISC | BPF_TXA))
		machine->a = machine->x;
	else if (step->code == (BPF_LD | BPF_IMM))
		machine->a = step->k;
	else if (step->code == (BPF_LDX | BPF_W | BPF_IMM))
		machine->x = step->k;
	else if (step->k >= BPF_MEMWORDS)
		return -EINVAL;
	else if (step->code == (BPF_LD | BPF_MEM))
		machine->a = machine->memory[step->k];
	else if (step->code == (BPF_LDX | BPF_MEM))
		machine->x = machine->memory[step->k];
	else if (step->code == BPF_ST)
		machine->memory[step->k] = machine->a;
	else if (step->code == BPF_STX)
		machine->memory[step->k] = machine->x;
	else
		return -EINVAL;
	return 0;
}

static int calculate(struct machine *machine, const struct sock_filter *step)
{
	uint32_t value = BPF_SRC(step->code) == BPF_X ? machine->x : step->k;

	switch (BPF_OP(step->code)) {
	case BPF_ADD:
		machine->a += value;
		return 0;
	case BPF_SUB:
		machine->a -= value;
		return 0;
	case BPF_AND:
		machine->a &= value;
		return 0;
	case BPF_OR:
		machine->a |= value;
		return 0;
	case BPF_XOR:
		machine->a ^= value;
		return 0;
	case BPF_NEG:
		machine->a = -machine->a;
		return 0;
	}
	return -EINVAL;
}

static int jump(struct machine *machine, const struct sock_filter *step,
		unsigned count)
{
	uint32_t value = BPF_SRC(step->code) == BPF_X ? machine->x : step->k;
	bool is_true;

	switch (BPF_OP(step->code)) {
	case BPF_JA:
		if (step->k >= count - machine->at)
			return -EINVAL;
		machine->at += step->k;
		return 0;
	case BPF_JEQ:
		is_true = machine->a == value;
		break;
	case BPF_JGT:
		is_true = machine->a > value;
		break;
	case BPF_JGE:
		is_true = machine->a >= value;
		break;
	case BPF_JSET:
		is_true = (machine->a & value) != 0;
		break;
	default:
		return -EINVAL;
	}
	machine->at += is_true ? step->jt : step->jf;
	return 0;
}

static int run_step(struct machine *machine, const struct sock_filter *step,
		    unsigned count, const struct seccomp_data *data)
{
	if (step->code == (BPF_LD | BPF_W | BPF_ABS))
		return load_word(machine, step->k, data);
	switch (BPF_CLASS(step->code)) {
	case BPF_ALU:
		return calculate(machine, step);
	case BPF_JMP:
		return jump(machine, step, count);
	}
	return move(machine, step);
}

int bpf_run(const struct sock_filter *code, unsigned count,
	    const struct seccomp_data *data, struct bpf_verdict *ret)
{
	struct machine machine = { .is_constant = true };
	unsigned steps = 0;

	if (count == 0 || count > BPF_MAXINSNS)
		return -EINVAL;
	while (machine.at < count) {
		const struct sock_filter *step = &code[machine.at++];

		steps++;
		if (step->code == (BPF_RET | BPF_K) ||
		    step->code == (BPF_RET | BPF_A)) {
			ret->action = step->code == (BPF_RET | BPF_A)
					  ? machine.a
					  : step->k;
			ret->is_constant = machine.is_constant;
			ret->steps = steps;
			return 0;
		}
		if (run_step(&machine, step, count, data) < 0)
			return -EINVAL;
	}
	return -EINVAL;
}
