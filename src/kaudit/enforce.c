/* By way of the text that `export landlock` writes. */
#include "kaudit/enforce.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "confine/confine.h"
#include "kaudit/export.h"
#include "kaudit/options.h"
#include "kaudit/verdict.h"
#include "profile/profile.h"

#define OTHERWISE                                                              \
	"; --enforce=possible enforces what can be, and judges the rest"

static int fail(struct text *error, int r)
{
	text_format(error, "--enforce: %s", strerror(-r));
	return VERDICT_FAILED;
}

/* What is let through though the policy does not mean it. */
static int refuse(const struct profile *profile, struct text *error)
{
	const struct gap *first = &profile->coarse.items[0];
	unsigned others = profile->coarse.count - 1;

	text_put(error, "--enforce: ");
	text_bytes(error, first->what.data, first->what.length);
	if (others)
		text_format(error, ", and %u more", others);
	text_put(error, OTHERWISE);
	return VERDICT_FAILED;
}

/* Before anything runs it is known whether the kernel can. */
static int check(const struct text *rules, struct text *error)
{
	_cleanup_(confine_done) struct confine confine = { 0 };
	_cleanup_(text_done) struct text why = TEXT_INIT;
	int r = confine_parse(&confine, rules->data, rules->length, &why);

	if (!r)
		r = confine_check(&confine, &why);
	if (!r)
		return 0;
	if (!why.length)
		return fail(error, r);
	text_format(error, "--enforce: %s", text_string(&why));
	text_put(error, r == -EOPNOTSUPP ? OTHERWISE : "");
	return VERDICT_FAILED;
}

static int keep(const struct text *rules, int *ret_fd, struct text *error)
{
	_cleanup_fd_ int fd = memfd_create("rules", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : fd_write_all(fd, rules->data, rules->length);

	if (r)
		return fail(error, r);
	*ret_fd = take_fd(&fd);
	return 0;
}

int enforce_rules(const struct kaudit_options *options, int *ret_fd,
		  struct text *error)
{
	_cleanup_(profile_done) struct profile profile = { 0 };
	_cleanup_(text_done) struct text rules = TEXT_INIT;
	int r = export_of_policy(&profile, options, error);

	if (r)
		return r;
	if (profile.coarse.count && options->enforce == KAUDIT_ENFORCE_ALL)
		return refuse(&profile, error);
	r = profile_put_landlock(&rules, &profile);
	if (options->enforce == KAUDIT_ENFORCE_POSSIBLE)
		text_put(&rules, "possible\n");
	if (r || rules.failed)
		return fail(error, -ENOMEM);
	r = check(&rules, error);
	return r ? r : keep(&rules, ret_fd, error);
}
