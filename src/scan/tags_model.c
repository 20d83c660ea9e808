/*
 * tags_model.c - types of a binary as a model, the second front door beside libclang's (src/gen/clang_types.c)
 *
 * What a type becomes is the same by both doors, so that what reads a model need not know by which it came.
 */
#include "scan/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

struct door {
	const struct scan *scan;
	struct model *model;
	struct model_struct **records;      /* by scan_type.id; NULL: not met yet */
	const struct model_enum **enums;
	size_t structs_n, structs_room, enums_n, enums_room;
	bool follow;                  /* structs and enums that tagged fields lead to are read too */
};

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

static void set_other(struct model_type *type, const char *what)
{
	type->kind = MODEL_KIND_OTHER;
	type->other = what;
	type->record = NULL;
	type->enumeration = NULL;
}

static char *name_of(const struct door *door, const struct scan_type *type)
{
	char name[512];

	return model_strdup(door->model, scan_type_name(type, name, sizeof(name)));
}

/* Is it `char`, and not signed char or uint8_t? */
static bool is_char(const struct scan_type *type)
{
	const struct scan_type *plain = type ? scan_type_strip(type) : NULL;

	return plain && plain->kind == SCAN_KIND_CHAR && plain->size == 1 && plain->name && strcmp(plain->name,
	        "char") == 0;
}

static struct model_struct *load_struct(struct door *door, const struct scan_type *type);

/* ---- elements -------------------------------------------------------------------------------------------------- */

static const struct model_enum *load_enum(struct door *door, const struct scan_type *type, const char *c_name)
{
	struct model_enum *e;

	if (door->enums[type->id])
		return door->enums[type->id];
	e = model_alloc(door->model, sizeof(*e));
	door->enums[type->id] = e;
	e->c_name = c_name;
	e->is_signed = type->is_signed;
	e->size = type->size;
	e->place = (struct model_place){.file = type->file, .line = type->line};
	e->items = model_alloc(door->model, (type->enumerators_n + 1) * sizeof(*e->items));
	e->items_n = type->enumerators_n;
	for (size_t i = 0; i < type->enumerators_n; i++) {
		e->items[i].c_name = type->enumerators[i].name ? type->enumerators[i].name : "?";
		e->items[i].value = type->enumerators[i].value;
	}
	model_enum_name(door->model, e);
	door->model->enums = model_grow(door->model, door->model->enums, door->enums_n, &door->enums_room,
	                          sizeof(*door->model->enums));
	door->model->enums[door->enums_n++] = e;
	door->model->enums_n = door->enums_n;
	return e;
}

/* The library's struct fg_str; Go's string is the same two words. */
static bool is_str(const struct scan_type *plain)
{
	if (!plain->name || plain->size != 16 || plain->members_n != 2 ||
	    scan_type_strip(plain->members[0].type)->kind != SCAN_KIND_POINTER)
		return false;
	return strcmp(plain->name, "struct fg_str") == 0 ||
	       (plain->language == SCAN_LANGUAGE_GO && strcmp(plain->name, "string") == 0);
}

static void load_record(struct door *door, const struct scan_type *plain, bool follow, struct model_type *type)
{
	if (plain->kind == SCAN_KIND_UNION)
		set_other(type, "a union");
	else if (plain->incomplete)
		set_other(type, "a struct that is not defined here");
	else if (!plain->name || plain->id == UINT32_MAX)
		set_other(type, "a struct without a name");
	else if (is_str(plain))
		type->kind = MODEL_KIND_STR;
	else {
		type->kind = MODEL_KIND_STRUCT;
		type->record = follow ? load_struct(door, plain) : NULL;
	}
}

static void load_enum_type(struct door *door, const struct scan_type *plain, bool follow, struct model_type *type)
{
	if (plain->incomplete) {
		set_other(type, "an enum that is not defined here");
	} else if (!plain->name || plain->id == UINT32_MAX) {
		set_other(type, "an enum without a name");
	} else {
		type->kind = MODEL_KIND_ENUM;
		type->enumeration = follow ? load_enum(door, plain, type->c_name) : NULL;
	}
}

static void load_number(const struct scan_type *plain, struct model_type *type)
{
	if (plain->kind == SCAN_KIND_FLOAT) {
		type->kind = MODEL_KIND_FLOAT;
		if (plain->size > 8)
			set_other(type, "a long double");
		return;
	}
	type->kind = MODEL_KIND_INT;
	/* Of the kind CHAR only `char` and `signed char` are signed. */
	type->is_signed = plain->kind == SCAN_KIND_INT ||
	                  (plain->kind == SCAN_KIND_CHAR && plain->name && !strstr(plain->name, "unsigned") &&
	                   plain->size == 1);
	if (plain->size > 8)
		set_other(type, "an integer of 128 bits");
}

