/*
 * An in-toto Statement with the predicate runtime-trace v0.1, whose lists
 * follow what v0.2 recommends. Not signed: that is for who may vouch for it.
 */
#include <stdlib.h>
#include <string.h>

#include <sys/utsname.h>

#include "audit/audit.h"
#include "audit/object.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "kaudit/digest.h"
#include "kaudit/document.h"
#include "kaudit/hashes.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

#define STATEMENT "https://in-toto.io/Statement/v1"
#define PREDICATE "https://in-toto.io/attestation/runtime-trace/v0.1"
#define MONITOR   "pkg:generic/ktrace-u@" KTRACE_U_VERSION
#define HOST      "urn:ktrace-u:host:"
#define COMMAND   "urn:ktrace-u:command"

static bool is_one_of(const struct fact *fact, uint32_t verbs)
{
	return VERB_BIT(fact->key.verb) & verbs;
}

/* ---- what is vouched for ---- */

static void put_digest(struct text *text, const struct digest *digest)
{
	char hex[DIGEST_HEX];

	document_open(text, "digest", '{');
	document_string(text, "sha256", digest_hex(digest, hex));
	text_char(text, '}');
}

static void put_named(struct text *text, const char *name, size_t length,
		      const struct digest *digest)
{
	document_open(text, NULL, '{');
	document_shown(text, "name", name, length);
	put_digest(text, digest);
	text_char(text, '}');
}

static void put_product(void *context, const struct name *name,
			const struct digest *digest)
{
	put_named(context, name->text, name->length, digest);
}

/* What it made is there to be used; else it is about the trace. */
static void put_subject(struct text *text, const struct report *report)
{
	size_t before;

	document_open(text, "subject", '[');
	before = text->length;
	if (report->hashes)
		hashes_products(report->hashes, put_product, text);
	if (text->length == before && report->digest)
		put_named(text, report->trace, strlen(report->trace),
			  report->digest);
	text_char(text, ']');
}

/* ---- who was watched ---- */

/* Where CI says which job it is: words, or variables behind a $. */
static const struct service {
	const char *variable; /* is set there */
	const char *host, *type;
	const char *event[8];
} services[] = {
	{ "GITHUB_ACTIONS",
	  "$GITHUB_SERVER_URL",
	  "https://actions.github.io/buildtypes/workflow/v1",
	  { "$GITHUB_SERVER_URL", "/", "$GITHUB_REPOSITORY", "/actions/runs/",
	    "$GITHUB_RUN_ID", "/attempts/", "$GITHUB_RUN_ATTEMPT" } },
	{ "GITLAB_CI",
	  "$CI_SERVER_URL",
	  "https://docs.gitlab.com/ci/jobs/",
	  { "$CI_JOB_URL" } },
};

static void put_word(struct text *text, const char *word)
{
	if (*word == '$')
		word = getenv(word + 1);
	text_put(text, word ? word : "");
}

static void put_service(struct text *text, const struct service *service)
{
	_cleanup_(text_done) struct text words = TEXT_INIT;

	put_word(&words, service->host);
	document_shown(text, "hostID", words.data, words.length);
	document_string(text, "type", service->type);
	text_clear(&words);
	for (size_t i = 0; i < ARRAY_LEN(service->event) && service->event[i];
	     i++)
		put_word(&words, service->event[i]);
	document_shown(text, "event", words.data, words.length);
	text->failed |= words.failed;
}

static void put_machine(struct text *text, const struct report *report)
{
	const struct text *command = &report->verdict->audit->whole.command;
	_cleanup_(text_done) struct text host = TEXT_INIT, words = TEXT_INIT;
	struct utsname name;

	text_put(&host, HOST);
	if (report->is_live && !uname(&name))
		text_put(&host, name.nodename);
	else
		text_put(&host, "unknown");
	document_shown(text, "hostID", host.data, host.length);
	document_string(text, "type", COMMAND);
	for (size_t i = 0; i + 1 < command->length; i++)
		text_char(&words, command->data[i] ? command->data[i] : ' ');
	document_shown(text, "event", words.data, words.length);
	text->failed |= words.failed;
}

static void put_watched(struct text *text, const struct report *report)
{
	const struct service *service = NULL;

	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		if (report->is_live && getenv(services[i].variable))
			service = &services[i];
	document_open(text, "monitoredProcess", '{');
	if (service)
		put_service(text, service);
	else
		put_machine(text, report);
	text_char(text, '}');
}

/* ---- what it did ---- */

#define NETWORK                                                                \
	(VERB_BIT(VERB_CONNECT) | VERB_BIT(VERB_BIND) |                        \
	 VERB_BIT(VERB_LISTEN) | VERB_BIT(VERB_ACCEPT) | VERB_BIT(VERB_SEND))

static void put_outcome(struct text *text, const struct fact *fact)
{
	_cleanup_(text_done) struct text outcome = TEXT_INIT;

	report_put_outcome(&outcome, fact);
	document_string(text, "outcome", text_string(&outcome));
	document_string(text, "proof",
			fact_mark_name((enum fact_mark)fact->key.mark));
}

