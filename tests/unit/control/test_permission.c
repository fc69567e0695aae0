/*
 * ktrcanset(): each row of what the kernels say, N1 to N36 of NetBSD and F1 to
 * F28 of FreeBSD; then what Linux adds, to NetBSD's form M1 and on, to
 * FreeBSD's L1 and on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "control/permission.h"

#define GROUPS_MAX 4

/* What a row says beside the credentials. */
enum fact {
	ROOT = 1 << 0,
	UNPRIVILEGED_OFF = 1 << 1,
	SELF = 1 << 2,
	OTHER_NAMESPACE = 1 << 3,
	HIDDEN = 1 << 4,
	TAINTED = 1 << 5,
	PROTECTED_INIT = 1 << 6,
	IN_EXEC = 1 << 7,
	FORBIDDEN = 1 << 8,
	/* CAP_SYS_PTRACE: root has it, unless the row says that it has not. */
	WITH_PTRACE = 1 << 9,
	WITHOUT_PTRACE = 1 << 10,
};

/* What decides in FreeBSD's form, when no rule refuses. */
enum grant {
	BY_IDS = PERMISSION_RULE_COUNT,
	BY_SELF,
	BY_ROOT,
};

/*
 * A credential is uids, gids, +supplementary groups, =capabilities (in hex).
 * Ids are real/effective/saved, or one for all three.
 */
struct row {
	const char *name;
	const char *what;
	const char *caller;
	const char *target;
	unsigned facts;
	unsigned decides; /* an enum permission_rule, or an enum grant */
};

