/* layout_share.c - which parts of a type share a cache line though different threads may write them */
#include "scan/layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16
#define LOOKED_AT_MAX 100000        /* members, of one type and what it holds: broken input may nest without end */

struct share {
	const struct scan_type *type;
	const struct scan_type *record;     /* whose shared form type is, or NULL */
	const struct scan_observed *observed;
	size_t observed_n;
	struct scan_sharing *sharing;
	size_t cells_size, writers_size;
	size_t top, looked_at;
	char path[512];                     /* of the member that is looked at; cut where it is longer */
	size_t path_len;
	int error;
};

static bool is_compound(const struct scan_type *type)
{
	return type->kind == SCAN_KIND_STRUCT || type->kind == SCAN_KIND_UNION;
}

static bool has_tags(const struct scan_type *type, unsigned depth, unsigned *left)
{
	if (type->tag.present)
		return true;
	for (size_t i = 0; i < type->members_n && *left; i++, --*left) {
		const struct scan_member *member = &type->members[i];
		const struct scan_type *inner = scan_type_strip(member->type);

		if (member->tag.present)
			return true;
		/* Of an anonymous member the members are the type's own. */
		if (!member->name && depth < DEPTH_MAX && is_compound(inner) && has_tags(inner, depth + 1, left))
			return true;
	}
	return false;
}

static bool is_tagged(const struct scan_type *type)
{
	unsigned left = LOOKED_AT_MAX;

	return has_tags(type, 0, &left);
}

/* Room for one more. Returns: the new data, or NULL. */
static void *grow(struct share *share, void *data, size_t n, size_t *size, size_t item)
{
	void *grown;

	if (n < *size)
		return data;
	grown = reallocarray(data, *size ? 2 * *size : 16, item);
	if (!grown) {
		share->error = -ENOMEM;
		return NULL;
	}
	*size = *size ? 2 * *size : 16;
	return grown;
}

/* The writer like this one. fresh: one of its own, whoever else looks like it. */
static size_t writer_of(struct share *share, const struct scan_writer *writer, bool fresh)
{
	struct scan_sharing *sharing = share->sharing;
	struct scan_writer *grown;

	for (size_t i = 0; !fresh && i < sharing->writers_n; i++) {
		struct scan_writer *one = &sharing->writers[i];

		if (one->kind == writer->kind && strcmp(one->name, writer->name) == 0) {
			one->hot = one->hot || writer->hot;
			return i;
		}
	}
	grown = grow(share, sharing->writers, sharing->writers_n, &share->writers_size, sizeof(*grown));
	if (!grown)
		return 0;
	sharing->writers = grown;
	grown[sharing->writers_n] = *writer;
	return sharing->writers_n++;
}

static void add_cell(struct share *share, const char *path, uint64_t offset_bits, uint64_t size_bits,
                     const struct scan_writer *writer, bool fresh)
{
	struct scan_sharing *sharing = share->sharing;
	struct scan_cell *grown;
	size_t index;

	if (writer->kind == SCAN_WRITER_UNKNOWN || !size_bits || share->error)
		return;
	index = writer_of(share, writer, fresh);
	grown = grow(share, sharing->cells, sharing->cells_n, &share->cells_size, sizeof(*grown));
	if (!grown)
		return;
	sharing->cells = grown;
	grown[sharing->cells_n] = (struct scan_cell){.path = strdup(path), .top = share->top,
	                                             .offset_bits = offset_bits, .size_bits = size_bits,
	                                             .writer = index, .hot = writer->hot};
	if (!grown[sharing->cells_n].path)
		share->error = -ENOMEM;
	else
		sharing->cells_n++;
}

/* ---- who writes a member --------------------------------------------------------------------------------------- */

/* fresh: each such member has a writer of its own. */
static struct scan_writer by_tag(const struct model_tag *tag, bool *ret_fresh)
{
	struct scan_writer writer = {.hot = tag->hot};

	*ret_fresh = false;
	switch (tag->policy) {
	case MODEL_POLICY_ATOMIC:
		writer.kind = SCAN_WRITER_ATOMIC;
		*ret_fresh = true;
		break;
	case MODEL_POLICY_MUTEX:
	case MODEL_POLICY_RWMUTEX:
		writer.kind = tag->policy == MODEL_POLICY_MUTEX ? SCAN_WRITER_MUTEX : SCAN_WRITER_RWMUTEX;
		if (tag->group)
			snprintf(writer.name, sizeof(writer.name), "%s", tag->group);
		break;
	case MODEL_POLICY_ONCE:
		writer.kind = SCAN_WRITER_ONCE;
		break;
	case MODEL_POLICY_OWNER:
		writer.kind = SCAN_WRITER_OWNER;
		break;
	case MODEL_POLICY_SNAPSHOT:
		writer.kind = SCAN_WRITER_SNAPSHOT;
		break;
	}
	return writer;
}

