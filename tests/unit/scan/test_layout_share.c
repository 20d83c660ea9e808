/* test_layout_share.c - who shares a cache line with whom: by tags, by types, by a recording */
#include "tagged.h"

#include "scan/layout.h"
#include "tap.h"

static size_t writer_at(const struct scan_sharing *sharing, const char *path)
{
	for (size_t i = 0; i < sharing->cells_n; i++)
		if (strcmp(sharing->cells[i].path, path) == 0)
			return sharing->cells[i].writer;
	return SIZE_MAX;
}

static void test_tags(void)
{
	struct scan_sharing sharing;

	tap_eq_int(scan_layout_sharing(NULL, &tagged_order, 64, NULL, 0, &sharing), 0, "it is looked at");
	tap_eq_int(sharing.basis, SCAN_BASIS_TAGS, "by its tags");
	tap_eq_int(sharing.cells_n, 8, "every member has a writer");
	tap_eq_int(sharing.lines_n, 1, "one line is shared: a once field is no writer");
	if (sharing.lines_n) {
		tap_eq_int(sharing.lines[0].line, 0, "the first");
		tap_eq_int(sharing.lines[0].writers_n, 4, "snapshot, status, views, money");
		tap_ok(sharing.lines[0].hot, "and one of them is hot");
	}
	tap_ok(writer_at(&sharing, "amount") == writer_at(&sharing, "currency"), "a group has one writer");
	tap_ok(writer_at(&sharing, "status") != writer_at(&sharing, "views"), "atomics have one each");
	scan_sharing_fini(&sharing);
	scan_layout_sharing(NULL, &tagged_order, 128, NULL, 0, &sharing);
	tap_eq_int(sharing.lines[0].writers_n, 5, "in lines of 128 address is there too");
	scan_sharing_fini(&sharing);
}

static void test_local(void)
{
	struct scan_type type = tagged_order;
	struct scan_sharing sharing;

	type.tag.present = type.tag.local = true;
	scan_layout_sharing(NULL, &type, 64, NULL, 0, &sharing);
	tap_eq_int(sharing.basis, SCAN_BASIS_LOCAL, "one thread's own");
	tap_eq_int(sharing.lines_n, 0, "shares nothing");
	scan_sharing_fini(&sharing);
}

static void test_types(void)
{
	struct scan_type atomic = {.kind = SCAN_KIND_QUALIFIED, .qualifiers = SCAN_ATOMIC, .target = &made_i64,
	                           .size = 8};
	struct scan_type mutex = {.kind = SCAN_KIND_TYPEDEF, .name = "pthread_mutex_t", .target = &made_char40, .size = 40};
	struct scan_member members[] = {
		{.name = "hits", .type = &atomic, .offset_bits = 0, .size_bits = 64},
		{.name = "lock", .type = &mutex, .offset_bits = 64, .size_bits = 320},
		{.name = "plain", .type = &made_i64, .offset_bits = 384, .size_bits = 64},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .name = "struct t", .size = 56, .align = 8, .members = members,
	                         .members_n = 3};
	struct scan_sharing sharing;

	scan_layout_sharing(NULL, &type, 64, NULL, 0, &sharing);
	tap_eq_int(sharing.basis, SCAN_BASIS_TYPES, "no tags: by types");
	tap_eq_int(sharing.cells_n, 2, "an atomic and a lock");
	tap_eq_int(sharing.lines_n, 1, "share a line");
	scan_sharing_fini(&sharing);
	scan_layout_sharing(NULL, &made_order, 64, NULL, 0, &sharing);
	tap_eq_int(sharing.basis, SCAN_BASIS_NONE, "without either nothing is known");
	scan_sharing_fini(&sharing);
}

static void test_observed(void)
{
	struct scan_observed apart[] = {{"id", 7, 100}, {"more", 8, 1}, {"items[3].price", 7, 5}};
	struct scan_observed together[] = {{"id", 7, 100}, {"items[0].count", 8, 1}, {"note", 8, 0}};
	struct scan_observed both[] = {{"more", 7, 1}, {"more", 8, 1}, {"a", 7, 1}};
	struct scan_sharing sharing;

	scan_layout_sharing(NULL, &made_order, 64, apart, 3, &sharing);
	tap_eq_int(sharing.basis, SCAN_BASIS_OBSERVED, "by the recording");
	tap_eq_int(sharing.cells_n, 3, "three members were written");
	tap_eq_int(sharing.lines_n, 1, "items, of thread 7, and more, of thread 8, meet on line 1");
	tap_eq_int(sharing.lines_n ? sharing.lines[0].line : 9, 1, "there alone");
	scan_sharing_fini(&sharing);
	scan_layout_sharing(NULL, &made_order, 64, together, 3, &sharing);
	tap_eq_int(sharing.cells_n, 2, "no writes are no writer");
	tap_eq_int(sharing.lines_n, 1, "id and items meet on line 0");
	scan_sharing_fini(&sharing);
	scan_layout_sharing(NULL, &made_order, 64, both, 3, &sharing);
	tap_eq_int(sharing.lines_n, 0, "more ends line 1, a begins line 2");
	scan_sharing_fini(&sharing);
	scan_layout_sharing(NULL, &made_order, 256, both, 3, &sharing);
	tap_eq_int(sharing.lines_n, 1, "two threads of one member are another writer than one of them");
	scan_sharing_fini(&sharing);
}

/* A field of a nested struct, and one whose name only begins alike. */
static void test_paths(void)
{
	struct scan_member members[] = {
		{.name = "item", .type = &made_item, .offset_bits = 0, .size_bits = 192},
		{.name = "items_n", .type = &made_i64, .offset_bits = 192, .size_bits = 64},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .name = "struct t", .size = 32, .align = 8, .members = members,
	                         .members_n = 2};
	struct scan_observed observed[] = {{"item.count", 1, 1}, {"item.price", 2, 1}};
	struct scan_sharing sharing;

	scan_layout_sharing(NULL, &type, 64, observed, 2, &sharing);
	tap_eq_int(sharing.cells_n, 2, "two fields of item, and not items_n");
	tap_eq_str(sharing.cells[0].path, "item.price", "by offset");
	tap_eq_str(sharing.cells[1].path, "item.count", "with the path");
	tap_eq_int(sharing.lines_n, 1, "of two threads");
	scan_sharing_fini(&sharing);
}

int main(void)
{
	test_tags();
	test_local();
	test_types();
	test_observed();
	test_paths();
	return tap_done();
}