/* clang-format off */
static const struct row netbsd_rows[] = {
	{ "N1", "plain user, own process",
	  "1000 1000", "1000 1000", 0, PERMISSION_GRANTED },
	{ "N2", "same, ROOT set",
	  "1000 1000", "1000 1000", ROOT, PERMISSION_ROOT_TRACED },
	{ "N3", "root caller, user's process",
	  "0 0", "1000 1000", 0, PERMISSION_GRANTED },
	{ "N4", "root caller, ROOT set",
	  "0 0", "1000 1000", ROOT, PERMISSION_GRANTED },
	{ "N5", "root caller, setuid-root target",
	  "0 0", "1000/0/0 1000", 0, PERMISSION_GRANTED },
	{ "N6", "user, root's process",
	  "1000 1000", "0 0", 0, PERMISSION_NETBSD_UIDS },
	{ "N7", "user, another user's process, same group",
	  "1000 1000", "1001 1000", 0, PERMISSION_NETBSD_UIDS },
	{ "N8", "user, own uid, other group",
	  "1000 1000", "1000 1001", 0, PERMISSION_NETBSD_GIDS },
	{ "N9", "uid and gid both differ",
	  "1000 1000", "1001 1001", 0, PERMISSION_NETBSD_UIDS },
	{ "N10", "setuid-root target run by caller: ruid mine, svuid 0",
	  "1000 1000", "1000/0/0 1000", 0, PERMISSION_NETBSD_UIDS },
	{ "N11", "target dropped euid only (e mine, svuid 0)",
	  "1000 1000", "1000/1000/0 1000", 0, PERMISSION_NETBSD_UIDS },
	{ "N12", "target: ruid=svuid mine, euid 0 (euid is NOT looked at)",
	  "1000 1000", "1000/0/1000 1000", 0, PERMISSION_GRANTED },
	{ "N13", "target: ruid=svuid mine, euid other user",
	  "1000 1000", "1000/1001/1000 1000", 0, PERMISSION_GRANTED },
	{ "N14", "target ruid other, e and s mine",
	  "1000 1000", "1001/1000/1000 1000", 0, PERMISSION_NETBSD_UIDS },
	{ "N15", "target svuid other, r and e mine",
	  "1000 1000", "1000/1000/1001 1000", 0, PERMISSION_NETBSD_UIDS },
	{ "N16", "setgid target: rgid mine, svgid 50",
	  "1000 1000", "1000 1000/50/50", 0, PERMISSION_NETBSD_GIDS },
	{ "N17", "target: rgid=svgid mine, egid 50 (egid is NOT looked at)",
	  "1000 1000", "1000 1000/50/1000", 0, PERMISSION_GRANTED },
	{ "N18", "target svgid 50 only",
	  "1000 1000", "1000 1000/1000/50", 0, PERMISSION_NETBSD_GIDS },
	{ "N19", "rgid=svgid=50, caller rgid 1000 egid 50 (EGID is NOT used)",
	  "1000 1000/50/50", "1000 50", 0, PERMISSION_NETBSD_GIDS },
	{ "N20", "rgid=svgid=50, caller rgid 50 egid 1000 (RGID is used)",
	  "1000 50/1000/1000", "1000 50", 0, PERMISSION_GRANTED },
	{ "N21", "caller has group 50 as supplementary, target rgid=svgid=50",
	  "1000 1000 +50", "1000 50", 0, PERMISSION_NETBSD_GIDS },
	{ "N22", "supplementary groups the caller lacks (NOT looked at)",
	  "1000 1000", "1000 1000 +4,27", 0, PERMISSION_GRANTED },
	{ "N23", "caller ruid 1000 euid 1001, target all 1001 (EUID is used)",
	  "1000/1001/1001 1000", "1001 1000", 0, PERMISSION_GRANTED },
	{ "N24", "caller ruid 1000 euid 1001, target all 1000",
	  "1000/1001/1000 1000", "1000 1000", 0, PERMISSION_NETBSD_UIDS },
	{ "N25", "caller ruid 1001 euid 1000, target all 1000",
	  "1001/1000/1001 1000", "1000 1000", 0, PERMISSION_GRANTED },
	{ "N26", "caller ruid 0 euid 1000 (dropped root), target all 1000",
	  "0/1000/0 1000", "1000 1000", 0, PERMISSION_GRANTED },
	{ "N27", "caller ruid 0 euid 1000, target root",
	  "0/1000/0 0", "0 0", 0, PERMISSION_NETBSD_UIDS },
	{ "N28", "caller setuid-root program ruid 1000 euid 0, target root",
	  "1000/0/0 1000", "0 0", 0, PERMISSION_GRANTED },
	{ "N29", "caller ruid 1000 euid 0, other user's target, ROOT set",
	  "1000/0/0 1000", "1001 1001", ROOT, PERMISSION_GRANTED },
	{ "N30", "caller = target, ids all equal",
	  "1000 1000", "1000 1000", SELF, PERMISSION_GRANTED },
	{ "N31", "caller = target, setuid program looking at itself",
	  "1000/1001/1001 1000", "1000/1001/1001 1000", SELF,
	  PERMISSION_NETBSD_UIDS },
	{ "N32", "caller = target, but ROOT set on it",
	  "1000 1000", "1000 1000", ROOT | SELF, PERMISSION_ROOT_TRACED },
	{ "N33", "uid 65534 both (nobody), same gid",
	  "65534 65534", "65534 65534", 0, PERMISSION_GRANTED },
	{ "N34", "uid 4294967295-1 both, compare unsigned",
	  "4294967294 4294967294", "4294967294 4294967294", 0,
	  PERMISSION_GRANTED },
	{ "N35", "gid 0 user: caller 1000/gid 0, target 1000/gid 0",
	  "1000 0", "1000 0", 0, PERMISSION_GRANTED },
	{ "N36", "caller gid 0, target gid 1000 (gid 0 gives nothing)",
	  "1000 0", "1000 1000", 0, PERMISSION_NETBSD_GIDS },
};