/* Most names are none of these: four letters tell, without a call. */
static bool may_be(const char *name, const char *known)
{
	return name[0] == known[0] && name[1] == known[1] && name[2] == known[2] && name[3] == known[3];
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Types that are there to be written by several threads, in the languages we read. */
static struct scan_writer by_type(const struct scan_type *type)
{
	static const char *const atomics[] = {"std::atomic<", "std::atomic_flag", "std::__atomic_base<",
	                                      "core::sync::atomic::Atomic", "sync/atomic.", "internal/runtime/atomic.",
	                                      "runtime/internal/atomic."};
	static const char *const locks[] = {"pthread_mutex_t", "pthread_spinlock_t", "pthread_rwlock_t", "std::mutex",
	                                    "std::shared_mutex", "std::recursive_mutex", "sync.Mutex", "sync.RWMutex",
	                                    "struct fg_mutex", "struct fg_rwlock", "struct fg_seq"};
	struct scan_writer writer = {0};

	if (scan_type_qualified(type, SCAN_ATOMIC)) {
		writer.kind = SCAN_WRITER_BY_TYPE;
		strcpy(writer.name, "atomic type");
	}
	for (unsigned depth = 0; type && depth < DEPTH_MAX && writer.kind == SCAN_WRITER_UNKNOWN; depth++) {
		for (size_t i = 0; type->name && i < sizeof(atomics) / sizeof(atomics[0]); i++)
			if (may_be(type->name, atomics[i]) && starts(type->name, atomics[i]))
				writer = (struct scan_writer){.kind = SCAN_WRITER_BY_TYPE, .name = "atomic type"};
		for (size_t i = 0; type->name && i < sizeof(locks) / sizeof(locks[0]); i++)
			if (may_be(type->name, locks[i]) && strcmp(type->name, locks[i]) == 0)
				writer = (struct scan_writer){.kind = SCAN_WRITER_BY_TYPE, .name = "lock"};
		type = type->kind == SCAN_KIND_TYPEDEF || type->kind == SCAN_KIND_QUALIFIED ? type->target : NULL;
	}
	return writer;
}

/* Places of a generated shared form: "snapshot", "group_money", "once", "owner", "atomics", "hot_views". The atomics that
 * are not hot lie together by design, so they count as one writer. */
static struct scan_writer by_place(const struct scan_type *record, const char *place)
{
	struct scan_writer writer = {0};

	if (strcmp(place, "snapshot") == 0 || starts(place, "published"))
		writer.kind = SCAN_WRITER_SNAPSHOT;
	else if (strcmp(place, "once") == 0)
		writer.kind = SCAN_WRITER_ONCE;
	else if (strcmp(place, "owner") == 0)
		writer.kind = SCAN_WRITER_OWNER;
	else if (strcmp(place, "atomics") == 0)
		writer.kind = SCAN_WRITER_ATOMIC;
	else if (starts(place, "hot_"))
		writer = (struct scan_writer){.kind = SCAN_WRITER_ATOMIC, .hot = true};
	if (!starts(place, "group_"))
		return writer;
	writer.kind = SCAN_WRITER_MUTEX;
	snprintf(writer.name, sizeof(writer.name), "%s", place + strlen("group_"));
	for (size_t i = 0; i < record->members_n; i++) {
		const struct model_tag *tag = &record->members[i].tag;

		if (tag->present && tag->policy == MODEL_POLICY_RWMUTEX && tag->group &&
		    strcmp(tag->group, writer.name) == 0)
			writer.kind = SCAN_WRITER_RWMUTEX;
	}
	return writer;
}

/* Is the observed field this path, or in it, or does it hold it? Indexes do not matter: "items[3].price" is in "items". */
static bool observed_in(const char *field, const char *path)
{
	while (*path) {
		if (*field == '[') {
			field += strcspn(field, "]");
			field += *field == ']';
		} else if (*field != *path) {
			return !*field && *path == '.';
		} else {
			field++;
			path++;
		}
	}
	return !*field || *field == '.' || *field == '[';
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* One thread writes all that it alone writes; of what several write each part has a writer of its own. */
static struct scan_writer by_observation(struct share *share, const char *path, bool *ret_fresh)
{
	struct scan_writer writer = {0};
	uint64_t *threads = calloc(share->observed_n + 1, sizeof(*threads));
	size_t n = 0, kept = 0, len;

	if (!threads) {
		share->error = -ENOMEM;
		return writer;
	}
	for (size_t i = 0; i < share->observed_n; i++)
		if (share->observed[i].writes && observed_in(share->observed[i].field, path))
			threads[n++] = share->observed[i].thread;
	qsort(threads, n, sizeof(*threads), compare_u64);
	for (size_t i = 0; i < n; i++)
		if (!i || threads[i] != threads[i - 1])
			threads[kept++] = threads[i];
	if (kept) {
		writer.kind = SCAN_WRITER_OBSERVED;
		len = (size_t)snprintf(writer.name, sizeof(writer.name), kept == 1 ? "thread" : "%zu threads:", kept);
		for (size_t i = 0; i < kept && len + 24 < sizeof(writer.name); i++)
			len += (size_t)snprintf(writer.name + len, sizeof(writer.name) - len, " %llu",
			                        (unsigned long long)threads[i]);
	}
	*ret_fresh = kept > 1;
	free(threads);
	return writer;
}

/* ---- cells ----------------------------------------------------------------------------------------------------- */

static void cells_of(struct share *share, const struct scan_type *type, uint64_t base, unsigned depth);

/* Goes one member deeper. Returns: what to give to leave. */
static size_t enter(struct share *share, const char *name)
{
	size_t before = share->path_len, len = name ? strlen(name) : 0;

	if (len && before + len + 2 < sizeof(share->path)) {
		if (before)
			share->path[share->path_len++] = '.';
		memcpy(share->path + share->path_len, name, len + 1);
		share->path_len += len;
	}
	return before;
}

static void leave(struct share *share, size_t before)
{
	share->path_len = before;
	share->path[before] = '\0';
}

static struct scan_writer writer_by_basis(struct share *share, const struct scan_member *member, bool open,
                                          unsigned depth, bool *ret_fresh)
{
	struct scan_writer writer = {0};

	switch (share->sharing->basis) {
	case SCAN_BASIS_OBSERVED:
		/* What is nested is looked at field by field. */
		return open ? writer : by_observation(share, share->path, ret_fresh);
	case SCAN_BASIS_RECORD:
		if (member->name && !depth)
			writer = by_place(share->record, member->name);
		*ret_fresh = writer.hot;
		return writer;
	case SCAN_BASIS_TYPES:
		*ret_fresh = true;
		return by_type(member->type);
	default:
		return member->tag.present && !member->tag.skip ? by_tag(&member->tag, ret_fresh) : writer;
	}
}

static void cell_of(struct share *share, const struct scan_member *member, uint64_t base, unsigned depth)
{
	const struct scan_type *type = scan_type_strip(member->type);
	enum scan_basis basis = share->sharing->basis;
	bool fresh = false, open = is_compound(type) && type->members_n && depth < DEPTH_MAX && !member->virtual_base;
	size_t before = enter(share, member->name);
	struct scan_writer writer = writer_by_basis(share, member, open, depth, &fresh);

	if (writer.kind != SCAN_WRITER_UNKNOWN)
		add_cell(share, share->path, base + member->offset_bits, member->size_bits, &writer, fresh);
	else if (open && basis != SCAN_BASIS_RECORD && (basis != SCAN_BASIS_TAGS || !member->tag.present))
		cells_of(share, type, base + member->offset_bits, depth + 1);
	leave(share, before);
}

static void cells_of(struct share *share, const struct scan_type *type, uint64_t base, unsigned depth)
{
	for (size_t i = 0; i < type->members_n && !share->error; i++) {
		if (share->looked_at++ >= LOOKED_AT_MAX) {
			share->sharing->cut = true;
			return;
		}
		if (!depth)
			share->top = i;
		cell_of(share, &type->members[i], base, depth);
	}
}

/* "struct order_shared" -> struct order, where that has tags. */
static const struct scan_type *record_of(const struct scan *scan, const struct scan_type *type)
{
	static const char suffix[] = "_shared";
	const size_t suffix_len = sizeof(suffix) - 1;
	const struct scan_type *const *found;
	size_t len = type->name ? strlen(type->name) : 0, n = 0;
	char *name;

	if (!scan || len <= suffix_len || strcmp(type->name + len - suffix_len, suffix) != 0)
		return NULL;
	name = strndup(type->name, len - suffix_len);
	if (!name)
		return NULL;
	found = scan_types_named(scan, name, &n);
	free(name);
	for (size_t i = 0; i < n; i++)
		if (found[i]->kind == SCAN_KIND_STRUCT && is_tagged(found[i]))
			return found[i];
	return NULL;
}

/* Is there a "struct order_shared" to this struct order? */
static bool has_shared_form(const struct scan *scan, const struct scan_type *type)
{
	char *name = NULL;
	size_t n = 0;

	if (!scan || !type->name || asprintf(&name, "%s_shared", type->name) < 0)
		return false;
	scan_types_named(scan, name, &n);
	free(name);
	return n > 0;
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

bool scan_cell_on_line(const struct scan_cell *cell, unsigned line_size, uint64_t line)
{
	uint64_t bits = 8 * (uint64_t)line_size;

	return cell->offset_bits / bits <= line && line <= (cell->offset_bits + cell->size_bits - 1) / bits;
}

/* Cells overlap where unions do, so each line is looked at with all cells that touch it. */
static int find_lines(struct scan_sharing *sharing)
{
	uint64_t bits = 8 * (uint64_t)sharing->line_size, next = 0;
	size_t size = 0;
	bool *seen = calloc(sharing->writers_n + 1, sizeof(*seen));

	for (size_t i = 0; seen && i < sharing->cells_n; i++) {
		/* Two writers meet only on the first or the last line of a cell. */
		uint64_t ends[2] = {sharing->cells[i].offset_bits / bits,
		                    (sharing->cells[i].offset_bits + sharing->cells[i].size_bits - 1) / bits};

		for (size_t e = 0; e < 2; e++) {
			struct scan_shared_line found = {.line = ends[e]};

			if (ends[e] < next)
				continue;
			next = ends[e] + 1;
			memset(seen, 0, sharing->writers_n * sizeof(*seen));
			for (size_t k = 0; k < sharing->cells_n; k++) {
				const struct scan_cell *cell = &sharing->cells[k];

				if (!scan_cell_on_line(cell, sharing->line_size, found.line))
					continue;
				found.hot = found.hot || cell->hot;
				if (sharing->writers[cell->writer].kind != SCAN_WRITER_ONCE && !seen[cell->writer]) {
					seen[cell->writer] = true;
					found.writers_n++;
				}
			}
			if (found.writers_n < 2)
				continue;
			if (sharing->lines_n == size) {
				struct scan_shared_line *grown;

				size = size ? 2 * size : 8;
				grown = reallocarray(sharing->lines, size, sizeof(*grown));
				if (!grown) {
					free(seen);
					return -ENOMEM;
				}
				sharing->lines = grown;
			}
			sharing->lines[sharing->lines_n++] = found;
		}
	}
	free(seen);
	return seen ? 0 : -ENOMEM;
}

static int compare_cells(const void *a, const void *b)
{
	const struct scan_cell *x = a, *y = b;

	if (x->offset_bits != y->offset_bits)
		return x->offset_bits < y->offset_bits ? -1 : 1;
	return x->top < y->top ? -1 : x->top > y->top;
}

enum scan_basis scan_layout_basis(const struct scan *scan, const struct scan_type *type)
{
	if (type->tag.present && type->tag.local)
		return SCAN_BASIS_LOCAL;
	if (is_tagged(type))
		return SCAN_BASIS_TAGS;
	return record_of(scan, type) ? SCAN_BASIS_RECORD : SCAN_BASIS_NONE;
}

int scan_layout_sharing(const struct scan *scan, const struct scan_type *type, unsigned line_size,
                        const struct scan_observed *observed, size_t observed_n, struct scan_sharing *ret_sharing)
{
	struct scan_sharing sharing = {.line_size = line_size};
	struct share share = {.type = type, .observed = observed, .observed_n = observed_n, .sharing = &sharing};

	if (!is_compound(type) || type->incomplete)
		return -EINVAL;
	sharing.basis = observed ? SCAN_BASIS_OBSERVED : scan_layout_basis(scan, type);
	if (sharing.basis == SCAN_BASIS_NONE)
		sharing.basis = SCAN_BASIS_TYPES;
	if (sharing.basis == SCAN_BASIS_RECORD)
		share.record = record_of(scan, type);
	if (sharing.basis == SCAN_BASIS_TAGS)
		sharing.has_shared_form = has_shared_form(scan, type);
	if (sharing.basis != SCAN_BASIS_LOCAL)
		cells_of(&share, type, 0, 0);
	if (sharing.basis == SCAN_BASIS_TYPES && !sharing.cells_n)
		sharing.basis = SCAN_BASIS_NONE;
	if (sharing.cells_n > 1)
		qsort(sharing.cells, sharing.cells_n, sizeof(*sharing.cells), compare_cells);
	if (!share.error && sharing.cells_n > 1)
		share.error = find_lines(&sharing);
	if (share.error) {
		scan_sharing_fini(&sharing);
		return share.error;
	}
	*ret_sharing = sharing;
	return 0;
}

void scan_sharing_fini(struct scan_sharing *sharing)
{
	for (size_t i = 0; i < sharing->cells_n; i++)
		free(sharing->cells[i].path);
	free(sharing->cells);
	free(sharing->writers);
	free(sharing->lines);
	*sharing = (struct scan_sharing){0};
}
