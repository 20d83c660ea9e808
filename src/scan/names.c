/* names.c - a type as a programmer of its language would write it */
#include "scan/scan.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 24

const struct scan_type *scan_type_strip(const struct scan_type *type)
{
	/* Broken debug information may hold loops. */
	for (int i = 0; i < 64 && type && (type->kind == SCAN_KIND_TYPEDEF || type->kind == SCAN_KIND_QUALIFIED); i++) {
		static const struct scan_type nothing = {.kind = SCAN_KIND_VOID, .id = UINT32_MAX};

		type = type->target ? type->target : &nothing;
	}
	return type;
}

bool scan_type_qualified(const struct scan_type *type, unsigned qualifiers)
{
	for (int i = 0; i < 64 && type && (type->kind == SCAN_KIND_TYPEDEF || type->kind == SCAN_KIND_QUALIFIED); i++) {
		if (type->kind == SCAN_KIND_QUALIFIED && type->qualifiers & qualifiers)
			return true;
		type = type->target;
	}
	return false;
}

/* C writes a type around its name: what stands left of it, and what stands right of it. */
struct writing {
	char left[256], right[256];
	bool cut;
};

static void put_left(struct writing *writing, const char *text)
{
	char old[sizeof(writing->left)];

	memcpy(old, writing->left, sizeof(old));
	if (snprintf(writing->left, sizeof(writing->left), "%s%s", text, old) >= (int)sizeof(writing->left))
		writing->cut = true;
}

static void put_right(struct writing *writing, const char *text)
{
	size_t n = strlen(writing->right);

	if (snprintf(writing->right + n, sizeof(writing->right) - n, "%s", text) >= (int)(sizeof(writing->right) - n))
		writing->cut = true;
}

/* In the order that people write them, whatever the compiler's is. */
static void qualifier_text(unsigned qualifiers, char *ret, size_t size)
{
	snprintf(ret, size, "%s%s%s%s", qualifiers & SCAN_CONST ? "const " : "", qualifiers & SCAN_VOLATILE ? "volatile " : "",
		 qualifiers & SCAN_ATOMIC ? "_Atomic " : "", qualifiers & SCAN_RESTRICT ? "restrict " : "");
}

static const char *kind_name(const struct scan_type *type)
{
	switch (type->kind) {
	case SCAN_KIND_VOID:
		return "void";
	case SCAN_KIND_STRUCT:
		return "struct {...}";
	case SCAN_KIND_UNION:
		return "union {...}";
	case SCAN_KIND_ENUM:
		return "enum {...}";
	default:
		return "?";
	}
}

/* Puts one level around what is written. Returns: the type that comes next, NULL: it is whole. */
static const struct scan_type *put_level(struct writing *writing, const struct scan_type *type)
{
	bool bare = writing->left[0] != '*';
	char text[48];

	switch (type->kind) {
	case SCAN_KIND_POINTER:
		put_left(writing, "*");
		break;
	case SCAN_KIND_ARRAY:
	case SCAN_KIND_FUNCTION:
		if (!bare) {
			put_left(writing, "(");
			put_right(writing, ")");
		}
		if (type->kind == SCAN_KIND_FUNCTION)
			snprintf(text, sizeof(text), "()");
		else if (type->count)
			snprintf(text, sizeof(text), "[%llu]", (unsigned long long)type->count);
		else
			snprintf(text, sizeof(text), "[]");
		put_right(writing, text);
		break;
	default:
		break;
	}
	return type->target;
}

/* Qualifiers in a row. Those of a pointer stand right of its star, others before the whole. Returns: what they
 * qualify. */
static const struct scan_type *put_qualifiers(struct writing *writing, const struct scan_type *type, char *before,
                                              size_t size)
{
	unsigned qualifiers = 0, hops = 0;
	char text[48];

	while (type && type->kind == SCAN_KIND_QUALIFIED && hops++ < DEPTH_MAX) {
		qualifiers |= type->qualifiers;
		type = type->target;
	}
	qualifier_text(qualifiers, text, sizeof(text));
	if (type && type->kind == SCAN_KIND_POINTER && !type->name) {
		if (!writing->left[0] && *text)
			text[strlen(text) - 1] = 0;
		put_left(writing, text);
	} else {
		snprintf(before, size, "%s", text);
	}
	return type;
}

static bool ends(const struct scan_type *type)
{
	return type->name || type->kind == SCAN_KIND_VOID || type->kind == SCAN_KIND_STRUCT ||
	       type->kind == SCAN_KIND_UNION || type->kind == SCAN_KIND_ENUM || type->kind == SCAN_KIND_OTHER;
}

const char *scan_type_name(const struct scan_type *type, char *ret, size_t size)
{
	struct writing writing = { .left = "", .right = "" };
	const char *base = "void";
	char before[96] = "";

	for (unsigned depth = 0; type; depth++) {
		if (ends(type) || depth >= DEPTH_MAX || writing.cut) {
			base = type->name ? type->name : kind_name(type);
			break;
		}
		if (type->kind == SCAN_KIND_QUALIFIED)
			type = put_qualifiers(&writing, type, before, sizeof(before));
		else
			type = put_level(&writing, type);
	}
	snprintf(ret, size, "%s%s%s%s%s", before, base, writing.left[0] || writing.right[0] ? " " : "", writing.left,
		 writing.right);
	return ret;
}
