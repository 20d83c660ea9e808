/* layout_diff.c - two binaries: types added and removed, members moved, resized, retyped */
#include "cli/cli.h"
#include "cli/layout.h"

#include <stdlib.h>
#include <string.h>

#define TYPE_TEXT 512

struct diff {
	const struct layout *layout;
	struct layout_ink ink;
	struct text text;
	size_t changes;
	bool first;                     /* of the JSON array */
};

/* What is said of a member. */
struct change {
	const char *what;               /* "added", "removed", "changed" */
	const struct scan_member *was, *is;
	bool moved, resized, retyped;
};

/* ---- members --------------------------------------------------------------------------------------------------- */

static bool same_name(const struct scan_member *a, const struct scan_member *b)
{
	return a->name && b->name ? strcmp(a->name, b->name) == 0 && a->variant == b->variant : a->name == b->name;
}

/* The member of other that is this one. Those without a name are told apart by their order. */
static const struct scan_member *twin(const struct scan_type *type, const struct scan_member *member,
                                      const struct scan_type *other)
{
	size_t nth = 0;

	for (const struct scan_member *one = type->members; one < member; one++)
		nth += same_name(one, member);
	for (size_t i = 0; i < other->members_n; i++)
		if (same_name(&other->members[i], member) && nth-- == 0)
			return &other->members[i];
	return NULL;
}

static bool change_of(const struct scan_member *was, const struct scan_member *is, struct change *ret)
{
	char was_type[TYPE_TEXT], is_type[TYPE_TEXT];

	*ret = (struct change){.what = "changed", .was = was, .is = is};
	ret->moved = was->offset_bits != is->offset_bits;
	ret->resized = was->size_bits != is->size_bits;
	ret->retyped = strcmp(scan_type_name(was->type, was_type, sizeof(was_type)),
	                      scan_type_name(is->type, is_type, sizeof(is_type))) != 0 || was->bitfield != is->bitfield;
	return ret->moved || ret->resized || ret->retyped;
}

static void put_offset(struct text *text, uint64_t bits)
{
	text_uint(text, bits / 8, 0);
	if (bits % 8)
		text_printf(text, ":%u", (unsigned)(bits % 8));
}

static void put_size(struct text *text, uint64_t bits)
{
	text_printf(text, bits % 8 ? "%llu bits" : "%llu bytes", (unsigned long long)(bits % 8 ? bits : bits / 8));
}

static void put_change(struct diff *diff, const struct change *change)
{
	const struct scan_member *member = change->is ? change->is : change->was;
	struct text *text = &diff->text;
	char was[TYPE_TEXT], is[TYPE_TEXT];

	text_printf(text, "  %s%c %s%s", !change->was ? diff->ink.green : !change->is ? diff->ink.red : diff->ink.yellow,
	            !change->was ? '+' : !change->is ? '-' : '~', member->name ? member->name : "(no name)", diff->ink.off);
	if (!change->was || !change->is) {
		text_printf(text, ": %s at ", scan_type_name(member->type, is, sizeof(is)));
		put_offset(text, member->offset_bits);
		text_str(text, ", ");
		put_size(text, member->size_bits);
		text_str(text, "\n");
		return;
	}
	text_str(text, ":");
	if (change->moved) {
		text_str(text, " offset ");
		put_offset(text, change->was->offset_bits);
		text_str(text, " -> ");
		put_offset(text, change->is->offset_bits);
	}
	if (change->resized) {
		text_str(text, change->moved ? ", " : " ");
		put_size(text, change->was->size_bits);
		text_str(text, " -> ");
		put_size(text, change->is->size_bits);
	}
	if (change->retyped)
		text_printf(text, "%s%s -> %s", change->moved || change->resized ? ", " : " ",
		            scan_type_name(change->was->type, was, sizeof(was)),
		            scan_type_name(change->is->type, is, sizeof(is)));
	text_str(text, "\n");
}

