/*
 * tags_note.c - the note .note.fieldguard, read
 *
 * An ELF note is three words (sizes of owner and payload, type), the owner and the payload, both filled up to four
 * bytes.
 * The payload is text, line by line: docs/note.md. Every size is the file's word against our own bounds.
 */
#include "scan/tags.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_SECTION ".note.fieldguard"
#define NOTE_TYPE 1
#define NOTE_HEAD "fieldguard 1"

/* One address: tags of the note are known by it. */
static const char note_section[] = NOTE_SECTION;

/* ---- the text of one note -------------------------------------------------------------------------------------- */

struct note_member {
	const char *name, *text;
	uint64_t offset_bits, size_bits;
};

/* One struct of it. */
struct note_struct {
	const char *c_name, *prefix, *tag_text, *form;
	uint64_t size;
	struct note_member *members;
	size_t members_n, members_room;
	const char **fields;
	size_t fields_n;
	struct scan_shared_place *places;
	size_t places_n, places_room;
};

struct note {
	struct scan_tags *tags;
	struct note_struct now;
	struct scan_generated *generated;
	size_t generated_n, generated_room;
};

/* Takes the next word off *rest. Returns: NULL where there is none. */
static char *take_word(char **rest)
{
	char *word = *rest ? strsep(rest, " ") : NULL;

	return word && *word ? word : NULL;
}

static bool take_number(char **rest, uint64_t *ret_number)
{
	char *word = take_word(rest), *end;

	if (!word || *word < '0' || *word > '9')
		return false;
	errno = 0;
	*ret_number = strtoull(word, &end, 10);
	return !*end && !errno;
}

/* Does the type have all that the note says, where it says it? Else it is another one of the same name. */
static bool fits(const struct note_struct *now, const struct scan_type *type)
{
	uint64_t offset_bits;

	if (type->kind != SCAN_KIND_STRUCT || type->incomplete || type->size != now->size)
		return false;
	for (size_t i = 0; i < now->members_n; i++) {
		const struct note_member *member = &now->members[i];
		const struct scan_member *found = scan_tags_member(type, member->name, &offset_bits);

		if (!found || offset_bits != member->offset_bits || found->size_bits != member->size_bits)
			return false;
	}
	return true;
}

/* One tag of the note. member NULL: of the struct. A struct may stand in several notes: the first is read, so that no
 * file
 * makes us read more tags than it has fields. */
static void give_tag(const struct note *note, const struct scan_type *type, const struct scan_member *member,
                     const char *text)
{
	struct scan_tags *tags = note->tags;
	const struct model_tag *before = member ? &member->tag : &type->tag;
	const char *name = member ? member->name : note->now.c_name;
	struct model_place place = {.file = note_section};
	struct model_tag tag;
	bool fine;

	if (before->present && before->place.file == place.file) {
		if (strcmp(before->text, text) != 0)
			scan_warn(tags->scan,
			          "%s: two notes give '%s' different tags: FG(%s) and FG(%s); the former holds",
			          note->now.c_name, name, before->text, text);
		return;
	}
	if (!scan_tags_listen(tags))
		return;
	fine = model_tag_parse(tags->model, text, name, !member, &place, &tags->diag, &tag);
	scan_tags_warn(tags);
	if (fine)
		scan_tags_give(tags, &(struct scan_tag_given){.type = type, .member = member, .tag = &tag});
}

static void give_tags(const struct note *note, const struct scan_type *type)
{
	const struct note_struct *now = &note->now;

	if (now->tag_text)
		give_tag(note, type, NULL, now->tag_text);
	for (size_t i = 0; i < now->members_n; i++)
		give_tag(note, type, scan_tags_member(type, now->members[i].name, NULL), now->members[i].text);
}

static const struct scan_type *form_of(const struct note *note)
{
	const struct scan_type *const *types;
	size_t n;

	if (!note->now.form)
		return NULL;
	types = scan_types_named(note->tags->scan, note->now.form, &n);
	for (size_t i = 0; i < n; i++)
		if (types[i]->kind == SCAN_KIND_STRUCT && !types[i]->incomplete)
			return types[i];
	return NULL;
}

static void add_generated(struct note *note, const struct scan_type *record)
{
	const struct note_struct *now = &note->now;
	struct scan_generated *last;

	for (size_t i = 0; i < note->generated_n; i++) {
		last = &note->generated[i];
		/* A header's struct that another one's holds stands in both notes. */
		if (last->record != record)
			continue;
		if (!last->places_n) {
			last->form = form_of(note);
			last->fields = now->fields;
			last->fields_n = now->fields_n;
			last->places = now->places;
			last->places_n = now->places_n;
		}
		return;
	}
	note->generated = model_grow(note->tags->model, note->generated, note->generated_n, &note->generated_room,
	                       sizeof(*note->generated));
	note->generated[note->generated_n++] = (struct scan_generated){
		.record = record, .form = form_of(note), .prefix = now->prefix, .fields = now->fields,
		.fields_n = now->fields_n, .places = now->places, .places_n = now->places_n};
}

/* All of a struct has been read. */
static void end_struct(struct note *note)
{
	struct scan *scan = note->tags->scan;
	const struct scan_type *const *types, *other = NULL;
	size_t n, found = 0;

	if (!note->now.c_name)
		return;
	types = scan_types_named(scan, note->now.c_name, &n);
	for (size_t i = 0; i < n; i++) {
		if (types[i]->kind != SCAN_KIND_STRUCT || types[i]->incomplete)
			continue;
		other = types[i];
		if (!fits(&note->now, types[i]))
			continue;
		found++;
		give_tags(note, types[i]);
		add_generated(note, types[i]);
	}
	if (!found && other)
		scan_warn(scan,
		          "%s: the code generated for it is for another layout (its note says %llu bytes, the debug "
		          "information %llu); its tags are left out", note->now.c_name,
		          (unsigned long long)note->now.size,
		          (unsigned long long)other->size);
	note->now = (struct note_struct){0};
}

