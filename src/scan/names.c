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

static const char *qualifier_name(unsigned qualifiers)
{
	return qualifiers & SCAN_CONST ? "const" : qualifiers & SCAN_VOLATILE ? "volatile"
	     : qualifiers & SCAN_ATOMIC ? "_Atomic" : "restrict";
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
	case SCAN_KIND_QUALIFIED: {
		const struct scan_type *next = type->target;

		/* A pointer's qualifiers stand right of its star. */
		if (next && next->kind == SCAN_KIND_POINTER && !next->name)
			snprintf(text, sizeof(text), "%s%s", qualifier_name(type->qualifiers), writing->left[0] ? " " : "");
		else
			snprintf(text, sizeof(text), "\1%s ", qualifier_name(type->qualifiers));
		put_left(writing, text);
		break;
	}
	default:
		break;
	}
	return type->target;
}

const char *scan_type_name(const struct scan_type *type, char *ret, size_t size)
{
	struct writing writing = { .left = "", .right = "" };
	const char *base = "void", *before, *rest;
	char qualifiers[96] = "";

	for (unsigned depth = 0; type; depth++) {
		if (type->name || type->kind == SCAN_KIND_VOID || type->kind == SCAN_KIND_STRUCT ||
		    type->kind == SCAN_KIND_UNION || type->kind == SCAN_KIND_ENUM || type->kind == SCAN_KIND_OTHER ||
		    depth >= DEPTH_MAX || writing.cut) {
			base = type->name ? type->name : kind_name(type);
			break;
		}
		type = put_level(&writing, type);
	}
	/* Qualifiers of what the name says were marked: they stand before it. */
	rest = writing.left;
	while ((before = rest[0] == '\1' ? rest + 1 : NULL)) {
		const char *end = strchr(before, ' ');
		size_t n = strlen(qualifiers);

		if (!end)
			break;
		snprintf(qualifiers + n, sizeof(qualifiers) - n, "%.*s", (int)(end - before + 1), before);
		rest = end + 1;
	}
	snprintf(ret, size, "%s%s%s%s%s", qualifiers, base, *rest || *writing.right ? " " : "", rest, writing.right);
	return ret;
}
