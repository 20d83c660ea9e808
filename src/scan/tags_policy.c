/*
 * tags_policy.c - the policy file: tags for types whose source can't be touched; docs/policy-file.md
 *
 *     order.status   atomic states:"created>paid"      # type, field, the words of FG()
 *     [std::pair<int, long>]                            # the lines below are fields of this type
 *     first          mutex=pair
 *     *              local                              # the type itself
 *
 * The whole file is read before anything is given, so that every mistake is told at once.
 */
#include "scan/tags.h"

#include "model/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)1 << 24)
#define NEAR_MAX 256

struct policy_line {
	const char *type, *field;     /* field "*": the type itself */
	const char *words;
	struct model_place place, words_place;
	unsigned twice;               /* the line that says something of the same field before; 0: none */
};

struct policy {
	struct scan_tags *tags;
	const char *path;
	const char *section;          /* NULL: none yet */
	struct policy_line *lines;
	size_t n, room;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

/* Cuts off a comment and blanks at the end; a tab outside of quotes becomes a blank. */
static void clean(char *line)
{
	bool quoted = false;
	size_t n = 0;

	for (; line[n]; n++) {
		if (quoted && line[n] == '\\' && line[n + 1])
			n++;
		else if (line[n] == '"')
			quoted = !quoted;
		else if (!quoted && line[n] == '\t')
			line[n] = ' ';
		else if (!quoted && line[n] == '#' && (!n || is_blank(line[n - 1])))
			break;
	}
	while (n && (is_blank(line[n - 1]) || line[n - 1] == '\r'))
		n--;
	line[n] = '\0';
}

/* A policy may stand alone: `atomic` says json:",atomic". */
static const char *full_words(struct policy *policy, const char *words)
{
	static const char *const names[] = {"snapshot", "atomic", "mutex", "rwmutex", "once", "owner"};
	size_t n = strcspn(words, " ="), all = strcspn(words, " ");
	char *full;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) != n || strncmp(names[i], words, n) != 0)
			continue;
		full = model_alloc(policy->tags->model, strlen(words) + sizeof("json:\",\""));
		sprintf(full, "json:\",%.*s\"%s", (int)all, words, words + all);
		return full;
	}
	return words;
}

static void take_section(struct policy *policy, char *line, const struct model_place *place)
{
	size_t n = strlen(line);

	policy->section = "";
	if (line[n - 1] != ']') {
		model_error(&policy->tags->diag, place, "'%s' has no ] at its end", line);
		return;
	}
	line[n - 1] = '\0';
	line = skip_blanks(line + 1);
	for (n = strlen(line); n && is_blank(line[n - 1]); n--)
		line[n - 1] = '\0';
	if (!*line)
		model_error(&policy->tags->diag, place, "[] names no type");
	policy->section = line;
}

/* Divides "main.Order.status" at its last dot. Returns: false: an error was told. */
static bool split_name(struct policy *policy, char *name, struct policy_line *line)
{
	char *dot = strrchr(name, '.');

	line->type = name;
	line->field = dot ? dot + 1 : name;
	if (dot && policy->section)
		model_error(&policy->tags->diag, &line->place,
		            "'%s': a line below [%s] names a field alone, without its type", name,
		            policy->section);
	else if (!dot && !policy->section)
		model_error(&policy->tags->diag, &line->place,
		            "'%s' names no type: write TYPE.FIELD, or [TYPE] on a line above", name);
	else if (dot == name || !*line->field)
		model_error(&policy->tags->diag, &line->place, "'%s' is no TYPE.FIELD", name);
	else if (dot)
		*dot = '\0';
	if (policy->section)
		line->type = policy->section;
	return dot ? !*dot && dot != name : policy->section != NULL;
}

/* A type's name without what C writes in front. */
static const char *bare(const char *type)
{
	static const char *const keywords[] = {"struct ", "union ", "class "};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strncmp(type, keywords[i], strlen(keywords[i])) == 0)
			return type + strlen(keywords[i]);
	return type;
}

/* How long the name at the begin of a line is: "order.status", "struct order.status". */
static size_t name_length(const char *line)
{
	size_t n = (size_t)(bare(line) - line);

	return n + strcspn(line + n, " ");
}

