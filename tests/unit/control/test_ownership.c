/*
 * Ownership, event by event. The rows X1 to X57 are what XNU's kern_ktrace.c
 * does, all of it; those of the second table are what follows from it, and
 * where ours differs. Says every row that fails, by its name.
 */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/ownership.h"
#include "people.h"

#define NOBODY_HAS_IT 4711

/*
 * State, owner, what is configured, background tool, whether a wake-up is owed.
 * Then words: keep and kernel belong to the state; dead:A and reused:A are said
 * of the owner; deaf: a wake-up would not be received, as with "notify FAILS".
 */
struct row {
	const char *name;
	const char *what;
	struct ownership_result (*event)(struct ownership *ownership,
					 const struct row *row,
					 const struct ownership_facts *facts);
	const struct ownership_process *who;
	int argument; /* subsystems, a state or a pid */
	const char *before;
	int returns; /* negative: an error */
	const char *after;
	const char *effects;
	const char *configured_by; /* -: as before */
};

static struct ownership_result configure(struct ownership *ownership,
					 const struct row *row,
					 const struct ownership_facts *facts)
{
	return ownership_configure(ownership, row->who, (uint32_t)row->argument,
				   facts);
}

static struct ownership_result kernel(struct ownership *ownership,
				      const struct row *row,
				      const struct ownership_facts *facts)
{
	(void)facts;
	return ownership_configure_kernel(ownership, "kernel_task",
					  (uint32_t)row->argument);
}

static struct ownership_result reset(struct ownership *ownership,
				     const struct row *row,
				     const struct ownership_facts *facts)
{
	return ownership_reset(ownership, (uint32_t)row->argument, facts);
}

static struct ownership_result background(struct ownership *ownership,
					  const struct row *row,
					  const struct ownership_facts *facts)
{
	return ownership_register_background(ownership, row->who, facts);
}

static struct ownership_result bless(struct ownership *ownership,
				     const struct row *row,
				     const struct ownership_facts *facts)
{
	return ownership_set_owner(ownership, row->argument, row->who, facts);
}

static struct ownership_result disable(struct ownership *ownership,
				       const struct row *row,
				       const struct ownership_facts *facts)
{
	(void)facts;
	return ownership_disable(ownership,
				 (enum ownership_state)row->argument);
}

static struct ownership_result read_check(struct ownership *ownership,
					  const struct row *row,
					  const struct ownership_facts *facts)
{
	(void)facts;
	return (struct ownership_result){
		.ret = ownership_read_check(ownership, row->who),
	};
}

static struct ownership_result owning_pid(struct ownership *ownership,
					  const struct row *row,
					  const struct ownership_facts *facts)
{
	(void)row;
	return (struct ownership_result){
		.ret = ownership_owner_pid(ownership, facts),
	};
}

static struct ownership_result shown_pid(struct ownership *ownership,
					 const struct row *row,
					 const struct ownership_facts *facts)
{
	(void)row;
	(void)facts;
	return (struct ownership_result){
		.ret = ownership_shown_pid(ownership),
	};
}

#define FG OWNERSHIP_FOREGROUND
#define BG OWNERSHIP_BACKGROUND

