/*
 * clang_types.c - C types as libclang tells them, made into the model's structs, fields and enums
 *
 * What a type is follows from its canonical form; how generated code spells it follows from how the user did.
 */
#include "gen/clang.h"

#include <stdlib.h>
#include <string.h>

static bool is_char(CXType canonical)
{
	return canonical.kind == CXType_Char_S || canonical.kind == CXType_Char_U;
}

static void set_other(struct model_type *type, const char *what)
{
	type->kind = MODEL_KIND_OTHER;
	type->other = what;
	type->record = NULL;
	type->enumeration = NULL;
}

/* Has the declaration no name that C code could use? */
static bool is_unnamed(const char *spelling)
{
	return strchr(spelling, '(') != NULL;
}

static struct clang_known *known_find(struct clang_load *load, CXCursor cursor)
{
	for (size_t i = 0; i < load->known_n; i++)
		if (clang_equalCursors(load->known[i].cursor, cursor))
			return &load->known[i];
	return NULL;
}

static struct clang_known *known_add(struct clang_load *load, CXCursor cursor)
{
	load->known = clang_grow(load->known, load->known_n, &load->known_size, sizeof(*load->known));
	load->known[load->known_n] = (struct clang_known){.cursor = cursor};
	return &load->known[load->known_n++];
}

/* ---- enums ----------------------------------------------------------------------------------------------------- */

struct enum_read {
	struct model *model;
	struct model_enumerator *items;
	size_t n, size;
	bool is_signed;
};

static enum CXChildVisitResult visit_enumerator(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct enum_read *read = data;
	struct model_enumerator *item;

	(void)parent;
	if (clang_getCursorKind(cursor) != CXCursor_EnumConstantDecl)
		return CXChildVisit_Continue;
	read->items = clang_grow(read->items, read->n, &read->size, sizeof(*read->items));
	item = &read->items[read->n++];
	item->c_name = clang_take(read->model, clang_getCursorSpelling(cursor));
	item->json_name = NULL;
	item->value = read->is_signed ? clang_getEnumConstantDeclValue(cursor)
	                              : (int64_t)clang_getEnumConstantDeclUnsignedValue(cursor);
	return CXChildVisit_Continue;
}

static bool is_signed_kind(enum CXTypeKind kind)
{
	return kind == CXType_Char_S || kind == CXType_SChar || kind == CXType_Short || kind == CXType_Int ||
	       kind == CXType_Long || kind == CXType_LongLong;
}

static const struct model_enum *load_enum(struct clang_load *load, CXCursor cursor, const char *c_name)
{
	struct clang_known *known = known_find(load, cursor);
	struct enum_read read = {.model = load->model};
	struct model_enum *e;

	if (known)
		return known->enumeration;
	e = model_alloc(load->model, sizeof(*e));
	known_add(load, cursor)->enumeration = e;
	e->c_name = c_name;
	e->is_signed = is_signed_kind(clang_getCanonicalType(clang_getEnumDeclIntegerType(cursor)).kind);
	e->size = (size_t)clang_Type_getSizeOf(clang_getCursorType(cursor));
	e->place = clang_place(load, clang_getCursorLocation(cursor));
	read.is_signed = e->is_signed;
	clang_visitChildren(cursor, visit_enumerator, &read);
	e->items = model_alloc(load->model, (read.n + 1) * sizeof(*e->items));
	if (read.n)
		memcpy(e->items, read.items, read.n * sizeof(*e->items));
	e->items_n = read.n;
	free(read.items);
	model_enum_name(load->model, e);
	return e;
}

/* ---- types ----------------------------------------------------------------------------------------------------- */

struct str_shape {
	unsigned fields_n;
	bool wrong;
};

static enum CXVisitorResult visit_str_field(CXCursor cursor, CXClientData data)
{
	static const char *const names[2] = {"ptr", "len"};
	static const enum CXTypeKind kinds[2] = {CXType_Pointer, CXType_ULong};
	struct str_shape *shape = data;
	CXString name = clang_getCursorSpelling(cursor);
	unsigned i = shape->fields_n++;

