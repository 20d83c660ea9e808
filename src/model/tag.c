/*
 * tag.c - the one parser of tags
 *
 *     json:"id,required" key mold:"trim,upper"
 *
 * A tag is a list of words; the word json holds a name and options. Both come from tables below: a new word is one line
 * there and one function. The parser goes once through the text, without recursion, and every error names what it is
 * about. It knows nothing of C types: check.c holds the words against them.
 */
#include "model/model.h"
#include "model/words.h"

#include <stdarg.h>
#include <string.h>

#define TAG_MAX 65536
#define NAME_MAX_BYTES 128
#define ALIASES_MAX 64
#define STATES_MAX 256

struct part {
	const char *ptr;
	size_t len;
};

struct parser {
	struct model *model;
	const char *begin, *next, *end;
	const char *name;
	const struct model_place *place;
	struct model_diag *diag;
	struct model_tag *tag;
	bool on_struct, failed;
	uint32_t words_seen, options_seen;
};

__attribute__((format(printf, 2, 3))) static void fail(struct parser *p, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	model_error(p->diag, p->place, "'%s': %s", p->name, text);
	p->failed = true;
}

static bool part_is(struct part part, const char *text)
{
	return strlen(text) == part.len && memcmp(part.ptr, text, part.len) == 0;
}

static char *part_dup(struct parser *p, struct part part)
{
	return model_strndup(p->model, part.ptr, part.len);
}

/* For messages: at most 40 bytes of it. */
static int part_show(struct part part)
{
	return part.len > 40 ? 40 : (int)part.len;
}

static struct part part_trim(struct part part)
{
	while (part.len && part.ptr[0] == ' ')
		part.ptr++, part.len--;
	while (part.len && part.ptr[part.len - 1] == ' ')
		part.len--;
	return part;
}

/* Takes what stands before the next separator off *rest. Returns: false when nothing is left. */
static bool part_split(struct part *rest, char separator, struct part *ret_part)
{
	const char *at;

	if (!rest->ptr)
		return false;
	at = memchr(rest->ptr, separator, rest->len);
	ret_part->ptr = rest->ptr;
	if (at) {
		ret_part->len = (size_t)(at - rest->ptr);
		rest->ptr = at + 1;
		rest->len -= ret_part->len + 1;
	} else {
		ret_part->len = rest->len;
		rest->ptr = NULL;
	}
	return true;
}

static bool is_identifier_byte(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

static bool is_identifier(struct part part)
{
	for (size_t i = 0; i < part.len; i++)
		if (!is_identifier_byte(part.ptr[i], i == 0))
			return false;
	return part.len > 0;
}

/* An outside name needs no escape in JSON, so that generated code can compare and write it as it is. */
static bool outside_name_fits(struct parser *p, struct part name)
{
	if (name.len > NAME_MAX_BYTES) {
		fail(p, "the outside name '%.*s...' is longer than %d bytes", part_show(name), name.ptr, NAME_MAX_BYTES);
		return false;
	}
	if (memchr(name.ptr, '"', name.len) || memchr(name.ptr, '\\', name.len)) {
		fail(p, "the outside name '%.*s' holds a quote or a backslash", part_show(name), name.ptr);
		return false;
	}
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < 0x20) {
			fail(p, "the outside name '%.*s' holds a control character", (int)i, name.ptr);
			return false;
		}
	return true;
}

/* ---- options of json ------------------------------------------------------------------------------------------- */

enum takes {
	TAKES_NOTHING,
	TAKES_VALUE,
	MAY_TAKE_VALUE,
};

struct option {
	const char *name;
	enum takes takes;
	void (*apply)(struct parser *p, const struct option *option, struct part value);
	size_t flag_offset;         /* of a bool in struct model_tag */
	enum model_policy policy;
};

static void apply_flag(struct parser *p, const struct option *option, struct part value)
{
	(void)value;
	*(bool *)((char *)p->tag + option->flag_offset) = true;
}

