/* emit_names.c - from a name in the text to its field: a perfect hash whose seed is searched here; and the tables of
 * enums */
#include "gen/codec_form.h"

#include <ctype.h>
#include <fieldguard/codec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct known_name {
	const char *name;
	size_t len;
	const struct model_field *field;
	size_t slot;
};

bool gen_field_member(const struct model_struct *record, const struct model_field *field)
{
	return gen_field_listed(field) && !(field->tag.mapkey && !gen_map_value(record));
}

static void add_name(struct known_name *names, size_t *n, const char *name, const struct model_field *field)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(names[i].name, name) == 0)
			return;
	names[*n] = (struct known_name){name, strlen(name), field, 0};
	(*n)++;
}

static struct known_name *known_names(const struct model_struct *record, size_t *ret_n)
{
	struct known_name *names;
	size_t room = 1, n = 0;

	for (size_t i = 0; i < record->fields_n; i++)
		room += 1 + record->fields[i].tag.aliases_n;
	names = calloc(room, sizeof *names);
	if (!names) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_member(record, &record->fields[i]))
			add_name(names, &n, record->fields[i].json_name, &record->fields[i]);
	for (size_t i = 0; i < record->fields_n; i++)
		for (size_t k = 0; gen_field_member(record, &record->fields[i]) && k < record->fields[i].tag.aliases_n;
		     k++)
			add_name(names, &n, record->fields[i].tag.aliases[k], &record->fields[i]);
	*ret_n = n;
	return names;
}

/* Gives each name its slot under a seed. Returns: how many names came second into theirs. */
static size_t place_names(struct known_name *names, size_t n, unsigned bits, uint64_t seed, unsigned char *taken,
                          size_t limit)
{
	size_t clashes = 0;

	memset(taken, 0, (size_t)1 << bits);
	for (size_t i = 0; i < n && clashes < limit; i++) {
		names[i].slot = (size_t)(fg_name_hash(names[i].name, names[i].len, seed) >> (64 - bits));
		clashes += taken[names[i].slot];
		taken[names[i].slot] = 1;
	}
	return clashes;
}

#define SEEDS 4000

/*
 * Searches bits and a seed under which every name has a slot of its own. Tables stay below eight slots a name, so that
 * compilers make a jump table of the switch; where a struct has so many names that this leaves clashes, the fewest are
 * taken.
 */
static uint64_t find_seed(struct known_name *names, size_t n, unsigned *ret_bits)
{
	unsigned char *taken;
	uint64_t best_seed = 1;
	size_t best = SIZE_MAX;
	unsigned bits = 1, bits_max;

	while ((size_t)1 << bits < n)
		bits++;
	bits_max = bits + 2;
	taken = malloc((size_t)1 << bits_max);
	if (!taken) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	for (; bits <= bits_max && best > 0; bits++) {
		for (uint64_t seed = 1; seed <= SEEDS && best > 0; seed++) {
			size_t clashes = place_names(names, n, bits, seed, taken, best);

			if (clashes >= best)
				continue;
			best = clashes;
			best_seed = seed;
			*ret_bits = bits;
		}
	}
	place_names(names, n, *ret_bits, best_seed, taken, SIZE_MAX);
	free(taken);
	return best_seed;
}

static int by_slot(const void *a, const void *b)
{
	const struct known_name *x = a, *y = b;

	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

void gen_emit_name_switch(const struct model_struct *record, struct gen_text *text)
{
	size_t n;
	struct known_name *names = known_names(record, &n);
	unsigned bits = 1;
	uint64_t seed = find_seed(names, n, &bits);

	qsort(names, n, sizeof *names, by_slot);
	gen_printf(text, "switch (fg_name_hash(name.ptr, name.len, %lluu) >> %u) {\n", (unsigned long long)seed,
	           64 - bits);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || names[i].slot != names[i - 1].slot)
			gen_printf(text, "case %zu:\n", names[i].slot);
		gen_printf(text, "\tif (name.len == %zu && memcmp(name.ptr, ", names[i].len);
		gen_literal(text, names[i].name, names[i].len);
		gen_printf(text, ", %zu) == 0)\n\t\tgoto value_%s;\n", names[i].len, names[i].field->name);
		if (i + 1 == n || names[i + 1].slot != names[i].slot)
			gen_printf(text, "\tbreak;\n");
	}
	gen_printf(text, "}\n");
	free(names);
}