/* One element: anything but an array that is a field's. */
static void load_element(struct door *door, const struct scan_type *spelled, bool follow, struct model_type *type)
{
	const struct scan_type *plain = scan_type_strip(spelled);

	type->c_name = name_of(door, spelled);
	type->size = plain->size;
	type->align = plain->align ? plain->align : plain->size;
	if (scan_type_qualified(spelled, SCAN_ATOMIC)) {
		set_other(type, "an _Atomic; the policy 'atomic' makes its shared form so");
		return;
	}
	if (scan_type_qualified(spelled, SCAN_CONST | SCAN_VOLATILE)) {
		set_other(type, scan_type_qualified(spelled, SCAN_CONST) ? "const" : "volatile");
		return;
	}
	switch (plain->kind) {
	case SCAN_KIND_BOOL:
		type->kind = MODEL_KIND_BOOL;
		if (strcmp(type->c_name, "_Bool") == 0)
			type->c_name = "bool";
		break;
	case SCAN_KIND_INT:
	case SCAN_KIND_UINT:
	case SCAN_KIND_CHAR:
	case SCAN_KIND_FLOAT:
		load_number(plain, type);
		break;
	case SCAN_KIND_ENUM:
		load_enum_type(door, plain, follow, type);
		break;
	case SCAN_KIND_STRUCT:
	case SCAN_KIND_UNION:
		load_record(door, plain, follow, type);
		break;
	case SCAN_KIND_POINTER:
		set_other(type, "a pointer to a pointer, or an array of pointers");
		break;
	case SCAN_KIND_ARRAY:
		set_other(type, "an array of arrays");
		break;
	case SCAN_KIND_FUNCTION:
		set_other(type, "a function");
		break;
	case SCAN_KIND_VOID:
		set_other(type, "void");
		break;
	default:
		set_other(type, "of a type without a JSON form");
	}
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static void set_chars(struct model_type *type, uint64_t n)
{
	type->kind = MODEL_KIND_CHARS;
	type->c_name = "char";
	type->align = 1;
	type->size = n;
	if (!n)
		set_other(type, "an array of no items");
}

static void load_array(struct door *door, const struct scan_type *array, bool follow, struct model_field *field)
{
	const struct scan_type *element = array->target, *plain = element ? scan_type_strip(element) : NULL;

	if (!plain) {
		field->type.c_name = "void";
		set_other(&field->type, "of a type without a JSON form");
		return;
	}
	if (is_char(element) && !scan_type_qualified(element, SCAN_CONST | SCAN_VOLATILE)) {
		set_chars(&field->type, array->count);
		return;
	}
	field->shape = MODEL_SHAPE_FIXED;
	field->fixed_n = array->count;
	if (plain->kind == SCAN_KIND_ARRAY && is_char(plain->target))
		set_chars(&field->type, plain->count);
	else
		load_element(door, element, follow, &field->type);
	if (!array->count)
		set_other(&field->type, field->size_bits ? "an array of no items" : "a flexible array");
}

static void load_pointer(struct door *door, const struct scan_type *pointer, bool follow, struct model_field *field)
{
	const struct scan_type *to = pointer->target, *plain = to ? scan_type_strip(to) : NULL;

	if (is_char(to)) {
		field->type = (struct model_type){.kind = MODEL_KIND_CSTR, .size = pointer->size,
		                                  .align = pointer->size,
		                                  .is_const = scan_type_qualified(to, SCAN_CONST)};
		field->type.c_name = field->type.is_const ? "const char *" : "char *";
		if (scan_type_qualified(to, SCAN_VOLATILE))
			set_other(&field->type, "a pointer to volatile");
		return;
	}
	field->shape = MODEL_SHAPE_POINTER;
	if (!plain || plain->kind == SCAN_KIND_VOID) {
		field->type.c_name = "void";
		set_other(&field->type, "a void *");
		return;
	}
	load_element(door, to, follow, &field->type);
	if (plain->kind == SCAN_KIND_FUNCTION)
		set_other(&field->type, "a function pointer");
	else if (plain->kind == SCAN_KIND_ARRAY)
		set_other(&field->type, "a pointer to an array");
	else if (scan_type_qualified(to, SCAN_CONST))
		set_other(&field->type, "a pointer to const");
}

static void load_field(struct door *door, const struct scan_member *member, uint64_t base_bits, bool in_union,
                       const struct scan_type *holder, struct model_field *field)
{
	const struct scan_type *plain = scan_type_strip(member->type);
	bool follow = door->follow && member->tag.present && !member->tag.skip;

	*field = (struct model_field){
		.name = member->name, .offset_bits = base_bits + member->offset_bits, .size_bits = member->size_bits,
		.bitfield = member->bitfield, .tag = member->tag, .place = {.file = holder->file,
		        .line = member->line}};
	if (plain->kind == SCAN_KIND_ARRAY)
		load_array(door, plain, follow, field);
	else if (plain->kind == SCAN_KIND_POINTER && !scan_type_qualified(member->type, SCAN_CONST | SCAN_ATOMIC))
		load_pointer(door, plain, follow, field);
	else
		load_element(door, member->type, follow, &field->type);
	if (member->bitfield)
		set_other(&field->type, "a bit-field");
	else if (in_union)
		set_other(&field->type, "a member of a union");
}

struct fields {
	struct model_field *items;
	size_t n, room;
};

/* Members of anonymous structs and unions appear as members of the outer struct. */
static void load_fields(struct door *door, const struct scan_type *type, uint64_t base_bits, bool in_union,
                        unsigned depth,
                        struct fields *fields)
{
	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];
		const struct scan_type *plain = scan_type_strip(member->type);

		if (!member->name && !member->bitfield && depth < DEPTH_MAX &&
		    (plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION))
			load_fields(door, plain, base_bits + member->offset_bits, in_union ||
			            plain->kind == SCAN_KIND_UNION, depth + 1,
			            fields);
		if (!member->name)
			continue;
		fields->items = model_grow(door->model, fields->items, fields->n, &fields->room,
		                           sizeof(*fields->items));
		load_field(door, member, base_bits, in_union, type, &fields->items[fields->n++]);
	}
}

