/* layout_names.c - members as their language declares them; tags and writers in words */
#include "cli/layout.h"

#include <string.h>

#define DEPTH_MAX 32

const char *layout_type_name(const struct scan_type *type)
{
	if (type->name)
		return type->name;
	return type->kind == SCAN_KIND_UNION ? "union (no name)" : "struct (no name)";
}

bool layout_has_members(const struct scan_type *type)
{
	return (type->kind == SCAN_KIND_STRUCT || type->kind == SCAN_KIND_UNION) && !type->incomplete;
}

const char *layout_kind_word(const struct scan_type *type)
{
	return type->variants_n ? "variants" : type->kind == SCAN_KIND_UNION ? "union" : "struct";
}

const char *layout_language_word(enum scan_language language)
{
	switch (language) {
	case SCAN_LANGUAGE_C: return "c";
	case SCAN_LANGUAGE_CPP: return "c++";
	case SCAN_LANGUAGE_GO: return "go";
	case SCAN_LANGUAGE_RUST: return "rust";
	default: return "other";
	}
}

static void append(char *text, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, LAYOUT_PART - len, "%s", more);
}

static void prepend(char *text, const char *before)
{
	char copy[LAYOUT_PART];

	memcpy(copy, text, strlen(text) + 1);
	snprintf(text, LAYOUT_PART, "%.128s%.120s", before, copy);
}

static void put_qualifiers(unsigned qualifiers, char *ret, size_t size)
{
	snprintf(ret, size, "%s%s%s%s", qualifiers & SCAN_CONST ? "const " : "", qualifiers & SCAN_VOLATILE ? "volatile " : "",
	         qualifiers & SCAN_ATOMIC ? "_Atomic " : "", qualifiers & SCAN_RESTRICT ? "restrict " : "");
}

static bool leads_to_pointer(const struct scan_type *type)
{
	while (type && type->kind == SCAN_KIND_QUALIFIED && !type->name)
		type = type->target;
	return type && type->kind == SCAN_KIND_POINTER && !type->name;
}

/* C reads outwards from the name: right grows around it, left is what stands before. */
static void declare_c(const struct scan_type *type, char *left, char *right)
{
	char buf[64];

	for (unsigned depth = 0; type && !type->name && depth < DEPTH_MAX; depth++) {
		const struct scan_type *target = type->target;

		if (type->kind == SCAN_KIND_POINTER) {
			prepend(right, "*");
			if (target && !target->name &&
			    (target->kind == SCAN_KIND_ARRAY || target->kind == SCAN_KIND_FUNCTION)) {
				prepend(right, "(");
				append(right, ")");
			}
		} else if (type->kind == SCAN_KIND_ARRAY) {
			snprintf(buf, sizeof(buf), type->count ? "[%llu]" : "[]", (unsigned long long)type->count);
			append(right, buf);
		} else if (type->kind == SCAN_KIND_FUNCTION) {
			append(right, "()");
		} else if (type->kind == SCAN_KIND_QUALIFIED) {
			put_qualifiers(type->qualifiers, buf, sizeof(buf));
			if (leads_to_pointer(target))
				prepend(right, buf);
			else
				append(left, buf);
		} else {
			append(left, type->kind == SCAN_KIND_UNION ? "union" : type->kind == SCAN_KIND_ENUM ? "enum" :
			             type->kind == SCAN_KIND_STRUCT ? "struct" : "void");
			return;
		}
		type = target;
	}
	append(left, type && type->name ? type->name : "void");
}

void layout_declare(const struct scan_type *holder, const struct scan_member *member, char *ret_left, char *ret_right)
{
	const char *name = member->name ? member->name : "";
	char bits[32];

	ret_left[0] = '\0';
	ret_right[0] = '\0';
	if (holder->language == SCAN_LANGUAGE_GO || holder->language == SCAN_LANGUAGE_RUST) {
		snprintf(ret_left, LAYOUT_PART, "%s%s", name,
		         holder->language == SCAN_LANGUAGE_RUST && *name && !member->variant ? ":" : "");
		scan_type_name(member->type, ret_right, LAYOUT_PART);
		return;
	}
	if (member->base) {
		snprintf(ret_left, LAYOUT_PART, "%s", member->virtual_base ? "virtual base" : "base");
		scan_type_name(member->type, ret_right, LAYOUT_PART);
		return;
	}
	snprintf(ret_right, LAYOUT_PART, "%.200s", name);
	declare_c(member->type, ret_left, ret_right);
	if (member->bitfield) {
		snprintf(bits, sizeof(bits), " : %llu", (unsigned long long)member->size_bits);
		append(ret_right, bits);
	}
}

const char *layout_tag_words(const struct model_tag *tag, char *ret, size_t size)
{
	int n = 0;

	ret[0] = '\0';
	if (!tag->present)
		return ret;
	n = snprintf(ret, size, "%s%s%s", model_policy_name(tag->policy), tag->group ? " " : "", tag->group ? tag->group : "");
	if (n > 0 && (size_t)n < size)
		snprintf(ret + n, size - (size_t)n, "%s%s%s", tag->states_n ? " states" : "", tag->hot ? " hot" : "",
		         tag->key ? " key" : "");
	return ret;
}

const char *layout_writer_words(const struct scan_writer *writer, char *ret, size_t size)
{
	static const char *const words[] = {
		[SCAN_WRITER_UNKNOWN] = "unknown", [SCAN_WRITER_ONCE] = "once", [SCAN_WRITER_SNAPSHOT] = "snapshot",
		[SCAN_WRITER_ATOMIC] = "atomic", [SCAN_WRITER_MUTEX] = "mutex", [SCAN_WRITER_RWMUTEX] = "rwmutex",
		[SCAN_WRITER_OWNER] = "owner", [SCAN_WRITER_BY_TYPE] = "", [SCAN_WRITER_OBSERVED] = "",
	};
	const char *word = words[writer->kind];

	snprintf(ret, size, "%s%s%s%s", word, *word && writer->name[0] ? " " : "", writer->name, writer->hot ? ", hot" : "");
	return ret;
}