	if (i > 1 || strcmp(clang_getCString(name), names[i]) != 0 ||
	    clang_getCanonicalType(clang_getCursorType(cursor)).kind != kinds[i])
		shape->wrong = true;
	clang_disposeString(name);
	return CXVisit_Continue;
}

/* Is it the library's struct fg_str? By its name and its members, as a user's own header may define it, too. */
static bool is_fg_str(CXType canonical, const char *spelling)
{
	struct str_shape shape = {0};

	if (strcmp(spelling, "struct fg_str") != 0)
		return false;
	clang_Type_visitFields(canonical, visit_str_field, &shape);
	return shape.fields_n == 2 && !shape.wrong;
}

static void load_record_type(struct clang_load *load, CXType canonical, bool follow, struct model_type *type)
{
	CXCursor cursor = clang_getTypeDeclaration(canonical);
	CXCursor definition = clang_getCursorDefinition(cursor);
	char *spelling = clang_take(load->model, clang_getTypeSpelling(canonical));

	if (clang_getCursorKind(cursor) == CXCursor_UnionDecl) {
		set_other(type, "a union");
	} else if (clang_Cursor_isNull(definition)) {
		set_other(type, "a struct that is not defined here");
	} else if (is_unnamed(spelling)) {
		set_other(type, "a struct without a name");
	} else if (is_fg_str(canonical, spelling)) {
		type->kind = MODEL_KIND_STR;
	} else {
		type->kind = MODEL_KIND_STRUCT;
		type->record = follow ? clang_load_struct(load, definition) : NULL;
	}
}

static void load_enum_type(struct clang_load *load, CXType canonical, bool follow, struct model_type *type)
{
	CXCursor definition = clang_getCursorDefinition(clang_getTypeDeclaration(canonical));

	if (clang_Cursor_isNull(definition)) {
		set_other(type, "an enum that is not defined here");
	} else if (is_unnamed(type->c_name)) {
		set_other(type, "an enum without a name");
	} else {
		type->kind = MODEL_KIND_ENUM;
		type->enumeration = follow ? load_enum(load, definition, type->c_name) : NULL;
	}
}

/* What can't be converted, in words. */
static const char *other_words(CXType canonical)
{
	switch ((int)canonical.kind) {
	case CXType_Void:
		return "void";
	case CXType_LongDouble:
		return "a long double";
	case CXType_Int128:
	case CXType_UInt128:
		return "an integer of 128 bits";
	case CXType_FunctionProto:
	case CXType_FunctionNoProto:
		return "a function";
	case CXType_ConstantArray:
	case CXType_IncompleteArray:
		return "an array of arrays";
	case CXType_Pointer:
		return "a pointer to a pointer, or an array of pointers";
	case CXType_Complex:
		return "a complex number";
	case CXType_Vector:
	case CXType_ExtVector:
		return "a vector";
	case CXType_Atomic:
		return "an _Atomic; the policy 'atomic' makes its shared form so";
	default:
		return "of a type without a JSON form";
	}
}

/* One element: anything but an array. type: as spelled. */
static void load_element(struct clang_load *load, CXType spelled, bool follow, struct model_type *type)
{
	CXType canonical = clang_getCanonicalType(spelled);
	long long size = clang_Type_getSizeOf(canonical), align = clang_Type_getAlignOf(canonical);

	type->c_name = clang_take(load->model, clang_getTypeSpelling(spelled));
	type->size = size > 0 ? (size_t)size : 0;
	type->align = align > 0 ? (size_t)align : 0;
	if (clang_isConstQualifiedType(canonical)) {
		set_other(type, "const");
	} else if (clang_isVolatileQualifiedType(canonical)) {
		set_other(type, "volatile");
	} else if (canonical.kind == CXType_Bool) {
		type->kind = MODEL_KIND_BOOL;
		if (strcmp(type->c_name, "_Bool") == 0)     /* what the macro bool leaves */
			type->c_name = "bool";
	} else if (canonical.kind >= CXType_Char_U && canonical.kind <= CXType_LongLong && size > 0 && size <= 8) {
		type->kind = MODEL_KIND_INT;
		type->is_signed = is_signed_kind(canonical.kind);
	} else if (canonical.kind == CXType_Float || canonical.kind == CXType_Double) {
		type->kind = MODEL_KIND_FLOAT;
	} else if (canonical.kind == CXType_Enum) {
		load_enum_type(load, canonical, follow, type);
	} else if (canonical.kind == CXType_Record) {
		load_record_type(load, canonical, follow, type);
	} else if (canonical.kind == CXType_Pointer &&
	           is_char(clang_getCanonicalType(clang_getPointeeType(canonical)))) {
		CXType pointee = clang_getPointeeType(canonical);

		type->kind = MODEL_KIND_CSTR;
		type->is_const = clang_isConstQualifiedType(pointee);
		type->c_name = type->is_const ? "const char *" : "char *";
		if (clang_isVolatileQualifiedType(pointee))
			set_other(type, "a pointer to volatile");
	} else {
		set_other(type, other_words(canonical));
	}
}