static void json_side(struct diff *diff, const char *name, const struct scan_member *member)
{
	char type[TYPE_TEXT];

	text_printf(&diff->text, ",\"%s\":", name);
	if (!member) {
		text_str(&diff->text, "null");
		return;
	}
	text_printf(&diff->text, "{\"offset_bits\":%llu,\"size_bits\":%llu,\"type\":", (unsigned long long)member->offset_bits,
	            (unsigned long long)member->size_bits);
	text_json(&diff->text, scan_type_name(member->type, type, sizeof(type)));
	text_str(&diff->text, "}");
}

static void json_change(struct diff *diff, const struct change *change, bool first)
{
	text_str(&diff->text, first ? "{\"change\":" : ",{\"change\":");
	text_json(&diff->text, change->what);
	text_str(&diff->text, ",\"name\":");
	text_json(&diff->text, (change->is ? change->is : change->was)->name);
	json_side(diff, "was", change->was);
	json_side(diff, "is", change->is);
	text_str(&diff->text, "}");
}

/* ---- types ----------------------------------------------------------------------------------------------------- */

/* Every change of the type's members, told where tell is set. Returns: how many. */
static size_t each_change(struct diff *diff, const struct scan_type *was, const struct scan_type *is, bool tell)
{
	bool json = diff->layout->options->json;
	size_t n = 0;

	for (int round = 0; round < 2; round++) {
		const struct scan_type *type = round ? is : was, *other = round ? was : is;

		for (size_t i = 0; i < type->members_n; i++) {
			const struct scan_member *member = &type->members[i], *there = twin(type, member, other);
			struct change change = {.what = round ? "added" : "removed", .was = round ? NULL : member,
			                        .is = round ? member : NULL};

			if (there && (round || !change_of(member, there, &change)))
				continue;
			if (tell && json)
				json_change(diff, &change, n == 0);
			else if (tell)
				put_change(diff, &change);
			n++;
		}
	}
	return n;
}

static bool same_type(struct diff *diff, const struct scan_type *was, const struct scan_type *is)
{
	return was->size == is->size && was->kind == is->kind && scan_layout_align(was) == scan_layout_align(is) &&
	       each_change(diff, was, is, false) == 0;
}

static void json_type(struct diff *diff, const char *what, const struct scan_type *was, const struct scan_type *is)
{
	text_str(&diff->text, diff->first ? "\n{\"change\":" : ",\n{\"change\":");
	diff->first = false;
	text_json(&diff->text, what);
	text_str(&diff->text, ",\"name\":");
	text_json(&diff->text, (is ? is : was)->name);
	if (was)
		text_printf(&diff->text, ",\"size_was\":%llu", (unsigned long long)was->size);
	if (is)
		text_printf(&diff->text, ",\"size_is\":%llu", (unsigned long long)is->size);
	text_str(&diff->text, ",\"members\":[");
	if (was && is)
		each_change(diff, was, is, true);
	text_str(&diff->text, "]}");
}

/* One of was and is may be NULL: then it is not there. */
static void tell(struct diff *diff, const struct scan_type *was, const struct scan_type *is)
{
	struct text *text = &diff->text;

	diff->changes++;
	if (diff->layout->options->json) {
		json_type(diff, !was ? "added" : !is ? "removed" : "changed", was, is);
	} else if (!was || !is) {
		text_printf(text, "%s%s %s%s: %llu bytes\n", was ? diff->ink.red : diff->ink.green, was ? "removed" : "added",
		            layout_type_name(was ? was : is), diff->ink.off,
		            (unsigned long long)(was ? was : is)->size);
	} else {
		text_printf(text, "%schanged %s%s: ", diff->ink.yellow, layout_type_name(is), diff->ink.off);
		if (was->size != is->size)
			text_printf(text, "%llu -> %llu bytes", (unsigned long long)was->size, (unsigned long long)is->size);
		else
			text_printf(text, "%llu bytes as before", (unsigned long long)is->size);
		if (scan_layout_align(was) != scan_layout_align(is))
			text_printf(text, ", align %llu -> %llu", (unsigned long long)scan_layout_align(was),
			            (unsigned long long)scan_layout_align(is));
		text_str(text, "\n");
		each_change(diff, was, is, true);
	}
}

/* ---- pairs ----------------------------------------------------------------------------------------------------- */