static void apply_count(struct parser *p, const struct option *option, struct part value)
{
	(void)option;
	if (!is_identifier(value))
		fail(p, "count needs the name of a field, not '%.*s'", part_show(value), value.ptr);
	else
		p->tag->count = part_dup(p, value);
}

static void apply_policy(struct parser *p, const struct option *option, struct part value)
{
	if (p->tag->policy_given) {
		fail(p, "a field has one policy, and '%s' is a second one", option->name);
		return;
	}
	p->tag->policy_given = true;
	p->tag->policy = option->policy;
	if (!value.ptr)
		return;
	if (!is_identifier(value))
		fail(p, "the group of %s must be a C identifier, not '%.*s'", option->name, part_show(value), value.ptr);
	else if (value.len > 40)
		fail(p, "the group '%.*s...' is longer than 40 characters", part_show(value), value.ptr);
	else
		p->tag->group = part_dup(p, value);
}

#define FLAG(text, member) {text, TAKES_NOTHING, apply_flag, offsetof(struct model_tag, member), 0}
#define POLICY(text, takes, which) {text, takes, apply_policy, 0, which}

static const struct option options[] = {
	FLAG("required", required),
	FLAG("omitempty", omitempty),
	FLAG("null", null_absent),
	FLAG("string", quoted),
	FLAG("number", enum_number),
	FLAG("time", time),
	FLAG("duration", duration),
	FLAG("raw", raw),
	FLAG("truncate", truncate),
	FLAG("map", map),
	{"count", TAKES_VALUE, apply_count, 0, 0},
	POLICY("atomic", TAKES_NOTHING, MODEL_POLICY_ATOMIC),
	POLICY("mutex", MAY_TAKE_VALUE, MODEL_POLICY_MUTEX),
	POLICY("rwmutex", MAY_TAKE_VALUE, MODEL_POLICY_RWMUTEX),
	POLICY("snapshot", TAKES_NOTHING, MODEL_POLICY_SNAPSHOT),
	POLICY("once", TAKES_NOTHING, MODEL_POLICY_ONCE),
	POLICY("owner", TAKES_NOTHING, MODEL_POLICY_OWNER),
};
#define OPTIONS_N (sizeof(options) / sizeof(options[0]))

static const struct option *option_named(struct part name)
{
	for (size_t i = 0; i < OPTIONS_N; i++)
		if (part_is(name, options[i].name))
			return &options[i];
	return NULL;
}

static void fail_unknown_option(struct parser *p, struct part name);