static const struct row netbsd_linux_rows[] = {
	{ "M1", "uid differs, and root traces it",
	  "1000 1000", "1001 1000", ROOT, PERMISSION_NETBSD_UIDS },
	{ "M2", "gid differs, and root traces it",
	  "1000 1000", "1000 1001", ROOT, PERMISSION_NETBSD_GIDS },
	{ "M3", "target rgid 50 alone",
	  "1000 1000", "1000 50/1000/1000", 0, PERMISSION_NETBSD_GIDS },
	{ "M4", "a uid without mapping equals none",
	  "4294967295 1000", "4294967295 1000", 0, PERMISSION_NETBSD_UIDS },
	{ "M5", "nor does a gid",
	  "1000 4294967295", "1000 4294967295", 0, PERMISSION_NETBSD_GIDS },
	{ "M6", "but root passes",
	  "0 4294967295", "4294967295 4294967295", ROOT, PERMISSION_GRANTED },
};

static const struct row freebsd_rows[] = {
	{ "F1", "plain user, own process",
	  "1000 1000", "1000 1000", 0, BY_IDS },
	{ "F2", "ROOT set, user",
	  "1000 1000", "1000 1000", ROOT, PERMISSION_ROOT_TRACED },
	{ "F3", "ROOT set, root",
	  "0 0", "1000 1000", ROOT, BY_ROOT },
	{ "F4", "ROOT set, caller = target, user (flag tested before self)",
	  "1000 1000", "1000 1000", ROOT | SELF, PERMISSION_ROOT_TRACED },
	{ "F5", "self, ids mixed, P_SUGID",
	  "1000/1001/1001 1000", "1000/1001/1001 1000", SELF | TAINTED,
	  BY_SELF },
	{ "F6", "self, unprivileged debug off, user",
	  "1000 1000", "1000 1000", SELF | UNPRIVILEGED_OFF,
	  PERMISSION_UNPRIVILEGED_OFF },
	{ "F7", "unprivileged debug off, root",
	  "0 0", "1000 1000", UNPRIVILEGED_OFF, BY_ROOT },
	{ "F8", "caller RUID matches, EUID does not",
	  "1000/1001/1001 1000", "1000 1000", 0, PERMISSION_UIDS },
	{ "F9", "caller ruid 1001, EUID 1000, target all 1000",
	  "1001/1000/1001 1000", "1000 1000", 0, BY_IDS },
	{ "F10", "target ruid other",
	  "1000 1000", "1001/1000/1000 1000", 0, PERMISSION_UIDS },
	{ "F11", "target euid other (NetBSD form allows)",
	  "1000 1000", "1000/1001/1000 1000", 0, PERMISSION_UIDS },
	{ "F12", "target svuid 0",
	  "1000 1000", "1000/1000/0 1000", 0, PERMISSION_UIDS },
	{ "F13", "supplementary group the caller lacks (NetBSD form allows)",
	  "1000 1000", "1000 1000 +27", 0, PERMISSION_GROUPS },
	{ "F14", "target's supplementary group is the caller's egid",
	  "1000 1000/27/27 +1000", "1000 1000 +27", 0, BY_IDS },
	{ "F15", "caller has more groups than the target",
	  "1000 1000 +4,27", "1000 1000 +27", 0, BY_IDS },
	{ "F16", "rgid=egid=sgid=50, caller has it (NetBSD form refuses)",
	  "1000 1000 +50", "1000 50", 0, BY_IDS },
	{ "F17", "target svgid 50, caller lacks 50",
	  "1000 1000", "1000 1000/1000/50", 0, PERMISSION_GROUPS },
	{ "F18", "caller's RGID 50 only, target gid 50 (rgid does not count)",
	  "1000 50/1000/1000", "1000 50", 0, PERMISSION_GROUPS },
	{ "F19", "ids equal now but P_SUGID (was setuid, or not dumpable)",
	  "1000 1000", "1000 1000", TAINTED, PERMISSION_TAINTED },
	{ "F20", "same, root",
	  "0 0", "1000 1000", TAINTED, BY_ROOT },
	{ "F21", "root, target in another jail / user namespace",
	  "0 0", "1000 1000", OTHER_NAMESPACE, PERMISSION_OTHER_NAMESPACE },
	{ "F22", "user, target hidden (hidepid / see_other_uids=0)",
	  "1000 1000", "1001 1001", HIDDEN, PERMISSION_HIDDEN },
	{ "F23", "root, init, securelevel>0",
	  "0 0", "0 0", PROTECTED_INIT, PERMISSION_PROTECTED_INIT },
	{ "F24", "root, target inside exec",
	  "0 0", "1000 1000", IN_EXEC, PERMISSION_IN_EXEC },
	{ "F25", "user, target refused tracing (PROC_TRACE_CTL; dumpable 0)",
	  "1000 1000", "1000 1000", FORBIDDEN, PERMISSION_FORBIDDEN },
	{ "F26", "root, target refused tracing",
	  "0 0", "1000 1000", FORBIDDEN, BY_ROOT },
	{ "F27", "user, root's process",
	  "1000 1000", "0 0", 0, PERMISSION_UIDS },
	{ "F28", "dropped root: caller ruid 0 euid 1000, target 1000",
	  "0/1000/0 1000", "1000 1000", 0, BY_IDS },
};

