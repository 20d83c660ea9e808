/* test_source.c - lines of source files, and what they say of how they store: files written by the test */
#include "scan/source.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/test_source.XXXXXX";
static struct scan_source *source;

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0)
		tap_ok(false, "%s is written", path);
	if (file)
		fclose(file);
}

static void remove_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

/* ---- statements ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *text;
	unsigned line, column;
	enum scan_source_atomic want;
	const char *file;             /* NULL: of C */
} cases[] = {
	{"o->id = 1;\n", 1, 7, SCAN_SOURCE_PLAIN, NULL},
	{"o->n++;\n", 1, 1, SCAN_SOURCE_PLAIN, NULL},
	{"memcpy(o, p, n);\n", 1, 1, SCAN_SOURCE_PLAIN, NULL},
	{"__atomic_store_n(&o->id, 1, __ATOMIC_RELEASE);\n", 1, 1, SCAN_SOURCE_ATOMIC, NULL},
	{"__atomic_store_n(&o->id,\n\t1,\n\t__ATOMIC_RELEASE);\n", 3, 2, SCAN_SOURCE_ATOMIC, NULL},
	{"atomic_store_explicit(\n\t&o->id, 1,\n\tmemory_order_release);\n", 2, 0, SCAN_SOURCE_ATOMIC, NULL},
	{"WRITE_ONCE(o->id, 1);\n", 1, 1, SCAN_SOURCE_ATOMIC, NULL},
	{"o->flag.store(true);\n", 1, 9, SCAN_SOURCE_ATOMIC, NULL},
	{"asm volatile(\"movb $0,%0\" : \"=m\"(o->word));\n", 1, 1, SCAN_SOURCE_ATOMIC, NULL},
	/* Loaded atomically, stored plainly. */
	{"o->id = atomic_load_explicit(&n, memory_order_acquire);\n", 1, 7, SCAN_SOURCE_PLAIN, NULL},
	{"o->id = READ_ONCE(n);\n", 1, 7, SCAN_SOURCE_PLAIN, NULL},
	{"o.id = atomic.LoadInt64(&n)\n", 1, 6, SCAN_SOURCE_PLAIN, "x.go"},
	{"o->id = __atomic_exchange_n(&n, 0, 3);\n", 1, 7, SCAN_SOURCE_ATOMIC, NULL},
	{"atomic_store(&o->id, atomic_load(&n));\n", 1, 1, SCAN_SOURCE_ATOMIC, NULL},
	/* A macro in small letters: what it does can't be seen. */
	{"publish(&o->id, 1);\n", 1, 1, SCAN_SOURCE_ATOMIC, NULL},
	{"if (ready)\n\tpublish(&o->id, 1);\n", 2, 2, SCAN_SOURCE_ATOMIC, NULL},
	{"o->id = publish(1);\n", 1, 7, SCAN_SOURCE_PLAIN, NULL},
	{"return make(1);\n", 1, 1, SCAN_SOURCE_PLAIN, NULL},
	{"order(long n) : id(n), sum(0) {}\n", 1, 17, SCAN_SOURCE_PLAIN, NULL},
	{"setAll(o)\n", 1, 1, SCAN_SOURCE_PLAIN, "x.go"},
	{"atomic.StoreInt64(&o.id, 1)\n", 1, 1, SCAN_SOURCE_ATOMIC, "x.go"},
	/* Comments say nothing, and hide nothing. */
	{"o->id = 1; /* not by __atomic_store_n */\n", 1, 7, SCAN_SOURCE_PLAIN, NULL},
	{"/* release */ __atomic_store_n(&o->id, 1, 3);\n", 1, 15, SCAN_SOURCE_ATOMIC, NULL},
	{"o->id = 1; // atomic_\n", 1, 7, SCAN_SOURCE_PLAIN, NULL},
	{"o->id /* a; b */ = 1;\n", 1, 18, SCAN_SOURCE_PLAIN, NULL},
	/* Several statements in one line. */
	{"LOCK(m); o->id = 1; UNLOCK(m);\n", 1, 16, SCAN_SOURCE_PLAIN, NULL},
	{"LOCK(m); o->id = 1; UNLOCK(m);\n", 1, 0, SCAN_SOURCE_ATOMIC, NULL},
	{"o->n = 2; __atomic_store_n(&o->id, 1, 3);\n", 1, 11, SCAN_SOURCE_ATOMIC, NULL},
	{"o->n = 2; __atomic_store_n(&o->id, 1, 3);\n", 1, 6, SCAN_SOURCE_PLAIN, NULL},
	{"void f(void) { o->id = 1; }\n", 1, 22, SCAN_SOURCE_PLAIN, NULL},
	{"for (int i = 0; i < 3; o->n++)\n", 1, 24, SCAN_SOURCE_PLAIN, NULL},
	/* Neighbours are other statements. */
	{"__atomic_store_n(&o->n, 1, 3);\no->id = 1;\natomic_x();\n", 2, 7, SCAN_SOURCE_PLAIN, NULL},
	{"o->id = 1;\n", 2, 1, SCAN_SOURCE_PLAIN, NULL},
	{"o->id = 1;\n", 9, 1, SCAN_SOURCE_UNREAD, NULL},
	{"o->id = 1;\n", 0, 0, SCAN_SOURCE_UNREAD, NULL},
	{"o->id == 1 ? f(x) : g(y);\n", 1, 1, SCAN_SOURCE_PLAIN, NULL},
	{"o->id <<= 2;\n", 1, 7, SCAN_SOURCE_PLAIN, NULL},
};