/* "s 64 order struct order" */
static bool begin_struct(struct note *note, char *rest)
{
	end_struct(note);
	if (!take_number(&rest, &note->now.size) || !(note->now.prefix = take_word(&rest)) || !rest || !*rest)
		return false;
	note->now.c_name = rest;
	return true;
}

/* "m 192 32 status json:"state,atomic"" */
static bool add_member(struct note *note, char *rest)
{
	struct note_struct *now = &note->now;
	struct note_member member = {0};

	if (!now->c_name || !take_number(&rest, &member.offset_bits) || !take_number(&rest, &member.size_bits) ||
	    !(member.name = take_word(&rest)) || !rest)
		return false;
	member.text = rest;
	now->members = model_grow(note->tags->model, now->members, now->members_n, &now->members_room, sizeof(member));
	now->members[now->members_n++] = member;
	return true;
}

/* "amount,currency" */
static const char **take_names(const struct note *note, char *rest, size_t *ret_n)
{
	const char **names = NULL;
	size_t room = 0;
	char *name;

	*ret_n = 0;
	while ((name = strsep(&rest, ","))) {
		names = model_grow(note->tags->model, names, *ret_n, &room, sizeof(*names));
		names[(*ret_n)++] = name;
	}
	return names;
}

/* "n id,amount,currency" */
static bool add_numbers(struct note *note, char *rest)
{
	struct note_struct *now = &note->now;

	if (!now->form || now->fields)
		return false;
	now->fields = take_names(note, rest, &now->fields_n);
	return true;
}

/* "p group_money mutex amount,currency" */
static bool add_place(struct note *note, char *rest)
{
	struct note_struct *now = &note->now;
	struct scan_shared_place place = {.place = take_word(&rest)};

	place.policy = take_word(&rest);
	if (!now->form || !place.place || !place.policy || !rest)
		return false;
	place.fields = take_names(note, rest, &place.fields_n);
	now->places = model_grow(note->tags->model, now->places, now->places_n, &now->places_room, sizeof(place));
	now->places[now->places_n++] = place;
	return true;
}

static bool take_line(struct note *note, char *line)
{
	char *rest = line;
	char *key = take_word(&rest);

	if (!key || key[1] || !rest || !*rest)
		return false;
	switch (*key) {
	case 's':
		return begin_struct(note, rest);
	case 't':
		note->now.tag_text = rest;
		return note->now.c_name != NULL;
	case 'm':
		return add_member(note, rest);
	case 'f':
		note->now.form = rest;
		return note->now.c_name != NULL;
	case 'n':
		return add_numbers(note, rest);
	case 'p':
		return add_place(note, rest);
	default:
		return true;                /* of a later minor version */
	}
}

static void read_text(struct note *note, const uint8_t *payload, size_t size)
{
	struct scan *scan = note->tags->scan;
	char *text = model_strndup(note->tags->model, (const char *)payload, strnlen((const char *)payload, size));
	char *line = strsep(&text, "\n");

	if (strcmp(line, NOTE_HEAD) != 0) {
		scan_warn(scan, "%s: its note "
		          NOTE_SECTION " is of a version that this fieldguard doesn't read; its tags are "
		          "left out", scan->path);
		return;
	}
	while ((line = strsep(&text, "\n"))) {
		if (!*line || take_line(note, line))
			continue;
		scan_warn(scan, "%s: its note " NOTE_SECTION " is broken; what is left of its tags is left out",
		          scan->path);
		note->now = (struct note_struct){0};
		break;
	}
	end_struct(note);
}

/* ---- notes ----------------------------------------------------------------------------------------------------- */

struct note_head {
	uint32_t owner_size, payload_size, type;
};

static size_t filled(uint32_t size)
{
	return ((size_t)size + 3) / 4 * 4;
}

/* Returns: false: the sizes don't fit the section. */
static bool read_notes(struct note *note, const uint8_t *data, size_t size)
{
	struct note_head head;
	size_t at = 0;

	while (size - at >= sizeof(head)) {
		memcpy(&head, data + at, sizeof(head));
		/* Room that a linker or a sanitizer left. */
		if (!head.owner_size && !head.payload_size && !head.type) {
			at += 4;
			continue;
		}
		at += sizeof(head);
		if (filled(head.owner_size) > size - at ||
		    filled(head.payload_size) > size - at - filled(head.owner_size))
			return false;
		if (head.type == NOTE_TYPE && head.owner_size == sizeof("fieldguard") &&
		    memcmp(data + at, "fieldguard", sizeof("fieldguard")) == 0)
			read_text(note, data + at + filled(head.owner_size), head.payload_size);
		at += filled(head.owner_size) + filled(head.payload_size);
	}
	return true;
}

void scan_tags_note(struct scan_tags *tags)
{
	const struct scan_image *image = &tags->scan->inside->image;
	struct note note = {.tags = tags};
	GElf_Shdr header;
	bool fine;

	if (!scan_image_section(image, note_section, &header))
		return;
	fine = header.sh_type != SHT_NOBITS && !(header.sh_flags & SHF_COMPRESSED) && header.sh_offset <= image->size &&
	       header.sh_size <= image->size - header.sh_offset;
	if (!fine || !read_notes(&note, image->data + header.sh_offset, header.sh_size))
		scan_warn(tags->scan, "%s: its note " NOTE_SECTION " is broken; what is left of its tags is left out",
		          tags->scan->path);
	tags->scan->generated = note.generated;
	tags->scan->generated_n = note.generated_n;
}