static const struct row freebsd_linux_rows[] = {
	{ "L1", "target holds a capability, caller none",
	  "1000 1000", "1000 1000 =1", 0, PERMISSION_CAPABILITIES },
	{ "L2", "both hold the same",
	  "1000 1000 =2", "1000 1000 =2", 0, BY_IDS },
	{ "L3", "caller holds more",
	  "1000 1000 =3", "1000 1000 =2", 0, BY_IDS },
	{ "L4", "each holds what the other lacks",
	  "1000 1000 =2", "1000 1000 =1", 0, PERMISSION_CAPABILITIES },
	{ "L5", "target holds one of two that the caller lacks",
	  "1000 1000 =1", "1000 1000 =3", 0, PERMISSION_CAPABILITIES },
	{ "L6", "capabilities are 64 bits",
	  "1000 1000 =ffffffff", "1000 1000 =10000000000", 0,
	  PERMISSION_CAPABILITIES },
	{ "L7", "to the last",
	  "1000 1000 =7fffffffffffffff", "1000 1000 =8000000000000000", 0,
	  PERMISSION_CAPABILITIES },
	{ "L8", "target holds more, caller has CAP_SYS_PTRACE",
	  "1000 1000 =80000", "1000 1000 =2", WITH_PTRACE, BY_ROOT },
	{ "L9", "target holds more, caller = target (another thread)",
	  "1000 1000", "1000 1000 =2", SELF, BY_SELF },
	{ "L10", "CAP_SYS_PTRACE is root, without the uid",
	  "1000 1000", "0 0", WITH_PTRACE, BY_ROOT },
	{ "L11", "and may change what root traces",
	  "1000 1000", "1000 1000", ROOT | WITH_PTRACE, BY_ROOT },
	{ "L12", "the uid is not root, without CAP_SYS_PTRACE",
	  "0 0", "1000 1000", WITHOUT_PTRACE, PERMISSION_UIDS },
	{ "L13", "nor may it change what root traces",
	  "0 0", "0 0", ROOT | WITHOUT_PTRACE, PERMISSION_ROOT_TRACED },
	{ "L14", "root sees what is hidden",
	  "0 0", "1000 1000", HIDDEN, BY_ROOT },
	{ "L15", "a uid without mapping equals none",
	  "4294967295 1000", "4294967295 1000", 0, PERMISSION_UIDS },
	{ "L16", "nor does a gid",
	  "1000 4294967295", "1000 4294967295", 0, PERMISSION_GROUPS },
	{ "L17", "nor a supplementary group",
	  "1000 1000 +4294967295", "1000 1000 +4294967295", 0,
	  PERMISSION_GROUPS },
	{ "L18", "target rgid 50 alone",
	  "1000 1000", "1000 50/1000/1000", 0, PERMISSION_GROUPS },
	{ "L19", "target egid 50 alone (NetBSD form allows)",
	  "1000 1000", "1000 1000/50/1000", 0, PERMISSION_GROUPS },
	{ "L20", "caller's SGID 50 only (sgid does not count)",
	  "1000 1000/1000/50", "1000 50", 0, PERMISSION_GROUPS },
	{ "L21", "the last of the target's groups is another's",
	  "1000 1000 +4,27,50", "1000 1000 +50,4,28", 0, PERMISSION_GROUPS },
	{ "L22", "groups in another order",
	  "1000 1000 +4,27,50", "1000 1000 +50,4,27", 0, BY_IDS },
	{ "L23", "gid 0 of the target is a group as any other",
	  "1000 1000", "1000 1000 +0", 0, PERMISSION_GROUPS },
};
/* clang-format on */