static void set_chars(struct model_type *type, CXType array)
{
	long long n = clang_getArraySize(array);

	type->kind = MODEL_KIND_CHARS;
	type->c_name = "char";
	type->align = 1;
	type->size = n > 0 ? (size_t)n : 0;
	if (n <= 0)
		set_other(type, "an array of no items");
}

static void load_array(struct clang_load *load, CXType array, bool follow, struct model_field *field)
{
	CXType element = clang_getArrayElementType(array), canonical = clang_getCanonicalType(element);
	long long n = clang_getArraySize(array);

	if (is_char(canonical) && !clang_isConstQualifiedType(canonical) && !clang_isVolatileQualifiedType(canonical)) {
		set_chars(&field->type, array);
		return;
	}
	field->shape = MODEL_SHAPE_FIXED;
	field->fixed_n = n > 0 ? (size_t)n : 0;
	if (canonical.kind == CXType_ConstantArray && is_char(clang_getArrayElementType(canonical)))
		set_chars(&field->type, canonical);
	else
		load_element(load, element, follow, &field->type);
	if (n <= 0)
		set_other(&field->type, "an array of no items");
}

static void load_pointer(struct clang_load *load, CXType pointer, bool follow, struct model_field *field)
{
	CXType pointee = clang_getPointeeType(pointer), canonical = clang_getCanonicalType(pointee);

	field->shape = MODEL_SHAPE_POINTER;
	load_element(load, pointee, follow, &field->type);
	if (canonical.kind == CXType_Void)
		set_other(&field->type, "a void *");
	else if (canonical.kind == CXType_FunctionProto || canonical.kind == CXType_FunctionNoProto)
		set_other(&field->type, "a function pointer");
	else if (canonical.kind == CXType_ConstantArray || canonical.kind == CXType_IncompleteArray)
		set_other(&field->type, "a pointer to an array");
	else if (clang_isConstQualifiedType(canonical))
		set_other(&field->type, "a pointer to const");
}

void clang_load_field_type(struct clang_load *load, CXType type, bool follow, struct model_field *field)
{
	CXType canonical = clang_getCanonicalType(type);

	field->shape = MODEL_SHAPE_ONE;
	if (canonical.kind == CXType_ConstantArray) {
		load_array(load, type.kind == CXType_ConstantArray ? type : canonical, follow, field);
	} else if (canonical.kind == CXType_IncompleteArray) {
		load_element(load, canonical, follow, &field->type);
		set_other(&field->type, "a flexible array");
	} else if (canonical.kind == CXType_Pointer && !clang_isConstQualifiedType(canonical) &&
	           !is_char(clang_getCanonicalType(clang_getPointeeType(canonical)))) {
		load_pointer(load, type.kind == CXType_Pointer ? type : canonical, follow, field);
	} else {
		load_element(load, type, follow, &field->type);
	}
}

/* ---- structs --------------------------------------------------------------------------------------------------- */

struct struct_read {
	struct clang_load *load;
	struct model_field *fields;
	size_t n, size;
	uint64_t base_bits;
	bool in_union;
};

