/* Rows of numbers that lead to strings, which stand there once each. */
#include "kaudit/report_data.h"

#include <string.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"
#include "kaudit/document.h"
#include "kaudit/hashes.h"
#include "kaudit/markup.h"
#include "kaudit/report.h"
#include "kaudit/verdict.h"

#define MICROSECOND 1000u

struct string {
	const struct name *name;
	unsigned number;
	UT_hash_handle hh;
};

struct data {
	const struct report *report;
	struct text *text;
	struct text strings;  /* what stands between the brackets */
	struct string *table; /* by address: names are there once */
	uint64_t left_out;    /* facts */
	unsigned told;        /* facts */
};

/* ---- names ---- */

static bool is_word(const char *data, size_t length)
{
	if (!length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (strchr(" \t\n\"'", data[i]))
			return false;
	return true;
}

/* Quoted where it could be taken for several, or for none. */
static void put_word(struct text *text, const char *data, size_t length)
{
	const struct data_style style = { .width = 80, .utf8 = true };

	if (is_word(data, length))
		data_escape(text, data, length, &style);
	else
		data_quote(text, data, length, &style);
}

void report_data_name(struct text *text, const char *data, size_t length)
{
	const struct data_style style = { .width = 80, .utf8 = true };
	size_t shown = MIN(length, REPORT_DATA_NAME);

	if (!length || !memchr(data, '\0', length))
		data_escape(text, data, shown, &style);
	else
		for (size_t at = 0; at < shown;) {
			size_t own = strnlen(data + at, shown - at);

			text_put(text, at ? " " : "");
			put_word(text, data + at, own);
			at += own + 1;
		}
	if (shown < length)
		text_put(text, " ... (cut)");
}

void report_data_markup(struct text *text, const char *data, size_t length)
{
	_cleanup_(text_done) struct text shown = TEXT_INIT;

	report_data_name(&shown, data, length);
	markup_put(text, shown.data, shown.length);
	text->failed |= shown.failed;
}

static struct string *add_string(struct data *data, const struct name *name)
{
	_cleanup_(text_done) struct text shown = TEXT_INIT;
	struct string *string = calloc(1, sizeof(*string));

	if (!string)
		return NULL;
	string->name = name;
	string->number = HASH_COUNT(data->table);
	HASH_ADD_PTR(data->table, name, string);
	if (!string->hh.tbl) {
		free(string);
		return NULL;
	}
	report_data_name(&shown, name->text, name->length);
	text_put(&data->strings, string->number ? "," : "");
	text_json_string(&data->strings, shown.data, shown.length);
	data->strings.failed |= shown.failed;
	return string;
}

/* Its number; -1 for none. */
static void put_string(struct data *data, const struct name *name)
{
	struct string *string = NULL;

	document_next(data->text);
	if (name) {
		HASH_FIND_PTR(data->table, &name, string);
		if (!string)
			string = add_string(data, name);
		data->text->failed |= !string;
	}
	text_decimal(data->text, string ? (int64_t)string->number : -1);
}

static void put_number(struct data *data, int64_t number)
{
	document_next(data->text);
	text_decimal(data->text, number);
}

static void put_quoted(struct data *data, const char *string)
{
	document_next(data->text);
	text_json_string(data->text, string, strlen(string));
}

static bool is_full(const struct data *data)
{
	return data->text->length + data->strings.length > REPORT_DATA_BYTES;
}

/* ---- facts ---- */

/* In this order they get what room there is. */
enum rank { RANK_FOUND, RANK_DONE, RANK_LOOKED, RANKS };

static enum rank rank_of(const struct finding *finding)
{
	if (finding->judgement.decision != POLICY_ALLOW)
		return RANK_FOUND;
	return finding->fact->key.verb == VERB_LOOK ? RANK_LOOKED : RANK_DONE;
}

static void put_hash(struct data *data, const struct finding *finding)
{
	enum hash_state state;
	struct digest digest;
	char hex[DIGEST_HEX];

	if (!hashes_find(data->report->hashes, finding, &state, &digest))
		return;
	put_quoted(data, state == HASH_DONE ? digest_hex(&digest, hex)
					    : hashes_state_name(state));
}

static void put_fact(struct data *data, const struct finding *finding)
{
	const struct policy *policy = data->report->verdict->policy;
	const struct policy_rule *rule = finding->judgement.rule;
	const struct fact *fact = finding->fact;
	struct text outcome = TEXT_INIT;

	document_open(data->text, NULL, '[');
	put_number(data, fact->key.verb);
	put_string(data, fact->key.object);
	put_string(data, fact->key.other);
	put_string(data, fact->key.exe);
	report_put_outcome(&outcome, fact);
	put_quoted(data, text_string(&outcome));
	text_done(&outcome);
	put_number(data, fact->key.mark);
	put_number(data, finding->judgement.decision);
	put_number(data, rule ? rule - policy->rules : -1);
	put_number(data, (int64_t)fact->count);
	put_number(data, fact->image ? (int64_t)fact->image->number : -1);
	put_hash(data, finding);
	text_char(data->text, ']');
}

static void put_facts(struct data *data)
{
	const struct verdict *verdict = data->report->verdict;

	document_open(data->text, "facts", '[');
	for (enum rank rank = RANK_FOUND; rank < RANKS; rank++)
		for (unsigned i = 0; i < verdict->count; i++) {
			if (rank_of(&verdict->findings[i]) != rank)
				continue;
			if (data->told == REPORT_DATA_FACTS || is_full(data)) {
				data->left_out++;
				continue;
			}
			put_fact(data, &verdict->findings[i]);
			data->told++;
		}
	text_char(data->text, ']');
}

/* ---- processes ---- */

static int64_t since(const struct data *data, uint64_t ns)
{
	uint64_t first = data->report->verdict->audit->first_ns;

	return ns > first ? (int64_t)((ns - first) / MICROSECOND) : 0;
}

/* "exit 0", "SIGTERM"; "": it is not told. */
static void put_ending(struct data *data, const struct image *image)
{
	_cleanup_(text_done) struct text ending = TEXT_INIT;
	const char *name = sigabbrev_np(image->signal);

	if (image->has_status && image->signal && name)
		text_format(&ending, "SIG%s", name);
	else if (image->has_status && image->signal)
		text_format(&ending, "signal %d", image->signal);
	else if (image->has_status)
		text_format(&ending, "exit %d", image->status);
	put_quoted(data, text_string(&ending));
}

/* What the recorder was, before it became the command, is not told. */
static void put_origin(struct data *data, const struct image *image)
{
	put_number(data,
		   image && !image->is_launcher ? (int64_t)image->number : -1);
}

static void put_image(struct data *data, const struct image *image)
{
	document_open(data->text, NULL, '[');
	put_number(data, image->pid);
	put_origin(data, image->parent);
	put_origin(data, image->previous);
	put_string(data, image->exe);
	put_string(data, image->args);
	put_string(data, image->cwd);
	put_number(data, since(data, image->first_ns));
	put_number(data, image->end_ns ? since(data, image->end_ns) : -1);
	put_ending(data, image);
	text_char(data->text, ']');
}

/* Who made one stands in front of it. How many there is no room for. */
static unsigned put_images(struct data *data)
{
	const struct images *images = &data->report->verdict->audit->images;
	const struct image *image = images->first;
	unsigned told = 0;

	document_open(data->text, "processes", '[');
	for (; image && told < REPORT_DATA_PROCESSES && !is_full(data);
	     image = image->next, told++)
		put_image(data, image);
	text_char(data->text, ']');
	document_open(data->text, "launcher", '[');
	for (image = images->first; image; image = image->next)
		if (image->is_launcher)
			put_number(data, image->number);
	text_char(data->text, ']');
	return images->count - told;
}

/* ---- what numbers mean ---- */

static const char *family_name(enum verb_family family)
{
	switch (family) {
	case VERB_ON_FILE:
		return "file";
	case VERB_ON_SOCKET:
		return "socket";
	case VERB_ON_PROCESS:
		return "process";
	case VERB_ON_SYSTEM:
		break;
	}
	return "system";
}

static void put_words(struct data *data)
{
	document_open(data->text, "verbs", '[');
	for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
		document_open(data->text, NULL, '{');
		document_string(data->text, "name",
				verb_name((enum audit_verb)verb));
		document_string(
		    data->text, "family",
		    family_name(verb_family((enum audit_verb)verb)));
		text_char(data->text, '}');
	}
	text_char(data->text, ']');
	document_open(data->text, "proofs", '[');
	for (unsigned mark = 0; mark < FACT_MARKS; mark++)
		put_quoted(data, fact_mark_name((enum fact_mark)mark));
	text_char(data->text, ']');
	document_open(data->text, "decisions", '[');
	for (unsigned decision = 0; decision <= POLICY_DENY; decision++)
		put_quoted(
		    data, policy_decision_name((enum policy_decision)decision));
	text_char(data->text, ']');
}