/* clang-format off */
static const struct row rows[] = {
{ "X1", "root configures when off", configure, &A, D,
  "OFF own=- mask=0 bg=- notify=1", 0,
  "FG own=A mask=D bg=- notify=0", "-", "name=A" },
{ "X2", "background tool configures when off", configure, &G, D,
  "OFF own=- mask=0 bg=G notify=0", 0,
  "BG own=G mask=D bg=G notify=0", "-", "name=G" },
{ "X3", "ordinary user configures when off", configure, &U, D,
  "OFF own=- mask=0 bg=- notify=1", -EPERM,
  "OFF own=- mask=0 bg=- notify=1", "-", "-" },
{ "X4", "owner configures again, other subsystem: OR", configure, &A, K,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=DK bg=- notify=0", "-", "-" },
{ "X5", "owner that has since lost root configures: still allowed",
  configure, &A_without_root, K,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=DK bg=- notify=0", "-", "-" },
{ "X6", "other root, owner alive", configure, &B, K,
  "FG own=A mask=D bg=- notify=0", -EBUSY,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X7", "ordinary user, owner alive: EBUSY, not EPERM", configure, &U, K,
  "FG own=A mask=D bg=- notify=0", -EBUSY,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X8", "bg tool, FG owner alive", configure, &G, K,
  "FG own=A mask=D bg=G notify=0", -EBUSY,
  "FG own=A mask=D bg=G notify=0", "-", "-" },
{ "X9", "bg tool, FG owner DEAD: still EBUSY", configure, &G, K,
  "FG own=A mask=D bg=G notify=0 dead:A", -EBUSY,
  "FG own=A mask=D bg=G notify=0", "-", "-" },
{ "X10", "other root, owner dead: takes over, inherits the mask",
  configure, &B, K,
  "FG own=A mask=D bg=- notify=0 dead:A", 0,
  "FG own=B mask=DK bg=- notify=0", "-", "name=B" },
{ "X11", "ordinary user, owner dead (released all the same)",
  configure, &U, K,
  "FG own=A mask=D bg=- notify=0 dead:A", -EPERM,
  "FG own=- mask=D bg=- notify=0", "-", "-" },
{ "X12", "other root, owner's pid reused by another process",
  configure, &B, K,
  "FG own=A mask=D bg=- notify=0 reused:A", 0,
  "FG own=B mask=DK bg=- notify=0", "-", "name=B" },
{ "X13", "the process that got the reused pid is not the owner (user)",
  configure, &later_A, K,
  "FG own=A mask=D bg=- notify=0 reused:A", -EPERM,
  "FG own=- mask=D bg=- notify=0", "-", "-" },
{ "X14", "root takes over from live bg tool: bg config reset",
  configure, &A, K,
  "BG own=G mask=D bg=G notify=0", 0,
  "FG own=A mask=K bg=G notify=0", "reset D", "name=A" },
{ "X15", "ordinary user in BG", configure, &U, K,
  "BG own=G mask=D bg=G notify=0", -EPERM,
  "BG own=G mask=D bg=G notify=0", "-", "-" },
{ "X16", "bg tool configures again in BG", configure, &G, K,
  "BG own=G mask=D bg=G notify=0", 0,
  "BG own=G mask=DK bg=G notify=0", "-", "-" },
{ "X17", "root takes over from dead bg tool", configure, &A, D,
  "BG own=G mask=D bg=G notify=0 dead:G", 0,
  "FG own=A mask=D bg=G notify=0", "reset D", "name=A" },
/* An assertion of the kernel's. */
{ "X18", "configure with no subsystem", configure, &A, 0,
  "FG own=A mask=D bg=- notify=0", -EINVAL,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X19", "FG reset of everything, bg tool listens", reset, NULL, D | K,
  "FG own=A mask=D bg=G notify=0", 0,
  "OFF own=- mask=0 bg=G notify=0", "reset K, reset D, notify ok", "-" },
{ "X20", "FG reset of everything, nobody listens", reset, NULL, D | K,
  "FG own=A mask=D bg=- notify=0", 0,
  "OFF own=- mask=0 bg=- notify=1", "reset K, reset D, notify FAILS", "-" },
{ "X21", "FG reset of one of two subsystems", reset, NULL, K,
  "FG own=A mask=DK bg=- notify=0", 0,
  "FG own=A mask=D bg=- notify=0", "reset K", "-" },
{ "X22", "FG reset of a subsystem that is not active (it is all the same)",
  reset, NULL, K,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=D bg=- notify=0", "reset K", "-" },
{ "X23", "FG reset after the owner died", reset, NULL, D | K,
  "FG own=A mask=D bg=- notify=0 dead:A", 0,
  "OFF own=- mask=0 bg=- notify=0", "reset K, reset D, notify ok", "-" },
{ "X24", "bg tool resets", reset, NULL, D | K,
  "BG own=G mask=D bg=G notify=0", 0,
  "OFF own=- mask=0 bg=G notify=1", "reset K, reset D", "-" },
{ "X25", "reset when off", reset, NULL, D | K,
  "OFF own=- mask=0 bg=- notify=1", 0,
  "OFF own=- mask=0 bg=- notify=1", "-", "-" },
{ "X26", "reset, ownership kept: subsystems reset, mask and owner stay",
  reset, NULL, D | K,
  "FG own=A mask=D bg=- notify=0 keep", 0,
  "FG own=A mask=D bg=- notify=0 keep", "reset K, reset D", "-" },
{ "X27", "reset, ownership kept, nothing configured: no effect",
  reset, NULL, D | K,
  "FG own=A mask=0 bg=- notify=0 keep", 0,
  "FG own=A mask=0 bg=- notify=0 keep", "-", "-" },
{ "X28", "init_background when off, first time", background, &G, 0,
  "OFF own=- mask=0 bg=- notify=1", 0,
  "OFF own=- mask=0 bg=G notify=0", "notify ok", "-" },
{ "X29", "init_background when off, notification cannot be delivered",
  background, &G, 0,
  "OFF own=- mask=0 bg=- notify=1", -EINVAL,
  "OFF own=- mask=0 bg=- notify=1", "notify FAILS", "-" },
{ "X30", "init_background when off, not first", background, &G, 0,
  "OFF own=- mask=0 bg=- notify=0", 0,
  "OFF own=- mask=0 bg=G notify=0", "-", "-" },
{ "X31", "init_background in FG: registered, not owner, no notification",
  background, &G, 0,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=D bg=G notify=0", "-", "-" },
{ "X32", "init_background in FG with notify pending: pending is dropped",
  background, &G, 0,
  "FG own=A mask=D bg=- notify=1", 0,
  "FG own=A mask=D bg=G notify=0", "-", "-" },
{ "X33", "a second bg tool in BG takes the first one's place, mask stays",
  background, &B, 0,
  "BG own=G mask=D bg=G notify=0", 0,
  "BG own=B mask=D bg=B notify=0", "-", "name=B" },
{ "X34", "init_background without privilege", background, &U, 0,
  "OFF own=- mask=0 bg=- notify=1", -EPERM,
  "OFF own=- mask=0 bg=- notify=1", "-", "-" },
{ "X35", "bless a process when off", bless, &A, 'A',
  "OFF own=- mask=0 bg=- notify=1", 0,
  "FG own=A mask=0 bg=- notify=0 keep", "-", "name=A" },
{ "X36", "bless the bg tool when off", bless, &G, 'G',
  "OFF own=- mask=0 bg=G notify=0", 0,
  "BG own=G mask=0 bg=G notify=0 keep", "-", "name=G" },
{ "X37", "bless another process while FG owned by a live one",
  bless, &B, 'B',
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=B mask=D bg=- notify=0 keep", "-", "name=B" },
{ "X38", "bless a non-root process in BG: bg config reset", bless, &U, 'U',
  "BG own=G mask=D bg=G notify=0", 0,
  "FG own=U mask=0 bg=G notify=0 keep", "reset D", "name=U" },
{ "X39", "unbless (-1), kept", bless, NULL, -1,
  "FG own=A mask=D bg=G notify=0 keep", 0,
  "OFF own=- mask=0 bg=G notify=0", "reset D, notify ok", "-" },
{ "X40", "unbless (-1), not kept: no effect", bless, NULL, -1,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X41", "pid 0, kept: reset AND error", bless, NULL, 0,
  "FG own=A mask=D bg=- notify=0 keep", -EINVAL,
  "OFF own=- mask=0 bg=- notify=0", "reset D, notify ok", "-" },
{ "X42", "pid of no process, kept: reset AND error",
  bless, NULL, NOBODY_HAS_IT,
  "FG own=A mask=D bg=- notify=0 keep", -ESRCH,
  "OFF own=- mask=0 bg=- notify=0", "reset D, notify ok", "-" },
{ "X43", "pid of no process, not kept", bless, NULL, NOBODY_HAS_IT,
  "FG own=A mask=D bg=- notify=0", -ESRCH,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X44", "unbless in BG, kept", bless, NULL, -1,
  "BG own=G mask=D bg=G notify=0 keep", 0,
  "OFF own=- mask=0 bg=G notify=1", "reset D", "-" },
{ "X45", "blessed owner dies, other root configures: keep stays",
  configure, &B, K,
  "FG own=A mask=D bg=- notify=0 keep dead:A", 0,
  "FG own=B mask=DK bg=- notify=0 keep", "-", "name=B" },
{ "X46", "kernel configures when off", kernel, NULL, D,
  "OFF own=- mask=0 bg=- notify=1", 0,
  "FG own=- mask=D bg=- notify=1 kernel", "-", "name=kernel_task" },
{ "X47", "kernel configures over an owner, same subsystem", kernel, NULL, D,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=- mask=D bg=- notify=0 kernel", "reset D", "name=kernel_task" },
{ "X48", "kernel configures again", kernel, NULL, K,
  "FG own=- mask=D bg=- notify=0 kernel", 0,
  "FG own=- mask=DK bg=- notify=0 kernel", "-", "-" },
{ "X49", "root configures after the kernel: mask inherited",
  configure, &A, K,
  "FG own=- mask=D bg=- notify=0 kernel", 0,
  "FG own=A mask=DK bg=- notify=0", "-", "name=A" },
{ "X50", "bg tool configures after the kernel", configure, &G, K,
  "FG own=- mask=D bg=G notify=0 kernel", -EBUSY,
  "FG own=- mask=D bg=G notify=0 kernel", "-", "-" },
{ "X51", "get_owning_pid, owner alive", owning_pid, NULL, 0,
  "FG own=A mask=D bg=- notify=0", 'A',
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X52", "get_owning_pid, owner dead: 0, state stays FG",
  owning_pid, NULL, 0,
  "FG own=A mask=D bg=- notify=0 dead:A", 0,
  "FG own=- mask=D bg=- notify=0", "-", "-" },
{ "X53", "read_check by owner that is not root", read_check, &U, 0,
  "FG own=U mask=D bg=- notify=0", 0,
  "FG own=U mask=D bg=- notify=0", "-", "-" },
{ "X54", "read_check by other root", read_check, &B, 0,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X55", "read_check by other user", read_check, &U, 0,
  "FG own=A mask=D bg=- notify=0", -EPERM,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "X56", "disable(FG) in FG: recording paused, ownership as it was",
  disable, NULL, FG,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=D bg=- notify=0", "sampling+debug disabled", "-" },
{ "X57", "disable(BG) in FG: nothing", disable, NULL, BG,
  "FG own=A mask=D bg=- notify=0", 0,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
};

static const struct row further_rows[] = {
/* What the rows above leave open. */
{ "Y1", "the first of two bg tools is a root process as any other",
  configure, &G, K,
  "BG own=B mask=D bg=B notify=0", 0,
  "FG own=G mask=K bg=B notify=0", "reset D", "name=G" },
{ "Y2", "bg tool that owns the foreground", configure, &G, K,
  "FG own=G mask=D bg=G notify=0 keep", 0,
  "FG own=G mask=DK bg=G notify=0 keep", "-", "-" },
{ "Y3", "root that got the owner's pid takes over", configure, &later_A_root, K,
  "FG own=A mask=D bg=- notify=0 reused:A", 0,
  "FG own=a mask=DK bg=- notify=0", "-", "name=later" },
{ "Y4", "root that got the bg tool's pid is not the bg tool",
  configure, &later_G_root, K,
  "FG own=A mask=D bg=G notify=0 dead:A", 0,
  "FG own=g mask=DK bg=G notify=0", "-", "name=later" },
{ "Y5", "the process that got the owner's pid may not read",
  read_check, &later_A, 0,
  "FG own=A mask=D bg=- notify=0 reused:A", -EPERM,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "Y6", "get_owning_pid, owner's pid reused", owning_pid, NULL, 0,
  "FG own=A mask=D bg=- notify=0 reused:A", 0,
  "FG own=- mask=D bg=- notify=0", "-", "-" },
{ "Y7", "owning_pid is shown without a test for life", shown_pid, NULL, 0,
  "FG own=A mask=D bg=- notify=0 dead:A", 'A',
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "Y8", "owning_pid of nobody", shown_pid, NULL, 0,
  "OFF own=- mask=0 bg=G notify=0", 0,
  "OFF own=- mask=0 bg=G notify=0", "-", "-" },
{ "Y9", "ordinary user in BG, bg tool dead", configure, &U, K,
  "BG own=G mask=D bg=G notify=0 dead:G", -EPERM,
  "BG own=- mask=D bg=G notify=0", "-", "-" },
{ "Y10", "a new bg tool after a dead one, mask stays", background, &B, 0,
  "BG own=- mask=D bg=G notify=0", 0,
  "BG own=B mask=D bg=B notify=0", "-", "name=B" },
{ "Y11", "bg tool resets one of two subsystems", reset, NULL, K,
  "BG own=G mask=DK bg=G notify=0", 0,
  "BG own=G mask=D bg=G notify=0", "reset K", "-" },
{ "Y12", "init_background in FG, nobody would hear", background, &G, 0,
  "FG own=A mask=D bg=- notify=1 deaf", 0,
  "FG own=A mask=D bg=G notify=0", "-", "-" },
{ "Y13", "init_background when off, nothing owed, nobody would hear",
  background, &G, 0,
  "OFF own=- mask=0 bg=- notify=0 deaf", 0,
  "OFF own=- mask=0 bg=G notify=0", "-", "-" },
{ "Y14", "bg tool configures when off, wake-up owed: still owed",
  configure, &G, D,
  "OFF own=- mask=0 bg=G notify=1", 0,
  "BG own=G mask=D bg=G notify=1", "-", "name=G" },
{ "Y15", "unbless (-1), kept, nothing configured", bless, NULL, -1,
  "FG own=A mask=0 bg=- notify=0 keep", 0,
  "OFF own=- mask=0 bg=- notify=0", "notify ok", "-" },
{ "Y16", "pid 0, not kept", bless, NULL, 0,
  "FG own=A mask=D bg=- notify=0", -EINVAL,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "Y17", "a negative pid is no process's", bless, NULL, -2,
  "FG own=A mask=D bg=- notify=0", -ESRCH,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
{ "Y18", "bless after the kernel", bless, &A, 'A',
  "FG own=- mask=D bg=- notify=0 kernel", 0,
  "FG own=A mask=D bg=- notify=0 keep", "-", "name=A" },
{ "Y19", "kernel configures over an owner, other subsystem", kernel, NULL, K,
  "FG own=A mask=D bg=- notify=0 keep", 0,
  "FG own=- mask=DK bg=- notify=0 keep kernel", "-", "name=kernel_task" },
{ "Y20", "kernel configures in BG", kernel, NULL, D | K,
  "BG own=G mask=D bg=G notify=0", 0,
  "FG own=- mask=DK bg=G notify=0 kernel", "reset D", "name=kernel_task" },
{ "Y21", "disable(BG) in BG", disable, NULL, BG,
  "BG own=G mask=D bg=G notify=0", 0,
  "BG own=G mask=D bg=G notify=0", "sampling+debug disabled", "-" },
/* Where ours differs. */
{ "Y22", "reset after the kernel: the kernel is out, too", reset, NULL, D,
  "FG own=- mask=D bg=- notify=1 kernel", 0,
  "OFF own=- mask=0 bg=- notify=0", "reset D, notify ok", "-" },
{ "Y23", "kernel configures no subsystem", kernel, NULL, 0,
  "OFF own=- mask=0 bg=- notify=1", -EINVAL,
  "OFF own=- mask=0 bg=- notify=1", "-", "-" },
{ "Y24", "a requester without a pid configures", configure, &nobody_root, D,
  "OFF own=- mask=0 bg=- notify=1", -EINVAL,
  "OFF own=- mask=0 bg=- notify=1", "-", "-" },
{ "Y25", "a requester without a pid registers", background, &nobody_root, 0,
  "OFF own=- mask=0 bg=- notify=1", -EINVAL,
  "OFF own=- mask=0 bg=- notify=1", "-", "-" },
{ "Y26", "a requester without a pid reads what nobody owns",
  read_check, &nobody, 0,
  "OFF own=- mask=0 bg=- notify=1", -EPERM,
  "OFF own=- mask=0 bg=- notify=1", "-", "-" },
{ "Y27", "bless with a process of another pid", bless, &B, 'A',
  "FG own=A mask=D bg=- notify=0", -ESRCH,
  "FG own=A mask=D bg=- notify=0", "-", "-" },
};
/* clang-format on */

static struct ownership_identity identity_of(char letter)
{
	struct ownership_identity identity = { 0 };

	if (letter == '-')
		return identity;
	identity.pid = toupper((unsigned char)letter);
	identity.start = letter == identity.pid ? 1 : 2;
	return identity;
}

static bool is_fact(const char *word)
{
	return word[0] == '\0' || strncmp(word, " dead:", 6) == 0 ||
	       strncmp(word, " reused:", 8) == 0 || strcmp(word, " deaf") == 0;
}

/* False when there is something that it does not understand. */
static bool parse(const char *text, struct ownership *ret)
{
	struct ownership ownership = { .configured_by = "before" };
	char state[4], mask[3], owner, background_tool, again[80];
	int notify;

	if (sscanf(text, "%3s own=%c mask=%2[0DK] bg=%c notify=%d", state,
		   &owner, mask, &background_tool, &notify) != 5)
		return false;
	if (strcmp(state, "OFF") != 0)
		ownership.state = strcmp(state, "FG") == 0 ? FG : BG;
	ownership.owner = identity_of(owner);
	ownership.background = identity_of(background_tool);
	ownership.configured = (strchr(mask, 'D') ? D : 0) |
			       (strchr(mask, 'K') ? K : 0);
	ownership.owes_notice = notify == 1;
	ownership.keeps_owner = strstr(text, " keep");
	ownership.is_kernels = strstr(text, " kernel");
	*ret = ownership;
	person_describe(again, sizeof(again), ret);
	return strncmp(text, again, strlen(again)) == 0 &&
	       is_fact(text + strlen(again));
}

/* The owner is alive, and who is to be woken listens, unless the row says
 * otherwise. */
static struct ownership_facts facts_of(const struct row *row,
				       const struct ownership *ownership)
{
	struct ownership_facts facts = { .holder = ownership->owner };

	if (strstr(row->before, " dead:"))
		facts.holder = identity_of('-');
	if (strstr(row->before, " reused:"))
		facts.holder.start++;
	facts.can_notify = !strstr(row->before, " deaf") &&
			   !strstr(row->effects, "notify FAILS");
	return facts;
}

static void add(struct text *effects, const char *effect)
{
	if (effects->length > 0)
		text_put(effects, ", ");
	text_put(effects, effect);
}

/* That a notification failed is known from the row alone: nothing is to be
 * done then, and the state remembers it. */
static void describe_effects(struct text *effects, const struct row *row,
			     const struct ownership_result *result)
{
	if (result->reset & K)
		add(effects, "reset K");
	if (result->reset & D)
		add(effects, "reset D");
	if (result->notifies)
		add(effects, "notify ok");
	else if (strstr(row->effects, "notify FAILS"))
		add(effects, "notify FAILS");
	if (result->pauses)
		add(effects, "sampling+debug disabled");
	if (effects->length == 0)
		add(effects, "-");
}

static bool is_right(const struct row *row, const char *column,
		     const char *expected, const char *found)
{
	if (strcmp(expected, found) == 0)
		return true;
	print_error("%s, %s: %s\n  expected %s\n  found    %s\n", row->name,
		    row->what, column, expected, found);
	return false;
}

static bool returns_what_it_should(const struct row *row, int ret)
{
	char expected[16], found[16];

	snprintf(expected, sizeof(expected), "%d", row->returns);
	snprintf(found, sizeof(found), "%d", ret);
	return is_right(row, "returns", expected, found);
}

static bool leaves_the_name(const struct row *row,
			    const struct ownership *ownership)
{
	char found[sizeof("name=") + OWNERSHIP_NAME_SIZE];

	snprintf(found, sizeof(found), "name=%s", ownership->configured_by);
	return is_right(row, "configured_by",
			strcmp(row->configured_by, "-") == 0
			    ? "name=before"
			    : row->configured_by,
			found);
}

static bool passes(const struct row *row)
{
	struct ownership ownership;
	struct ownership_facts facts;
	struct ownership_result result;
	_cleanup_(text_done) struct text effects = TEXT_INIT;
	char after[80];
	bool right = true;

	if (!parse(row->before, &ownership))
		return is_right(row, "before", row->before, "not understood");
	facts = facts_of(row, &ownership);
	result = row->event(&ownership, row, &facts);
	person_describe(after, sizeof(after), &ownership);
	describe_effects(&effects, row, &result);
	right &= returns_what_it_should(row, result.ret);
	right &= is_right(row, "after", row->after, after);
	right &= is_right(row, "effects", row->effects, text_string(&effects));
	right &= leaves_the_name(row, &ownership);
	return right;
}

static unsigned count_failures(const struct row *table, size_t count)
{
	unsigned failures = 0;

	for (size_t i = 0; i < count; i++)
		failures += !passes(&table[i]);
	return failures;
}

static void the_rules_are_xnus(void **state)
{
	(void)state;
	assert_int_equal(count_failures(rows, ARRAY_LEN(rows)), 0);
}

static void what_the_rules_leave_open(void **state)
{
	(void)state;
	assert_int_equal(count_failures(further_rows, ARRAY_LEN(further_rows)),
			 0);
}

static void no_row_is_missing(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(rows), 57);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[8];

		snprintf(name, sizeof(name), "X%zu", i + 1);
		assert_string_equal(rows[i].name, name);
	}
}

static void begins_off(void **state)
{
	struct ownership ownership;
	char text[80];

	(void)state;
	memset(&ownership, 0x55, sizeof(ownership));
	ownership_init(&ownership);
	person_describe(text, sizeof(text), &ownership);
	assert_string_equal(text, "OFF own=- mask=0 bg=- notify=1");
	assert_string_equal(ownership.configured_by, "");
}

/* Each bit of the mask is a subsystem, and a name may be too long. */
static void takes_any_mask_and_name(void **state)
{
	const struct ownership_process process = {
		.identity = { .pid = 1, .start = 1 },
		.name = "a name of more than sixteen",
		.is_privileged = true,
	};
	const struct ownership_facts facts = { .holder = process.identity };
	struct ownership_result result;
	struct ownership ownership;

	(void)state;
	ownership_init(&ownership);
	ownership_configure(&ownership, &process, 0x80000001, &facts);
	assert_string_equal(ownership.configured_by, "a name of more ");
	result = ownership_reset(&ownership, 0x80000000, &facts);
	assert_int_equal(result.reset, 0x80000000);
	assert_int_equal(ownership.configured, 1);
	ownership_reset(&ownership, UINT32_MAX, &facts);
	assert_int_equal(ownership.state, OWNERSHIP_OFF);
	assert_string_equal(ownership.configured_by, "a name of more ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_row_is_missing),
		cmocka_unit_test(the_rules_are_xnus),
		cmocka_unit_test(what_the_rules_leave_open),
		cmocka_unit_test(begins_off),
		cmocka_unit_test(takes_any_mask_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