_Static_assert(ARRAY_LEN(netbsd_rows) == 36, "none is left out");
_Static_assert(ARRAY_LEN(freebsd_rows) == 28, "none is left out");

/* A credential and the groups that it points to. */
struct person {
	struct permission_credential credential;
	uint32_t groups[GROUPS_MAX];
};

static uint32_t read_id(const char **text)
{
	char *end;
	unsigned long id = strtoul(*text, &end, 10);

	assert_ptr_not_equal(*text, end);
	*text = end;
	return (uint32_t)id;
}

static bool read_mark(const char **text, char mark)
{
	if (**text != mark)
		return false;
	++*text;
	return true;
}

static void read_ids(struct permission_ids *ids, const char **text)
{
	ids->real = read_id(text);
	ids->effective = read_mark(text, '/') ? read_id(text) : ids->real;
	ids->saved = read_mark(text, '/') ? read_id(text) : ids->real;
	read_mark(text, ' ');
}

static void read_groups(struct person *person, const char **text)
{
	unsigned count = 0;

	if (!read_mark(text, '+'))
		return;
	do {
		assert_in_range(count, 0, GROUPS_MAX - 1);
		person->groups[count++] = read_id(text);
	} while (read_mark(text, ','));
	read_mark(text, ' ');
	person->credential.groups = person->groups;
	person->credential.group_count = count;
}

static void read_person(struct person *person, const char *text)
{
	char *end;

	read_ids(&person->credential.uid, &text);
	read_ids(&person->credential.gid, &text);
	read_groups(person, &text);
	if (read_mark(&text, '=')) {
		person->credential.capabilities = strtoull(text, &end, 16);
		text = end;
	}
	assert_string_equal(text, "");
}

/* The two of a row. They point into people: to be filled in place. */
struct scene {
	struct person people[2];
	struct permission_caller caller;
	struct permission_target target;
};

static void set_facts(struct scene *scene, unsigned facts)
{
	struct permission_target *target = &scene->target;

	/* Of the mask, one bit matters. */
	target->facilities = facts & ROOT ? KTRFAC_ROOT : ~KTRFAC_ROOT;
	target->is_unprivileged_off = facts & UNPRIVILEGED_OFF;
	target->is_self = facts & SELF;
	target->is_in_other_namespace = facts & OTHER_NAMESPACE;
	target->is_hidden = facts & HIDDEN;
	target->is_tainted = facts & TAINTED;
	target->is_protected_init = facts & PROTECTED_INIT;
	target->is_in_exec = facts & IN_EXEC;
	target->forbids_tracing = facts & FORBIDDEN;
	scene->caller.has_ptrace_capability = facts & WITH_PTRACE;
}

static void set_scene(struct scene *scene, const char *caller,
		      const char *target, unsigned facts)
{
	memset(scene, 0, sizeof(*scene));
	read_person(&scene->people[0], caller);
	read_person(&scene->people[1], target);
	scene->caller.credential = scene->people[0].credential;
	scene->target.credential = scene->people[1].credential;
	set_facts(scene, facts);
}

/* Rows are numbered, without a gap. */
static void check_name(const char *name, char letter, size_t index)
{
	char expected[8];

	snprintf(expected, sizeof(expected), "%c%zu", letter, index + 1);
	assert_string_equal(name, expected);
}