static void put_rules(struct data *data)
{
	const struct policy *policy = data->report->verdict->policy;

	document_open(data->text, "rules", '[');
	for (unsigned i = 0; i < policy->count; i++) {
		_cleanup_(text_done) struct text place = TEXT_INIT;
		const struct policy_rule *rule = &policy->rules[i];

		report_data_name(&place, rule->file, strlen(rule->file));
		text_format(&place, ":%u", rule->line);
		put_quoted(data, text_string(&place));
	}
	text_char(data->text, ']');
}

static void put_strings(struct data *data)
{
	document_open(data->text, "strings", '[');
	text_bytes(data->text, data->strings.data, data->strings.length);
	text_char(data->text, ']');
	data->text->failed |= data->strings.failed;
}

static void forget_strings(struct data *data)
{
	struct string *string = data->table, *next;

	HASH_CLEAR(hh, data->table);
	for (; string; string = next) {
		next = string->hh.next;
		free(string);
	}
	text_done(&data->strings);
}

/* ---- */

/* In JSON these stand in strings alone, and there a number is as good. */
static void put_inert(struct text *text, const struct text *document)
{
	for (size_t i = 0; i < document->length; i++) {
		char c = document->data[i];

		if (c == '<' || c == '>' || c == '&')
			text_format(text, "\\u%04x", (unsigned char)c);
		else
			text_char(text, c);
	}
	text->failed |= document->failed;
}

void report_data_put(struct text *text, const struct report *report)
{
	const struct audit *audit = report->verdict->audit;
	_cleanup_(text_done) struct text document = TEXT_INIT;
	struct data data = { .report = report, .text = &document };
	unsigned processes;

	text_char(&document, '{');
	put_words(&data);
	put_rules(&data);
	text_json_number(&document, "length", since(&data, audit->last_ns));
	processes = put_images(&data);
	put_facts(&data);
	document_open(&document, "left_out", '{');
	text_json_unsigned(&document, "facts", data.left_out);
	text_json_unsigned(&document, "processes", processes);
	text_char(&document, '}');
	put_strings(&data);
	text_char(&document, '}');
	put_inert(text, &document);
	forget_strings(&data);
}