static void read_field(struct struct_read *read, CXCursor cursor, uint64_t offset_bits, struct model_field *field)
{
	struct clang_load *load = read->load;
	CXType type = clang_getCursorType(cursor);
	long long size = clang_Type_getSizeOf(type);
	struct model_place place = {0};
	const char *text;

	*field = (struct model_field){.name = clang_take(load->model, clang_getCursorSpelling(cursor)),
	                              .offset_bits = offset_bits,
	                              .size_bits = size > 0 ? (uint64_t)size * 8 : 0,
	                              .place = clang_place(load, clang_getCursorLocation(cursor))};
	text = clang_tag_text(load, cursor, &place);
	if (text) {
		model_tag_parse(load->model, text, field->name, false, &place, load->diag, &field->tag);
		field->tag.present = true;
	}
	clang_load_field_type(load, type, text && !field->tag.skip, field);
	if (clang_Cursor_isBitField(cursor)) {
		field->bitfield = true;
		field->size_bits = (uint64_t)clang_getFieldDeclBitWidth(cursor);
		set_other(&field->type, "a bit-field");
	} else if (read->in_union) {
		set_other(&field->type, "a member of a union");
	}
}

static enum CXVisitorResult visit_field(CXCursor cursor, CXClientData data)
{
	struct struct_read *read = data, outer = *read;
	CXType canonical = clang_getCanonicalType(clang_getCursorType(cursor));
	CXCursor declaration = clang_getTypeDeclaration(canonical);
	long long offset = clang_Cursor_getOffsetOfField(cursor);
	CXString spelling = clang_getCursorSpelling(cursor);
	bool nameless = !clang_getCString(spelling)[0];
	struct model_field field;
	struct model_place place;

	clang_disposeString(spelling);
	if (offset < 0) {
		place = clang_place(read->load, clang_getCursorLocation(cursor));
		model_error(read->load->diag, &place, "clang knows no offset for this field");
		return CXVisit_Break;
	}
	if (canonical.kind == CXType_Record && clang_Cursor_isAnonymousRecordDecl(declaration)) {
		if (clang_tag_text(read->load, declaration, &place))
			model_error(read->load->diag, &place, "FG() on an anonymous struct or union says nothing");
		read->base_bits += (uint64_t)offset;
		read->in_union |= clang_getCursorKind(declaration) == CXCursor_UnionDecl;
		clang_Type_visitFields(canonical, visit_field, read);
		read->base_bits = outer.base_bits;
		read->in_union = outer.in_union;
		return CXVisit_Continue;
	}
	if (nameless)       /* padding of bit-fields */
		return CXVisit_Continue;
	read_field(read, cursor, read->base_bits + (uint64_t)offset, &field);
	read->fields = clang_grow(read->fields, read->n, &read->size, sizeof(*read->fields));
	read->fields[read->n++] = field;
	return CXVisit_Continue;
}

static void read_struct_tag(struct clang_load *load, CXCursor cursor, struct model_struct *record)
{
	struct model_place place = {0};
	const char *text = clang_tag_text(load, cursor, &place);

	if (text)
		model_tag_parse(load->model, text, record->c_name, true, &place, load->diag, &record->tag);
}

struct model_struct *clang_load_struct(struct clang_load *load, CXCursor cursor)
{
	struct clang_known *known = known_find(load, cursor);
	CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
	struct struct_read read = {.load = load};
	struct model_struct *record;
	long long size, align;

	if (known)
		return known->record;
	record = model_alloc(load->model, sizeof(*record));
	known_add(load, cursor)->record = record;
	record->c_name = clang_take(load->model, clang_getTypeSpelling(type));
	record->name = strncmp(record->c_name, "struct ", 7) == 0 ? record->c_name + 7 : record->c_name;
	record->place = clang_place(load, clang_getCursorLocation(cursor));
	record->header = record->place.file;
	record->wanted = clang_header_index(load, clang_getCursorLocation(cursor)) >= 0;
	size = clang_Type_getSizeOf(type);
	align = clang_Type_getAlignOf(type);
	if (size < 0 || align <= 0) {
		model_error(load->diag, &record->place, "clang knows no size for %s", record->c_name);
		return record;
	}
	record->size = (size_t)size;
	record->align = (size_t)align;
	read_struct_tag(load, cursor, record);
	clang_Type_visitFields(type, visit_field, &read);
	record->fields = model_alloc(load->model, (read.n + 1) * sizeof(*record->fields));
	if (read.n)
		memcpy(record->fields, read.fields, read.n * sizeof(*record->fields));
	record->fields_n = read.n;
	free(read.fields);
	return record;
}
