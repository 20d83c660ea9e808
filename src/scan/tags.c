/* tags.c - tags of the debug information, and how what several sources say is brought together: see tags.h */
#include "scan/tags.h"

#include "model/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

/* ---- messages -------------------------------------------------------------------------------------------------- */

bool scan_tags_listen(struct scan_tags *tags)
{
	tags->messages = NULL;
	tags->diag = (struct model_diag){.out = open_memstream(&tags->messages, &tags->messages_size)};
	return tags->diag.out != NULL;
}

void scan_tags_warn(struct scan_tags *tags)
{
	char *line, *rest;

	fclose(tags->diag.out);
	rest = tags->messages;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			scan_warn(tags->scan, "%s", line);
	free(tags->messages);
}

/* ---- giving ---------------------------------------------------------------------------------------------------- */

const struct scan_member *scan_tags_member(const struct scan_type *type, const char *name, uint64_t *ret_offset_bits)
{
	const struct scan_type *holders[DEPTH_MAX] = {type};
	uint64_t bases[DEPTH_MAX] = {0};
	size_t at[DEPTH_MAX] = {0};
	unsigned depth = 1;

	while (depth) {
		const struct scan_type *holder = holders[depth - 1];
		const struct scan_member *member;

		if (at[depth - 1] == holder->members_n) {
			depth--;
			continue;
		}
		member = &holder->members[at[depth - 1]++];
		if (member->name && strcmp(member->name, name) == 0 && !member->base) {
			if (ret_offset_bits)
				*ret_offset_bits = bases[depth - 1] + member->offset_bits;
			return member;
		}
		if (member->name || depth == DEPTH_MAX || member->bitfield)
			continue;
		holders[depth] = scan_type_strip(member->type);
		bases[depth] = bases[depth - 1] + member->offset_bits;
		at[depth] = 0;
		depth++;
	}
	return NULL;
}

/* "order.h:12", ".note.fieldguard" */
static const char *place_text(const struct model_place *place, char ret[256])
{
	if (place->line)
		snprintf(ret, 256, "%s:%u", place->file ? place->file : "?", place->line);
	else
		snprintf(ret, 256, "%s", place->file ? place->file : "the debug information");
	return ret;
}

static const char *said(const char *text)
{
	return *text ? text : "nothing";
}

static void tell_disagreement(const struct scan_tags *tags, const struct scan_tag_given *given,
                              const struct model_tag *before, const struct model_tag_difference *difference)
{
	char first[256], second[256];

	scan_warn(tags->scan, "%s%s%s: %s is '%s' by %s and '%s' by %s; %s holds", given->type->name ?
	          given->type->name : "?",
	          given->member ? "." : "", given->member ? given->member->name : "", difference->what,
	          said(difference->first), place_text(&before->place, first), said(difference->second),
	          place_text(&given->tag->place, second), given->overrules ? "the latter" : "the former");
}

void scan_tags_give(struct scan_tags *tags, const struct scan_tag_given *given)
{
	/* Nobody else has seen the types yet. */
	struct model_tag *slot = given->member ? &((struct scan_member *)given->member)->tag
	                                       : &((struct scan_type *)given->type)->tag;
	struct model_tag_difference difference;

	if (!slot->present) {
		*slot = *given->tag;
		return;
	}
	if (!model_tag_compare(slot, given->tag, given->overrules, &difference))
		return;
	tell_disagreement(tags, given, slot, &difference);
	if (given->overrules)
		*slot = *given->tag;
}

/* ---- debug information ----------------------------------------------------------------------------------------- */

static void parse_declared(struct scan_tags *tags, const struct scan_type *type, const struct scan_member *member)
{
	struct model_place place = {.file = type->file, .line = member ? member->line : type->line};
	const char *text = member ? member->tag_text : type->tag_text;
	const char *name = member ? member->name : type->name;
	struct model_tag tag;

	if (!text || (member ? member->tag.present : type->tag.present) || !scan_tags_listen(tags))
		return;
	if (model_tag_parse(tags->model, text, name ? name : "?", !member, &place, &tags->diag, &tag))
		scan_tags_give(tags, &(struct scan_tag_given){.type = type, .member = member, .tag = &tag});
	scan_tags_warn(tags);
}

static void parse_type(struct scan_tags *tags, const struct scan_type *type, unsigned depth)
{
	parse_declared(tags, type, NULL);
	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];

		if (member->tag_text)
			parse_declared(tags, type, member);
		else if (!member->name && !member->bitfield && depth < DEPTH_MAX)
			parse_type(tags, scan_type_strip(member->type), depth + 1);
	}
}

int scan_tags_apply(struct scan *scan, struct scan_error *error)
{
	struct scan_tags tags = {.scan = scan, .model = model_new()};
	const char *policy_file = scan->inside->options.policy_file;

	scan->inside->tags = tags.model;
	for (size_t i = 0; i < scan->types_n; i++)
		if (scan->types[i]->kind == SCAN_KIND_STRUCT || scan->types[i]->kind == SCAN_KIND_UNION)
			parse_type(&tags, scan->types[i], 0);
	scan_tags_note(&tags);
	return policy_file ? scan_tags_policy(&tags, policy_file, error) : 0;
}