/* As it is, and with all that the form does not look at. */
static bool netbsd_holds(const struct row *row, unsigned facts)
{
	struct scene scene;
	unsigned rule;

	set_scene(&scene, row->caller, row->target, row->facts | facts);
	scene.target.credential.capabilities = facts;
	rule = permission_check(PERMISSION_NETBSD, &scene.caller,
				&scene.target);
	if (rule == row->decides)
		return true;
	print_error("%s, %s: decided by: %s; not by: %s\n", row->name,
		    row->what, permission_text(rule),
		    permission_text(row->decides));
	return false;
}

static void check_netbsd(const struct row *rows, size_t count, char letter)
{
	unsigned failed = 0;

	for (size_t i = 0; i < count; i++) {
		check_name(rows[i].name, letter, i);
		failed += !netbsd_holds(&rows[i], 0);
		failed += !netbsd_holds(&rows[i], ~(unsigned)ROOT);
	}
	assert_int_equal(failed, 0);
}

static void netbsd_rows_hold(void **state)
{
	(void)state;
	check_netbsd(netbsd_rows, ARRAY_LEN(netbsd_rows), 'N');
	check_netbsd(netbsd_linux_rows, ARRAY_LEN(netbsd_linux_rows), 'M');
}

/* The rule that refuses, or what it is without which one would. */
static unsigned decider(struct scene *scene)
{
	unsigned rule = permission_check(PERMISSION_FREEBSD, &scene->caller,
					 &scene->target);

	if (rule != PERMISSION_GRANTED)
		return rule;
	scene->caller.has_ptrace_capability = false;
	if (permission_check(PERMISSION_FREEBSD, &scene->caller,
			     &scene->target) != PERMISSION_GRANTED)
		return BY_ROOT;
	scene->target.is_self = false;
	if (permission_check(PERMISSION_FREEBSD, &scene->caller,
			     &scene->target) != PERMISSION_GRANTED)
		return BY_SELF;
	return BY_IDS;
}

static const char *decider_text(unsigned decides)
{
	static const char *const grants[] = { "the ids", "self", "root" };

	return decides < PERMISSION_RULE_COUNT
		   ? permission_text(decides)
		   : grants[decides - PERMISSION_RULE_COUNT];
}

static bool freebsd_holds(const struct row *row)
{
	struct scene scene;
	unsigned decides;

	set_scene(&scene, row->caller, row->target, row->facts);
	if (scene.caller.credential.uid.effective == 0)
		scene.caller.has_ptrace_capability = !(row->facts &
						       WITHOUT_PTRACE);
	decides = decider(&scene);
	if (decides == row->decides)
		return true;
	print_error("%s, %s: decided by: %s; not by: %s\n", row->name,
		    row->what, decider_text(decides),
		    decider_text(row->decides));
	return false;
}

static void check_freebsd(const struct row *rows, size_t count, char letter)
{
	unsigned failed = 0;

	for (size_t i = 0; i < count; i++) {
		check_name(rows[i].name, letter, i);
		failed += !freebsd_holds(&rows[i]);
	}
	assert_int_equal(failed, 0);
}

static void freebsd_rows_hold(void **state)
{
	(void)state;
	check_freebsd(freebsd_rows, ARRAY_LEN(freebsd_rows), 'F');
	check_freebsd(freebsd_linux_rows, ARRAY_LEN(freebsd_linux_rows), 'L');
}

