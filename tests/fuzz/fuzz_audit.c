/*
 * A trace: no crash, reports without a byte that a terminal obeys, and what is
 * learnt of it is a policy that allows all of it. Profiles of it are text, and
 * those for Landlock are taken back.
 * Rooms: kaudit audit profile confine
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/learn.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "confine/confine.h"
#include "decode/data.h"
#include "kaudit/load.h"
#include "kaudit/mask.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"
#include "must.h"
#include "profile/profile.h"
#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(struct audit *ret, const uint8_t *data, size_t size)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct text error = TEXT_INIT;

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	MUST(load_trace(ret, fd, "trace", NULL, &error) == 0);
	close(fd);
	text_done(&error);
}

static void open_policy(struct policy *ret)
{
	struct text error = TEXT_INIT;

	policy_open(ret);
	MUST(roots_default(&ret->roots, "/home/me", "/src") == 0);
	MUST(policy_add_sensitive(ret, &error) == 0);
}

static void must_be_plain(const struct text *text)
{
	for (size_t i = 0; i < text->length; i++) {
		unsigned char c = (unsigned char)text->data[i];

		MUST(c == '\n' || (c >= ' ' && c <= '~'));
	}
}

/* What stays within a line, in UTF-8. */
static void must_be_text(const struct text *text)
{
	MUST(!text->failed && text_is_utf8(text->data, text->length));
	for (size_t i = 0; i < text->length; i++)
		MUST(text->data[i] == '\n' ||
		     (unsigned char)text->data[i] >= ' ');
}

static void tell(const struct audit *audit, const struct policy *policy)
{
	const struct data_style style = { .width = 80 };
	struct text text = TEXT_INIT;
	struct verdict verdict;
	static report_put *const forms[] = { report_json,   report_html,
					     report_sarif,  report_junit,
					     report_gitlab, report_intoto };
	struct report report = {
		.verdict = &verdict,
		.style = &style,
		.trace = "trace",
	};

	MUST(verdict_reach(&verdict, audit, policy) == 0);
	report_text(&text, &report);
	must_be_plain(&text);
	text_clear(&text);
	report_markdown(&text, &report);
	must_be_plain(&text);
	MUST(text.length <= REPORT_MARKDOWN_MAX);
	text_clear(&text);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		forms[i](&text, &report);
		must_be_text(&text);
		text_clear(&text);
	}
	text_done(&text);
	verdict_done(&verdict);
}

/* Each name is as long as it was, and the reports are what they should be. */
static void tell_masked(struct audit *audit, const struct policy *policy)
{
	static const char *const patterns[] = { REDACT_DEFAULT, "[0-9]+x?" };
	struct mask mask;

	MUST(mask_open(&mask, patterns, 2, false) == 0);
	MUST(mask_audit(&mask, audit) == 0);
	tell(audit, policy);
	mask_done(&mask);
}

static void learn_again(const struct audit *audit, struct policy *policy)
{
	const struct fact *fact = audit->facts.first;
	struct text text = TEXT_INIT, error = TEXT_INIT;
	struct learn learn;

	learn_open(&learn, policy, 2);
	MUST(learn_add(&learn, audit) == 0);
	MUST(learn_put(&learn, &text) == 0);
	MUST(policy_parse(policy, "learnt", text.data, text.length, NULL, NULL,
			  &error) == 0);
	for (; fact; fact = fact->hh.next)
		MUST(policy_judge(policy, fact).decision == POLICY_ALLOW);
	learn_done(&learn);
	text_done(&text);
}

static void put_profiles(const struct profile *profile)
{
	static int (*const puts[])(struct text *, const struct profile *) = {
		profile_put_seccomp,    profile_put_landlock,
		profile_put_apparmor,   profile_put_systemd,
		profile_put_bubblewrap,
	};
	struct text text = TEXT_INIT, words = TEXT_INIT, error = TEXT_INIT;
	struct confine confine;

	for (size_t i = 0; i < ARRAY_LEN(puts); i++) {
		text_clear(&text);
		MUST(puts[i](&text, profile) == 0);
	}
	text_bytes(&words, text.data, text.length);
	MUST(profile_put_shell(&text, &words, profile) == 0);
	text_clear(&text);
	MUST(profile_put_systemd(&text, profile) == 0);
	MUST(text_is_utf8(text.data, text.length));
	text_clear(&text);
	MUST(profile_put_apparmor(&text, profile) == 0);
	must_be_plain(&text);
	text_clear(&text);
	MUST(profile_put_landlock(&text, profile) == 0);
	must_be_plain(&text);
	MUST(confine_parse(&confine, text.data, text.length, &error) == 0);
	confine_done(&confine);
	text_done(&text);
	text_done(&words);
}

static void export_all(const struct audit *audit, const struct policy *policy)
{
	struct profile profile;

	profile_open(&profile, policy, 2);
	MUST(profile_add_trace(&profile, audit) == 0);
	MUST(profile_end_traces(&profile) == 0);
	put_profiles(&profile);
	profile_done(&profile);
	MUST(profile_of_policy(&profile, policy) == 0);
	put_profiles(&profile);
	profile_done(&profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy;
	struct audit audit;

	load(&audit, data, size);
	open_policy(&policy);
	tell(&audit, &policy);
	export_all(&audit, &policy);
	learn_again(&audit, &policy);
	tell_masked(&audit, &policy);
	export_all(&audit, &policy);
	policy_done(&policy);
	audit_done(&audit);
	return 0;
}