static void take_field(struct policy *policy, char *begin, char *line, struct model_place place)
{
	struct policy_line item = {.place = place, .words_place = place};
	size_t n = name_length(line);
	char *words = skip_blanks(line + n);

	place.column = (unsigned)(line + n - begin) + 1;
	if (!*words) {
		model_error(&policy->tags->diag, &place,
		            "'%s' has no words behind it: what may be said is in docs/tags.md", line);
		return;
	}
	line[n] = '\0';
	if (!split_name(policy, line, &item))
		return;
	item.words_place.column = (unsigned)(words - begin) + 1;
	item.words = full_words(policy, words);
	if (!*item.type)                        /* the section was wrong: told */
		return;
	if (policy->n == policy->room) {
		policy->room = policy->room ? 2 * policy->room : 64;
		policy->lines = reallocarray(policy->lines, policy->room, sizeof(*policy->lines));
		if (!policy->lines) {
			fputs("fieldguard: out of memory\n", stderr);
			exit(2);
		}
	}
	policy->lines[policy->n++] = item;
}

static void take_lines(struct policy *policy, char *text)
{
	struct model_place place = {.file = policy->path};
	char *begin, *line;

	while ((begin = strsep(&text, "\n"))) {
		size_t bad;

		place.line++;
		clean(begin);
		line = skip_blanks(begin);
		place.column = (unsigned)(line - begin) + 1;
		bad = model_words_bad_byte(line, strlen(line));
		if (line[bad]) {
			place.column += (unsigned)bad;
			model_error(&policy->tags->diag, &place, "byte 0x%02x is a control character or no UTF-8",
			            (unsigned)(unsigned char)line[bad]);
		} else if (*line == '[') {
			take_section(policy, line, &place);
		} else if (*line) {
			take_field(policy, begin, line, place);
		}
	}
}

/* ---- giving ---------------------------------------------------------------------------------------------------- */

static void fail_no_field(struct policy *policy, const struct policy_line *line, const struct scan_type *type)
{
	const char *names[NEAR_MAX], *near;
	size_t n = 0;

	for (size_t i = 0; i < type->members_n && n < NEAR_MAX; i++)
		if (type->members[i].name)
			names[n++] = type->members[i].name;
	near = model_words_nearest(names, n, line->field, strlen(line->field));
	if (near)
		model_error(&policy->tags->diag, &line->place, "%s has no field '%s'; did you mean '%s'?", type->name,
		            line->field, near);
	else
		model_error(&policy->tags->diag, &line->place, "%s has no field '%s'", type->name, line->field);
}

/* What can't be, whatever the language: one atomic instruction moves at most 8 bytes of one object. */
static bool can_be(struct policy *policy, const struct policy_line *line, const struct scan_member *member,
                   const struct model_tag *tag)
{
	const struct scan_type *type = scan_type_strip(member->type);
	bool whole = type->kind == SCAN_KIND_BOOL || type->kind == SCAN_KIND_INT || type->kind == SCAN_KIND_UINT ||
	             type->kind == SCAN_KIND_CHAR || type->kind == SCAN_KIND_ENUM || type->kind == SCAN_KIND_POINTER ||
	             (type->kind == SCAN_KIND_STRUCT && type->language != SCAN_LANGUAGE_C);
	char name[128];

	if (tag->policy != MODEL_POLICY_ATOMIC || (whole && !member->bitfield && member->size_bits <= 64))
		return true;
	/* std::atomic<int>, atomic.Int64 and AtomicU64 are structs around one; wider ones are not. */
	model_error(&policy->tags->diag, &line->words_place,
	            "'%s': atomic needs an integer, bool, enum or pointer of at most 8 bytes, not %s", line->field,
	            member->bitfield ? "a bit-field" : scan_type_name(member->type, name, sizeof(name)));
	return false;
}

static void give_line(struct policy *policy, const struct policy_line *line)
{
	struct scan_tags *tags = policy->tags;
	bool on_type = strcmp(line->field, "*") == 0;
	const struct scan_type *const *types, *first = NULL;
	struct model_tag tag;
	size_t n, found = 0;

	if (!model_tag_parse(tags->model, line->words, on_type ? line->type : line->field, on_type, &line->words_place,
	                     &tags->diag, &tag))
		return;
	types = scan_types_named(tags->scan, line->type, &n);
	for (size_t i = 0; i < n; i++) {
		const struct scan_member *member;

		if ((types[i]->kind != SCAN_KIND_STRUCT && types[i]->kind != SCAN_KIND_UNION) || types[i]->incomplete)
			continue;
		first = first ? first : types[i];
		member = on_type ? NULL : scan_tags_member(types[i], line->field, NULL);
		if (!on_type && !member)
			continue;
		found++;
		if (!member || can_be(policy, line, member, &tag))
			scan_tags_give(tags, &(struct scan_tag_given){.type = types[i], .member = member, .tag = &tag,
			        .overrules = true});
	}
	if (!first)
		scan_warn(tags->scan, "%s:%u:%u: the binary has no struct '%s'; the line says nothing",
		          line->place.file,
		          line->place.line, line->place.column, line->type);
	else if (!found)
		fail_no_field(policy, line, first);
}