static void put_file(struct text *text, const struct report *report,
		     const struct finding *finding)
{
	const struct fact *fact = finding->fact;
	const struct name *object = hashes_name(fact);
	enum hash_state state = HASH_DONE;
	struct digest digest;

	document_open(text, NULL, '{');
	document_shown(text, "name", object->text, object->length);
	document_uri(text, "uri", object->text, object->length);
	if (hashes_find(report->hashes, finding, &state, &digest) &&
	    state == HASH_DONE)
		put_digest(text, &digest);
	document_open(text, "annotations", '{');
	document_string(text, "access",
			verb_name((enum audit_verb)fact->key.verb));
	if (state != HASH_DONE)
		document_string(text, "not_hashed", hashes_state_name(state));
	put_outcome(text, fact);
	text_put(text, "}}");
}

/* A file that several programs read was read once: findings stand in order. */
static void put_files(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct fact *last = NULL;

	document_open(text, "fileAccess", '[');
	for (unsigned i = 0; i < verdict->count; i++) {
		const struct fact *fact = verdict->findings[i].fact;

		if (!is_one_of(fact, HASHES_MATERIAL | HASHES_PRODUCT) ||
		    !fact_worked(fact) ||
		    (last && last->key.verb == fact->key.verb &&
		     hashes_name(last) == hashes_name(fact)))
			continue;
		put_file(text, report, &verdict->findings[i]);
		last = fact;
	}
	text_char(text, ']');
}

/* "inet:10.0.0.1:443", "inet:[::1]:80"; false: it is something else. */
static bool put_host(struct text *text, const struct name *object)
{
	static const char head[] = OBJECT_INET;
	const char *host = object->text + strlen(head);
	const char *colon = strrchr(object->text, ':');
	size_t length;

	if (strncmp(object->text, head, strlen(head)) != 0 || colon < host)
		return false;
	length = (size_t)(colon - host);
	if (length >= 2 && *host == '[') {
		host++;
		length -= 2;
	}
	document_shown(text, "ip", host, length);
	text_json_number(text, "port", strtol(colon + 1, NULL, 10));
	return true;
}

static void put_peer(struct text *text, const struct fact *fact)
{
	const struct name *object = fact->key.object;

	document_open(text, NULL, '{');
	if (!put_host(text, object))
		document_shown(text, "address", object->text, object->length);
	document_string(text, "access",
			verb_name((enum audit_verb)fact->key.verb));
	put_outcome(text, fact);
	document_date(text, "time", fact->first_ns);
	document_open(text, "invokingProcess", '{');
	if (fact->image) {
		text_json_number(text, "pid", fact->image->pid);
		text_json_unsigned(text, "process", fact->image->number);
	}
	if (fact->key.exe)
		document_shown(text, "exe", fact->key.exe->text,
			       fact->key.exe->length);
	text_put(text, "}}");
}

static void put_network(struct text *text, const struct verdict *verdict)
{
	document_open(text, "network", '[');
	for (unsigned i = 0; i < verdict->count; i++)
		if (is_one_of(verdict->findings[i].fact, NETWORK))
			put_peer(text, verdict->findings[i].fact);
	text_char(text, ']');
}

/* ---- the statement ---- */

static void put_verdict(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	_cleanup_(text_done) struct text words = TEXT_INIT;

	document_open(text, "kaudit_u", '{');
	document_string(text, "verdict", verdict_text(verdict));
	text_json_bool(text, "complete", verdict->is_complete);
	report_put_completeness(&words, verdict);
	document_text(text, "completeness", &words);
	report_json_gaps(text, "not_known", &verdict->audit->gaps);
	text_json_unsigned(text, "violations", verdict->violations);
	text_json_unsigned(text, "warnings", verdict->warnings);
	text_char(text, '}');
}

static void put_monitor(struct text *text, const struct report *report)
{
	document_open(text, "monitor", '{');
	document_string(text, "type", MONITOR);
	document_open(text, "tracePolicy", '{');
	if (report->policy)
		document_shown(text, "policy", report->policy,
			       strlen(report->policy));
	text_put(text, "}}");
}

static void put_predicate(struct text *text, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct audit *audit = verdict->audit;

	document_open(text, "predicate", '{');
	put_monitor(text, report);
	put_watched(text, report);
	document_open(text, "monitorLog", '{');
	report_json_images(text, "process", audit);
	put_network(text, verdict);
	put_files(text, report);
	text_char(text, '}');
	document_open(text, "metadata", '{');
	document_date(text, "buildStartedOn", audit->first_ns);
	document_date(text, "buildFinishedOn", audit->last_ns);
	text_char(text, '}');
	put_verdict(text, report);
	text_char(text, '}');
}

void report_intoto(struct text *text, const struct report *report)
{
	text_put(text, "{\"_type\":\"" STATEMENT "\"");
	put_subject(text, report);
	document_string(text, "predicateType", PREDICATE);
	put_predicate(text, report);
	text_put(text, "}\n");
}