/* The order of FreeBSD's tests. The three without a fact are of credentials. */
static const struct {
	enum permission_rule rule;
	bool is_for_all; /* for root, too */
	unsigned fact;
} order[] = {
	{ PERMISSION_ROOT_TRACED, false, ROOT },
	{ PERMISSION_UNPRIVILEGED_OFF, false, UNPRIVILEGED_OFF },
	{ PERMISSION_GRANTED, true, SELF },
	{ PERMISSION_OTHER_NAMESPACE, true, OTHER_NAMESPACE },
	{ PERMISSION_HIDDEN, false, HIDDEN },
	{ PERMISSION_UIDS, false, 0 },
	{ PERMISSION_GROUPS, false, 0 },
	{ PERMISSION_CAPABILITIES, false, 0 },
	{ PERMISSION_TAINTED, false, TAINTED },
	{ PERMISSION_PROTECTED_INIT, true, PROTECTED_INIT },
	{ PERMISSION_IN_EXEC, true, IN_EXEC },
	{ PERMISSION_FORBIDDEN, false, FORBIDDEN },
};

/* One of whom all those hold whose bits are in the set. */
static void set_scene_of(struct scene *scene, unsigned set, unsigned facts)
{
	struct permission_credential *target = &scene->target.credential;

	for (unsigned i = 0; i < ARRAY_LEN(order); i++)
		facts |= set >> i & 1 ? order[i].fact : 0;
	set_scene(scene, "1000 1000", "1000 1000", facts);
	for (unsigned i = 0; i < ARRAY_LEN(order); i++) {
		if (!(set >> i & 1))
			continue;
		if (order[i].rule == PERMISSION_UIDS)
			target->uid.saved = 0;
		if (order[i].rule == PERMISSION_GROUPS)
			target->gid.saved = 0;
		if (order[i].rule == PERMISSION_CAPABILITIES)
			target->capabilities = 1;
	}
}

static enum permission_rule first_of(unsigned set, bool is_root)
{
	for (unsigned i = 0; i < ARRAY_LEN(order); i++)
		if (set >> i & 1 && (!is_root || order[i].is_for_all))
			return order[i].rule;
	return PERMISSION_GRANTED;
}

static void check_set(unsigned set, bool is_root)
{
	enum permission_rule expected = first_of(set, is_root);
	enum permission_rule rule;
	struct scene scene;

	set_scene_of(&scene, set, is_root ? WITH_PTRACE : 0);
	rule = permission_check(PERMISSION_FREEBSD, &scene.caller,
				&scene.target);
	if (rule != expected)
		fail_msg("set %#x, %s: decided by: %s; not by: %s", set,
			 is_root ? "root" : "user", permission_text(rule),
			 permission_text(expected));
}

/* Whatever else holds, too. */
static void the_first_rule_decides(void **state)
{
	(void)state;
	for (unsigned set = 0; set < 1U << ARRAY_LEN(order); set++) {
		check_set(set, false);
		check_set(set, true);
	}
}

static const struct {
	uint32_t uid;
	bool has_ptrace_capability;
	bool is_freebsd_root;
	bool is_netbsd_root;
} roots[] = {
	{ 0, true, true, true },
	{ 0, false, false, true },
	{ 1000, true, true, false },
	{ 1000, false, false, false },
};

static void each_form_has_its_root(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		const struct permission_caller caller = {
			.credential.uid = { 1001, roots[i].uid, 1001 },
			.has_ptrace_capability = roots[i].has_ptrace_capability,
		};

		assert_int_equal(
		    permission_is_privileged(PERMISSION_FREEBSD, &caller),
		    roots[i].is_freebsd_root);
		assert_int_equal(
		    permission_is_privileged(PERMISSION_NETBSD, &caller),
		    roots[i].is_netbsd_root);
	}
}

/* A line each, and no two alike. */
static void each_rule_has_its_text(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PERMISSION_RULE_COUNT; i++) {
		assert_non_null(permission_text(i));
		assert_true(strlen(permission_text(i)) > 10);
		assert_null(strchr(permission_text(i), '\n'));
		for (unsigned n = 0; n < i; n++)
			assert_string_not_equal(permission_text(i),
						permission_text(n));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(netbsd_rows_hold),
		cmocka_unit_test(freebsd_rows_hold),
		cmocka_unit_test(the_first_rule_decides),
		cmocka_unit_test(each_form_has_its_root),
		cmocka_unit_test(each_rule_has_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