static int by_name(const void *a, const void *b)
{
	const struct policy_line *x = a, *y = b;
	int order = strcmp(bare(x->type), bare(y->type));

	if (!order)
		order = strcmp(x->field, y->field);
	if (order)
		return order;
	return x->place.line < y->place.line ? -1 : x->place.line > y->place.line;
}

static int by_line(const void *a, const void *b)
{
	const struct policy_line *x = a, *y = b;

	return x->place.line < y->place.line ? -1 : x->place.line > y->place.line;
}

static void find_twice(struct policy *policy)
{
	qsort(policy->lines, policy->n, sizeof(*policy->lines), by_name);
	for (size_t i = 1; i < policy->n; i++) {
		struct policy_line *line = &policy->lines[i], *before = line - 1;

		if (strcmp(bare(before->type), bare(line->type)) == 0 && strcmp(before->field, line->field) == 0)
			line->twice = before->twice ? before->twice : before->place.line;
	}
	qsort(policy->lines, policy->n, sizeof(*policy->lines), by_line);
}

static void give_lines(struct policy *policy)
{
	if (policy->n)
		find_twice(policy);
	for (size_t i = 0; i < policy->n; i++) {
		const struct policy_line *line = &policy->lines[i];

		if (line->twice)
			model_error(&policy->tags->diag, &line->place, "'%s.%s' stands twice; first on line %u",
			            line->type, line->field,
			            line->twice);
		else
			give_line(policy, line);
	}
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static int read_file(const char *path, char **ret_text, struct scan_error *error)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	char *text = NULL;
	size_t size = 0;
	int result = 0;

	if (!file)
		return scan_fail(error, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fileno(file), &status) < 0)
		result = scan_fail(error, -errno, "%s: %s", path, strerror(errno));
	else if (S_ISDIR(status.st_mode))
		result = scan_fail(error, -EISDIR, "%s: is a folder; a policy file is text: docs/policy-file.md", path);
	else if (!(text = malloc(FILE_MAX + 1)))
		result = scan_fail(error, -ENOMEM, "%s: out of memory", path);
	if (!result) {
		size = fread(text, 1, FILE_MAX + 1, file);
		if (ferror(file))
			result = scan_fail(error, -EIO, "%s: can't be read", path);
		else if (size > FILE_MAX)
			result = scan_fail(error, -EINVAL,
			                   "%s: is over 16 MiB; a policy file is text: docs/policy-file.md", path);
		else if (memchr(text, '\0', size))
			result = scan_fail(error, -EINVAL,
			                   "%s: holds a NUL byte; a policy file is text: docs/policy-file.md", path);
	}
	fclose(file);
	if (result) {
		free(text);
		return result;
	}
	text[size] = '\0';
	*ret_text = text;
	return 0;
}

/* The messages as one text: how many, then those whole lines that fit. */
static int fail_wrong(const struct scan_tags *tags, const char *path, struct scan_error *error)
{
	const char *rest = tags->messages;
	size_t len;
	const char *plural = tags->diag.errors == 1 ? "" : "s";
	int result = scan_fail(error, -EINVAL, "%s: has %u error%s", path, tags->diag.errors, plural);

	while (*rest) {
		size_t n = strcspn(rest, "\n");

		len = strlen(error->text);
		if (len + 1 + n >= sizeof(error->text))
			break;
		error->text[len] = '\n';
		memcpy(error->text + len + 1, rest, n);
		error->text[len + 1 + n] = '\0';
		rest += n + (rest[n] == '\n');
	}
	return result;
}

int scan_tags_policy(struct scan_tags *tags, const char *path, struct scan_error *error)
{
	struct policy policy = {.tags = tags, .path = model_strdup(tags->model, path)};
	char *text = NULL, *kept;
	int result = read_file(path, &text, error);

	if (result < 0)
		return result;
	kept = model_strdup(tags->model, text);
	free(text);
	if (!scan_tags_listen(tags))
		return scan_fail(error, -ENOMEM, "%s: out of memory", path);
	take_lines(&policy, kept);
	give_lines(&policy);
	free(policy.lines);
	fclose(tags->diag.out);
	if (tags->diag.errors)
		result = fail_wrong(tags, path, error);
	free(tags->messages);
	return result;
}