static void parse_option(struct parser *p, struct part text)
{
	struct part rest = part_trim(text), name = {"", 0}, value = {NULL, 0};
	const struct option *option;

	part_split(&rest, '=', &name);
	if (rest.ptr)
		value = rest;
	option = option_named(name);
	if (!option) {
		fail_unknown_option(p, name);
		return;
	}
	if (p->options_seen & (1U << (option - options))) {
		fail(p, "option '%s' stands twice", option->name);
		return;
	}
	p->options_seen |= 1U << (option - options);
	if (option->takes == TAKES_NOTHING && value.ptr)
		fail(p, "option '%s' takes no value", option->name);
	else if (option->takes == TAKES_VALUE && !value.ptr)
		fail(p, "option '%s' needs a value: %s=...", option->name, option->name);
	else
		option->apply(p, option, value);
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

static void word_json(struct parser *p, struct part text)
{
	struct part rest = text, name = {"", 0}, option;

	part_split(&rest, ',', &name);
	if (part_is(name, "-")) {
		p->tag->skip = true;
		if (rest.ptr)
			fail(p, "json:\"-\" leaves the field out, so it has no options");
		return;
	}
	if (name.len && outside_name_fits(p, name))
		p->tag->json_name = part_dup(p, name);
	while (part_split(&rest, ',', &option))
		parse_option(p, option);
}

static void word_key(struct parser *p, struct part text)
{
	(void)text;
	p->tag->key = true;
}

static void word_hot(struct parser *p, struct part text)
{
	(void)text;
	p->tag->hot = true;
}

static void word_mapkey(struct parser *p, struct part text)
{
	(void)text;
	p->tag->mapkey = true;
}

static void word_mapvalue(struct parser *p, struct part text)
{
	(void)text;
	p->tag->mapvalue = true;
}

static void word_alias(struct parser *p, struct part text)
{
	struct part rest = text, one;

	p->tag->aliases = model_alloc(p->model, ALIASES_MAX * sizeof(*p->tag->aliases));
	while (part_split(&rest, ',', &one)) {
		if (!one.len) {
			fail(p, "alias holds an empty name");
			return;
		}
		if (p->tag->aliases_n == ALIASES_MAX) {
			fail(p, "more than %d aliases", ALIASES_MAX);
			return;
		}
		if (outside_name_fits(p, one))
			p->tag->aliases[p->tag->aliases_n++] = part_dup(p, one);
	}
}

static void word_default(struct parser *p, struct part text)
{
	p->tag->default_text = part_dup(p, text);
}

static void word_mold(struct parser *p, struct part text)
{
	static const char *const names[] = {[MODEL_MOLD_TRIM] = "trim", [MODEL_MOLD_LOWER] = "lower",
	                                    [MODEL_MOLD_UPPER] = "upper"};
	struct part rest = text, one;

	while (part_split(&rest, ',', &one)) {
		enum model_mold mold = MODEL_MOLD_TRIM;

		one = part_trim(one);
		while (mold <= MODEL_MOLD_UPPER && !part_is(one, names[mold]))
			mold++;
		if (mold > MODEL_MOLD_UPPER) {
			fail(p, "unknown mold '%.*s': they are trim, lower and upper", part_show(one), one.ptr);
			return;
		}
		for (size_t i = 0; i < p->tag->molds_n; i++)
			if (p->tag->molds[i] == mold) {
				fail(p, "mold '%s' stands twice", names[mold]);
				return;
			}
		p->tag->molds[p->tag->molds_n++] = mold;
	}
}

/* "a>b>c" is two changes. */
static bool take_changes(struct parser *p, struct part one)
{
	struct part rest = part_trim(one), from = {"", 0}, to;

	for (size_t n = 0; part_split(&rest, '>', &to); n++, from = to) {
		to = part_trim(to);
		if (!to.len || (n == 0 && !rest.ptr)) {
			fail(p, "states needs changes such as \"created>paid\", not '%.*s'", part_show(one), one.ptr);
			return false;
		}
		if (n == 0)
			continue;
		if (p->tag->states_n == STATES_MAX) {
			fail(p, "more than %d changes of state", STATES_MAX);
			return false;
		}
		p->tag->states[p->tag->states_n].from = part_dup(p, from);
		p->tag->states[p->tag->states_n++].to = part_dup(p, to);
	}
	return true;
}

static void word_states(struct parser *p, struct part text)
{
	struct part rest = text, one;

	p->tag->states = model_alloc(p->model, STATES_MAX * sizeof(*p->tag->states));
	while (part_split(&rest, ',', &one))
		if (!take_changes(p, one))
			return;
}

static void word_tuple(struct parser *p, struct part text)
{
	(void)text;
	p->tag->tuple = true;
}

static void word_unknown(struct parser *p, struct part text)
{
	if (part_is(text, "error"))
		p->tag->unknown_error = true;
	else
		fail(p, "unknown takes \"error\", not '%.*s'", part_show(text), text.ptr);
}

static void word_local(struct parser *p, struct part text)
{
	(void)text;
	p->tag->local = true;
}

static void word_shared(struct parser *p, struct part text)
{
	(void)text;
	p->tag->shared = true;
}

static const struct word {
	const char *name;
	bool takes_text, on_struct;
	void (*apply)(struct parser *p, struct part text);
} words[] = {
	{"json", true, false, word_json},
	{"key", false, false, word_key},
	{"hot", false, false, word_hot},
	{"alias", true, false, word_alias},
	{"default", true, false, word_default},
	{"mold", true, false, word_mold},
	{"states", true, false, word_states},
	{"mapkey", false, false, word_mapkey},
	{"mapvalue", false, false, word_mapvalue},
	{"tuple", false, true, word_tuple},
	{"unknown", true, true, word_unknown},
	{"local", false, true, word_local},
	{"shared", false, true, word_shared},
};
#define WORDS_N (sizeof(words) / sizeof(words[0]))

static const struct word *word_named(struct part name)
{
	for (size_t i = 0; i < WORDS_N; i++)
		if (part_is(name, words[i].name))
			return &words[i];
	return NULL;
}

static void fail_unknown_option(struct parser *p, struct part name)
{
	const char *names[OPTIONS_N];
	const char *near;

	for (size_t i = 0; i < OPTIONS_N; i++)
		names[i] = options[i].name;
	near = model_words_nearest(names, OPTIONS_N, name.ptr, name.len);
	if (!name.len)
		fail(p, "json holds an empty option");
	else if (word_named(name))
		fail(p, "'%.*s' is no option of json but a word of its own: json:\"...\" %.*s", part_show(name), name.ptr,
		     part_show(name), name.ptr);
	else if (near)
		fail(p, "unknown option '%.*s'; did you mean '%s'?", part_show(name), name.ptr, near);
	else
		fail(p, "unknown option '%.*s'", part_show(name), name.ptr);
}

static void fail_unknown_word(struct parser *p, struct part name)
{
	const char *names[WORDS_N];
	size_t names_n = 0;
	const char *near;

	for (size_t i = 0; i < WORDS_N; i++)
		if (words[i].on_struct == p->on_struct)
			names[names_n++] = words[i].name;
	near = model_words_nearest(names, names_n, name.ptr, name.len);
	if (option_named(name))
		fail(p, "'%.*s' is no word of its own but an option of json: json:\",%.*s\"", part_show(name), name.ptr,
		     part_show(name), name.ptr);
	else if (near)
		fail(p, "unknown word '%.*s'; did you mean '%s'?", part_show(name), name.ptr, near);
	else
		fail(p, "unknown word '%.*s'", part_show(name), name.ptr);
}

static void apply_word(struct parser *p, struct part name, struct part text)
{
	const struct word *word = word_named(name);

	if (!word) {
		fail_unknown_word(p, name);
	} else if (word->on_struct != p->on_struct) {
		fail(p, "'%s' is a word for a %s, not for a %s", word->name, word->on_struct ? "struct" : "field",
		     p->on_struct ? "struct" : "field");
	} else if (p->words_seen & (1U << (word - words))) {
		fail(p, "'%s' stands twice", word->name);
	} else if (word->takes_text && !text.ptr) {
		fail(p, "'%s' needs a text: %s:\"...\"", word->name, word->name);
	} else if (!word->takes_text && text.ptr) {
		fail(p, "'%s' takes no text", word->name);
	} else {
		p->words_seen |= 1U << (word - words);
		word->apply(p, text);
	}
}

/* ---- the text -------------------------------------------------------------------------------------------------- */

static size_t column(const struct parser *p, const char *at)
{
	return (size_t)(at - p->begin) + 1;
}

/* Reads a text in quotes, with C's escapes for quote, backslash, newline and tab. *next stands at the opening quote. */
static bool read_text(struct parser *p, struct part *ret_text)
{
	const char *open = p->next++;
	char *text = model_alloc(p->model, (size_t)(p->end - p->next) + 1);
	size_t len = 0;

	while (p->next < p->end && *p->next != '"') {
		char c = *p->next++;

		if (c == '\\') {
			c = p->next < p->end ? *p->next++ : '\0';
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
			else if (c != '"' && c != '\\') {
				fail(p, "the escape at column %zu of the tag is none of \\\" \\\\ \\n \\t",
				     column(p, p->next - 2));
				return false;
			}
		}
		text[len++] = c;
	}
	if (p->next == p->end) {
		fail(p, "the quote at column %zu of the tag is not closed", column(p, open));
		return false;
	}
	p->next++;
	*ret_text = (struct part){text, len};
	return true;
}

static bool read_word(struct parser *p)
{
	struct part name = {p->next, 0}, text = {NULL, 0};

	while (p->next < p->end && is_identifier_byte(*p->next, p->next == name.ptr))
		p->next++;
	name.len = (size_t)(p->next - name.ptr);
	if (!name.len && *p->next == ',') {
		fail(p, "words stand apart by white space, not by a comma (column %zu of the tag)", column(p, p->next));
		return false;
	}
	if (!name.len) {
		fail(p, "a word can't begin with '%c' (column %zu of the tag)",
		     (unsigned char)*p->next < 0x80 ? *p->next : '?', column(p, p->next));
		return false;
	}
	if (p->next < p->end && *p->next == '=') {
		fail_unknown_word(p, name);
		return false;
	}
	if (p->next < p->end && *p->next == ':') {
		p->next++;
		if (p->next == p->end || *p->next != '"') {
			fail(p, "'%.*s:' needs a text in quotes", part_show(name), name.ptr);
			return false;
		}
		if (!read_text(p, &text))
			return false;
	}
	if (p->next < p->end && *p->next != ' ' && *p->next != ',') {
		fail(p, "white space is missing behind '%.*s%s (column %zu of the tag)", part_show(name), name.ptr,
		     text.ptr ? ":...'" : "'", column(p, p->next));
		return false;
	}
	apply_word(p, name, text);
	return true;
}

/* What can't stand together, whatever the field's type. */
static void check_together(struct parser *p)
{
	const struct model_tag *tag = p->tag;

	if (tag->skip && (p->words_seen & (p->words_seen - 1)))
		fail(p, "json:\"-\" leaves the field out, so no other word can stand beside it");
	if (tag->required && tag->default_text)
		fail(p, "a required field is never absent, so it has no default");
	if (tag->time && tag->duration)
		fail(p, "time and duration can't stand together");
	if ((tag->time || tag->duration) && tag->quoted)
		fail(p, "%s stands in a string already, so option 'string' says nothing", tag->time ? "time" : "duration");
	if (tag->raw && (tag->molds_n || tag->default_text))
		fail(p, "raw keeps the JSON text itself, so it has no %s", tag->molds_n ? "mold" : "default");
	if (tag->hot && !(tag->policy_given && tag->policy == MODEL_POLICY_ATOMIC))
		fail(p, "hot needs the policy atomic");
	if (tag->states_n && !(tag->policy_given && tag->policy == MODEL_POLICY_ATOMIC))
		fail(p, "states needs the policy atomic");
	if (tag->mapkey && tag->mapvalue)
		fail(p, "mapkey and mapvalue can't be one field");
	if (tag->local && tag->shared)
		fail(p, "local and shared can't stand together");
}

bool model_tag_parse(struct model *model, const char *text, const char *name, bool on_struct,
                     const struct model_place *place, struct model_diag *diag, struct model_tag *ret_tag)
{
	size_t len = strnlen(text, TAG_MAX + 1);
	struct parser parser = {.model = model, .begin = text, .next = text, .end = text + len, .name = name,
	                        .place = place, .diag = diag, .tag = ret_tag, .on_struct = on_struct};
	struct parser *p = &parser;
	size_t bad;

	*ret_tag = (struct model_tag){.present = true, .text = model_strndup(model, text, len), .place = *place};
	if (len > TAG_MAX) {
		fail(p, "the tag is longer than %d bytes", TAG_MAX);
		return false;
	}
	bad = model_words_bad_byte(text, len);
	if (bad < len) {
		fail(p, "byte 0x%02x at column %zu of the tag is a control character or no UTF-8",
		     (unsigned)(unsigned char)text[bad], bad + 1);
		return false;
	}
	for (;;) {
		while (p->next < p->end && *p->next == ' ')
			p->next++;
		if (p->next == p->end)
			break;
		if (!read_word(p))
			return false;
	}
	if (!p->words_seen && !p->failed)
		fail(p, "the tag is empty");
	if (!p->failed)
		check_together(p);
	return !p->failed;
}