void gen_json_literal(struct gen_text *text, const char *before, const char *name, const char *after, size_t *ret_len)
{
	size_t name_n = strlen(name), len = strlen(before);
	char *json = malloc(len + name_n * 6 + strlen(after) + 3);

	if (!json) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	memcpy(json, before, len);
	json[len++] = '"';
	for (size_t i = 0; i < name_n; i++) {
		if (name[i] == '"' || name[i] == '\\') {
			json[len++] = '\\';
			json[len++] = name[i];
		} else if ((unsigned char)name[i] < 0x20) {
			len += (size_t)sprintf(json + len, "\\u%04x", (unsigned)name[i]);
		} else {
			json[len++] = name[i];
		}
	}
	json[len++] = '"';
	memcpy(json + len, after, strlen(after));
	len += strlen(after);
	gen_literal(text, json, len);
	free(json);
	*ret_len = len;
}

/* ---- enums ------------------------------------------------------------------------------------------------------- */

void gen_name_enum(const struct model_enum *enumeration, char ret[128])
{
	const char *name = enumeration->c_name;
	size_t n = 0;

	if (strncmp(name, "enum ", 5) == 0)
		name += 5;
	for (; name[n] && n < 120; n++)
		ret[n] = isalnum((unsigned char)name[n]) ? name[n] : '_';
	memcpy(ret + n, "_names", sizeof "_names");
}

/* Does the source read or write values of this enum? */
static bool enum_used(const struct model *model, const struct model_enum *enumeration, bool names_only)
{
	for (size_t i = 0; i < model->structs_n; i++) {
		const struct model_struct *record = model->structs[i];
		unsigned uses = gen_uses(model, record);

		for (size_t k = 0; k < record->fields_n; k++) {
			const struct model_field *field = &record->fields[k];

			if (field->type.enumeration != enumeration || field->type.kind != MODEL_KIND_ENUM ||
			    (names_only && field->tag.enum_number))
				continue;
			if ((uses & GEN_USED_OBJECT) ? gen_field_member(record, field)
			                             : (uses & GEN_USED_ENTRY) && field == gen_map_value(record))
				return true;
		}
	}
	return false;
}

static void emit_enum_names(const struct model_enum *enumeration, struct gen_text *text)
{
	char name[128];

	gen_name_enum(enumeration, name);
	gen_printf(text, "/* What %s is called outside; then its names in C, accepted too. */\n", enumeration->c_name);
	gen_printf(text, "static const struct fg_enum_name %s[] = {\n", name);
	for (int c_names = 0; c_names < 2; c_names++) {
		for (size_t i = 0; i < enumeration->items_n; i++) {
			const struct model_enumerator *item = &enumeration->items[i];
			const char *spelled = c_names ? item->c_name : item->json_name;

			gen_printf(text, "\t{ ");
			gen_literal(text, spelled, strlen(spelled));
			gen_printf(text, ", %zu, (int64_t)%s },\n", strlen(spelled), item->c_name);
		}
	}
	gen_printf(text, "};\n\n");
}

static void emit_enum_encoder(const struct model_enum *enumeration, struct gen_text *text)
{
	char name[128];

	gen_name_enum(enumeration, name);
	name[strlen(name) - strlen("_names")] = '\0';
	gen_printf(text, "/* The outside name of a value, in quotes. */\n");
	gen_printf(text, "static void %s_encode_name(struct fg_enc *e, %s value)\n{\n", name, enumeration->c_name);
	gen_printf(text, "\tswitch ((int64_t)value) {\n");
	for (size_t i = 0; i < enumeration->items_n; i++) {
		const struct model_enumerator *item = &enumeration->items[i];
		bool again = false;
		size_t len;

		for (size_t k = 0; k < i; k++)
			again |= enumeration->items[k].value == item->value;
		if (again)
			continue;
		gen_printf(text, "\tcase (int64_t)%s:\n\t\tfg_enc_text(e, ", item->c_name);
		gen_json_literal(text, "", item->json_name, "", &len);
		gen_printf(text, ", %zu);\n\t\tbreak;\n", len);
	}
	gen_printf(
	    text,
	    "\tdefault:\n\t\tfg_enc_fail(e, FG_ERR_ENCODE, \"no enumerator of %s has this value\");\n\t\tbreak;\n\t}\n}\n\n",
	    enumeration->c_name);
}

void gen_emit_enum_tables(const struct gen_output *output, struct gen_text *text)
{
	const struct model *model = output->model;

	for (size_t i = 0; i < model->enums_n; i++) {
		if (!enum_used(model, model->enums[i], false))
			continue;
		emit_enum_names(model->enums[i], text);
		if (enum_used(model, model->enums[i], true))
			emit_enum_encoder(model->enums[i], text);
	}
}