static void test_statements(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "%zu%s", i, cases[i].file ? cases[i].file : "x.c");
		write_file(name, cases[i].text);
		tap_eq_int(scan_source_atomic(source, folder, name, cases[i].line, cases[i].column), cases[i].want,
		           "line %u, column %u of %.*s", cases[i].line, cases[i].column,
		           (int)strcspn(cases[i].text, "\n"), cases[i].text);
		remove_file(name);
	}
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static void test_files(void)
{
	char text[64], path[128];

	write_file("lines.c", "first\n\t second \n\nlast");
	snprintf(path, sizeof(path), "%s/lines.c", folder);
	tap_ok(scan_source_line(source, NULL, path, 1, text, sizeof(text)), "a file by its absolute name");
	tap_eq_str(text, "first", "its first line");
	tap_ok(scan_source_line(source, folder, "lines.c", 2, text, sizeof(text)), "one from where the compiler ran");
	tap_eq_str(text, "second", "white space at the ends is left out");
	tap_ok(scan_source_line(source, folder, "lines.c", 3, text, sizeof(text)) && !*text, "an empty line");
	tap_ok(scan_source_line(source, folder, "lines.c", 4, text, sizeof(text)) && !strcmp(text, "last"), "the last");
	tap_ok(!scan_source_line(source, folder, "lines.c", 5, text, sizeof(text)), "there is no fifth");
	tap_ok(!scan_source_line(source, folder, "none.c", 1, text, sizeof(text)), "no such file");
	tap_ok(!scan_source_line(source, folder, NULL, 1, text, sizeof(text)), "no file");
	tap_ok(scan_source_line(source, folder, "lines.c", 2, text, 4) && strlen(text) < 4, "a small buffer");
	remove_file("lines.c");
}

/* Edited since the program was built: it may say anything. */
static void test_trust(void)
{
	char text[64];

	write_file("edited.c", "o->id = 1;\n");
	scan_source_trust_until(source, time(NULL) - 3600);
	tap_ok(!scan_source_line(source, folder, "edited.c", 1, text, sizeof(text)), "a file that is newer than the program");
	tap_eq_int(scan_source_atomic(source, folder, "edited.c", 1, 0), SCAN_SOURCE_UNREAD, "... says nothing of stores");
	scan_source_trust_until(source, time(NULL) + 3600);
	tap_eq_int(scan_source_atomic(source, folder, "edited.c", 1, 0), SCAN_SOURCE_PLAIN, "of a later program it does");
	scan_source_trust_until(source, 0);
	tap_ok(scan_source_line(source, folder, "edited.c", 1, text, sizeof(text)), "and where nobody asks for its age");
	remove_file("edited.c");
}

static void test_headers(void)
{
	tap_ok(scan_source_is_atomics("/usr/include/c++/12/bits/atomic_base.h"), "the header of std::atomic");
	tap_ok(scan_source_is_atomics("/usr/include/c++/12/atomic"), "the one without a suffix");
	tap_ok(scan_source_is_atomics("/usr/lib/go/src/runtime/internal/atomic/stubs.go"), "Go's");
	tap_ok(scan_source_is_atomics("/rustc/1234/library/core/src/sync/atomic.rs"), "Rust's");
	tap_ok(!scan_source_is_atomics("/home/me/atomic_test.c"), "a program's own file");
	tap_ok(!scan_source_is_atomics(NULL), "none");
}

int main(void)
{
	source = scan_source_new();
	if (!source || !mkdtemp(folder)) {
		tap_ok(false, "a folder is made");
		return tap_done();
	}
	test_statements();
	test_files();
	test_trust();
	test_headers();
	scan_source_free(source);
	rmdir(folder);
	return tap_done();
}