/* ---- structs --------------------------------------------------------------------------------------------------- */

static bool is_tagged(const struct scan_type *type, unsigned depth)
{
	if (type->tag.present)
		return true;
	for (size_t i = 0; i < type->members_n; i++)
		if (type->members[i].tag.present || (!type->members[i].name && depth < DEPTH_MAX &&
		                                     is_tagged(scan_type_strip(type->members[i].type), depth + 1)))
			return true;
	return false;
}

static struct model_struct *load_struct(struct door *door, const struct scan_type *type)
{
	struct model *model = door->model;
	struct model_struct *record = door->records[type->id];
	struct fields fields = {0};

	if (record)
		return record;
	record = model_alloc(model, sizeof(*record));
	door->records[type->id] = record;
	record->c_name = type->name;
	record->name = strncmp(type->name, "struct ", 7) == 0 ? type->name + 7 : type->name;
	record->place = (struct model_place){.file = type->file, .line = type->line};
	record->header = type->file;
	record->wanted = is_tagged(type, 0);
	record->size = type->size;
	record->align = type->align ? type->align : 1;
	record->tag = type->tag;
	load_fields(door, type, 0, type->kind == SCAN_KIND_UNION, 0, &fields);
	record->fields = fields.items ? fields.items : model_alloc(model, sizeof(*record->fields));
	record->fields_n = fields.n;
	model->structs = model_grow(model, model->structs, door->structs_n, &door->structs_room,
	                            sizeof(*model->structs));
	model->structs[door->structs_n++] = record;
	model->structs_n = door->structs_n;
	return record;
}

static void door_open(struct door *door, const struct scan *scan, struct model *model)
{
	*door = (struct door){.scan = scan, .model = model};
	door->records = zeroed(scan->types_n, sizeof(*door->records));
	door->enums = zeroed(scan->types_n, sizeof(*door->enums));
}

static void door_close(struct door *door)
{
	model_sort(door->model);
	free(door->records);
	free(door->enums);
}

static bool is_record(const struct scan_type *type)
{
	return type->kind == SCAN_KIND_STRUCT && !type->incomplete && type->name && type->id != UINT32_MAX;
}

int scan_model(const struct scan *scan, const struct scan_type *type, struct model *model, struct model_diag *diag)
{
	struct door door;

	door_open(&door, scan, model);
	door.follow = true;
	if (type && is_record(type))
		load_struct(&door, type);
	for (size_t i = 0; !type && i < scan->types_n; i++)
		if (is_record(scan->types[i]) && is_tagged(scan->types[i], 0))
			load_struct(&door, scan->types[i]);
	door_close(&door);
	return model_check(model, diag) ? 0 : -EINVAL;
}

void scan_model_like(const struct scan *scan, const struct model *like, struct model *model)
{
	struct door door;

	door_open(&door, scan, model);
	for (size_t i = 0; i < like->structs_n; i++) {
		size_t n;
		const struct scan_type *const *types = scan_types_named(scan, like->structs[i]->c_name, &n);

		for (size_t k = 0; k < n; k++)
			if (is_record(types[k]))
				load_struct(&door, types[k]);
	}
	door_close(&door);
}
