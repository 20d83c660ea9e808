/* compare_tag.c - what two tags say differently */
#include "model/compare.h"

#include <string.h>

#define SAID_MAX sizeof(((struct model_tag_difference *)0)->first)

/* Words that are there or not. */
static const struct {
	const char *name;
	size_t offset;
	bool sharing;
} flags[] = {
	{"hot", offsetof(struct model_tag, hot), true},
	{"local", offsetof(struct model_tag, local), true},
	{"shared", offsetof(struct model_tag, shared), true},
	{"json:\"-\"", offsetof(struct model_tag, skip), false},
	{"key", offsetof(struct model_tag, key), false},
	{"required", offsetof(struct model_tag, required), false},
	{"omitempty", offsetof(struct model_tag, omitempty), false},
	{"null", offsetof(struct model_tag, null_absent), false},
	{"string", offsetof(struct model_tag, quoted), false},
	{"number", offsetof(struct model_tag, enum_number), false},
	{"time", offsetof(struct model_tag, time), false},
	{"duration", offsetof(struct model_tag, duration), false},
	{"raw", offsetof(struct model_tag, raw), false},
	{"truncate", offsetof(struct model_tag, truncate), false},
	{"map", offsetof(struct model_tag, map), false},
	{"mapkey", offsetof(struct model_tag, mapkey), false},
	{"mapvalue", offsetof(struct model_tag, mapvalue), false},
	{"tuple", offsetof(struct model_tag, tuple), false},
	{"unknown:\"error\"", offsetof(struct model_tag, unknown_error), false},
};

static bool flag_of(const struct model_tag *tag, size_t i)
{
	return *(const bool *)((const char *)tag + flags[i].offset);
}

/* Adds to what is said, cut where it is too long. */
static void say(char said[SAID_MAX], const char *before, const char *text)
{
	size_t len = strlen(said);

	snprintf(said + len, SAID_MAX - len, "%s%s", len ? before : "", text);
}

static void say_policy(const struct model_tag *tag, char said[SAID_MAX])
{
	say(said, "", model_policy_name(tag->policy));
	if (tag->group)
		say(said, "=", tag->group);
}

static void say_states(const struct model_tag *tag, char said[SAID_MAX])
{
	for (size_t i = 0; i < tag->states_n; i++) {
		say(said, ",", tag->states[i].from);
		say(said, ">", tag->states[i].to);
	}
}

static void say_aliases(const struct model_tag *tag, char said[SAID_MAX])
{
	for (size_t i = 0; i < tag->aliases_n; i++)
		say(said, ",", tag->aliases[i]);
}

static void say_molds(const struct model_tag *tag, char said[SAID_MAX])
{
	static const char *const names[] = {[MODEL_MOLD_TRIM] = "trim", [MODEL_MOLD_LOWER] = "lower",
	                                    [MODEL_MOLD_UPPER] = "upper"};

	for (size_t i = 0; i < tag->molds_n; i++)
		say(said, ",", names[tag->molds[i]]);
}

static void say_name(const struct model_tag *tag, char said[SAID_MAX])
{
	say(said, "", tag->json_name ? tag->json_name : "");
}

static void say_default(const struct model_tag *tag, char said[SAID_MAX])
{
	say(said, "", tag->default_text ? tag->default_text : "");
}

static void say_count(const struct model_tag *tag, char said[SAID_MAX])
{
	say(said, "", tag->count ? tag->count : "");
}

static const struct {
	const char *name;
	void (*say)(const struct model_tag *tag, char said[SAID_MAX]);
	bool sharing;
} words[] = {
	{"the policy", say_policy, true},
	{"states", say_states, true},
	{"the outside name", say_name, false},
	{"alias", say_aliases, false},
	{"default", say_default, false},
	{"mold", say_molds, false},
	{"count", say_count, false},
};

/* Is the same thing said, also where the text for people is cut? */
static bool same_list(const struct model_tag *a, const struct model_tag *b)
{
	if (a->states_n != b->states_n)
		return false;
	for (size_t i = 0; i < a->states_n; i++)
		if (strcmp(a->states[i].from, b->states[i].from) != 0 || strcmp(a->states[i].to, b->states[i].to) != 0)
			return false;
	return true;
}

bool model_tag_compare(const struct model_tag *first, const struct model_tag *second, bool sharing,
                       struct model_tag_difference *ret_difference)
{
	struct model_tag_difference difference = {0};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bool same;

		if (sharing && !words[i].sharing)
			continue;
		difference = (struct model_tag_difference){.what = words[i].name};
		words[i].say(first, difference.first);
		words[i].say(second, difference.second);
		same = strcmp(difference.first, difference.second) == 0;
		if (same && words[i].say == say_states)
			same = same_list(first, second);
		if (same)
			continue;
		*ret_difference = difference;
		return true;
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if ((sharing && !flags[i].sharing) || flag_of(first, i) == flag_of(second, i))
			continue;
		difference = (struct model_tag_difference){.what = flags[i].name};
		say(difference.first, "", flag_of(first, i) ? flags[i].name : "");
		say(difference.second, "", flag_of(second, i) ? flags[i].name : "");
		*ret_difference = difference;
		return true;
	}
	return false;
}