/* Types of one name in both binaries: those that are the same belong together, the others in their order. */
static void pair_up(struct diff *diff, const struct scan_type **was, size_t was_n, const struct scan_type **is,
                    size_t is_n)
{
	size_t at = 0;

	for (size_t i = 0; i < was_n; i++)
		for (size_t k = 0; was[i] && k < is_n; k++)
			if (is[k] && same_type(diff, was[i], is[k]))
				was[i] = is[k] = NULL;
	for (size_t i = 0; i < was_n; i++) {
		if (!was[i])
			continue;
		while (at < is_n && !is[at])
			at++;
		tell(diff, was[i], at < is_n ? is[at] : NULL);
		at += at < is_n;
	}
	for (; at < is_n; at++)
		if (is[at])
			tell(diff, NULL, is[at]);
}

static size_t same_named(const struct scan_type *const *types, size_t n, size_t at, const char *name)
{
	size_t end = at;

	while (end < n && strcmp(types[end]->name, name) == 0)
		end++;
	return end - at;
}

static int compare_types(const void *a, const void *b)
{
	const struct scan_type *x = *(const struct scan_type *const *)a, *y = *(const struct scan_type *const *)b;
	int order = strcmp(x->name, y->name);

	if (order == 0 && x->size != y->size)
		order = x->size < y->size ? -1 : 1;
	return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

/* The types that are meant, named ones only, by name. A query that only one of the two knows is fine. */
static size_t types_of(const struct layout *layout, const struct scan *scan, const struct scan_type **types)
{
	const struct layout_options *options = layout->options;
	size_t n = 0, kept = 0;

	for (size_t i = 0; !options->queries_n && i < scan->types_n; i++)
		if (layout_has_members(scan->types[i]))
			types[n++] = scan->types[i];
	for (size_t i = 0; i < options->queries_n; i++)
		layout_match(scan, options->queries[i], types, &n);
	for (size_t i = 0; i < n; i++)
		if (types[i]->name)
			types[kept++] = types[i];
	qsort(types, kept, sizeof(*types), compare_types);
	return kept;
}

static void compare(struct diff *diff, const struct scan_type **was, size_t was_n, const struct scan_type **is,
                    size_t is_n)
{
	size_t i = 0, k = 0;

	while (i < was_n || k < is_n) {
		int order = i == was_n ? 1 : k == is_n ? -1 : strcmp(was[i]->name, is[k]->name);
		size_t was_same = order <= 0 ? same_named(was, was_n, i, was[i]->name) : 0;
		size_t is_same = order >= 0 ? same_named(is, is_n, k, is[k]->name) : 0;

		pair_up(diff, was + i, was_same, is + k, is_same);
		i += was_same;
		k += is_same;
	}
}

int layout_diff(struct layout *layout, struct scan *newer)
{
	struct diff diff = {.layout = layout, .ink = layout_ink(layout->colour), .text = {.out = stdout},
	                    .first = true};
	const struct scan_type **was = calloc(layout->scan->types_n + 1, sizeof(*was));
	const struct scan_type **is = calloc(newer->types_n + 1, sizeof(*is));
	size_t was_n, is_n;

	if (!was || !is)
		exit(cli_fail("out of memory"));
	was_n = types_of(layout, layout->scan, was);
	is_n = types_of(layout, newer, is);
	if (!was_n && !is_n && layout->options->queries_n) {
		free(was);
		free(is);
		return cli_fail("layout: neither %s nor %s has a type '%s'", layout->scan->path, newer->path,
		                layout->options->queries[0]);
	}
	if (layout->options->json) {
		text_str(&diff.text, "{\"old\":");
		text_json(&diff.text, layout->scan->path);
		text_str(&diff.text, ",\"new\":");
		text_json(&diff.text, newer->path);
		text_str(&diff.text, ",\"types\":[");
	}
	compare(&diff, was, was_n, is, is_n);
	if (layout->options->json)
		text_printf(&diff.text, "],\n\"changes\":%zu}\n", diff.changes);
	else
		text_printf(&diff.text, "%zu of %zu types differ\n", diff.changes, was_n > is_n ? was_n : is_n);
	text_fini(&diff.text);
	free(was);
	free(is);
	return diff.changes ? CLI_FINDINGS : CLI_FINE;
}
