/*
 * checked.h - checked builds: concurrent fills of one record, and writes that a policy forbids, told when they happen
 *
 * Code compiled with -DFG_CHECKED (on by itself under ThreadSanitizer; -DFG_CHECKED=0 keeps it off) tells the library
 * which record it fills, and which thread writes a field of the policy `owner`. A record belongs to one thread: two
 * that fill it at once are reported with both, as Go does for its maps. Without FG_CHECKED the macros below are
 * nothing, and the machine code is as if they weren't there. Code with and without it can be linked together: layouts
 * are the same.
 *
 *     void fill(struct order *record)
 *     {
 *             FG_FILL(record, "order");              // until the function returns
 *             FG_FILL_FIELD("order.status");         // what is being written from here on, for the report
 *             record->status = ORDER_PAID;
 *     }
 *
 * The table behind it is made of relaxed atomics, so that it orders nothing: it hides no race from ThreadSanitizer.
 */
#ifndef FIELDGUARD_CHECKED_H
#define FIELDGUARD_CHECKED_H

#include <fieldguard/base.h>
#include <stdatomic.h>

#ifndef FG_CHECKED
#if defined(__SANITIZE_THREAD__)
#define FG_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FG_CHECKED 1
#endif
#endif
#endif
#ifndef FG_CHECKED
#define FG_CHECKED 0
#endif

enum fg_violation_kind {
	FG_VIOLATION_FILL = 1,       /* two threads fill one record at the same time */
	FG_VIOLATION_OWNER,          /* a thread writes an `owner` field that belongs to another thread */
	FG_VIOLATION_ONCE,           /* a `once` field that was written already is set to another value */
};

/* Where a thread was. Static texts; NULL where it isn't known. */
struct fg_violator {
	uint64_t thread;             /* as gettid() gives it; 0: not known */
	const char *function;        /* that fills or writes: "order_decode" */
	const char *field;           /* being filled or written: "order.status" */
};

struct fg_violation {
	enum fg_violation_kind kind;
	const char *type;            /* "order" */
	const void *object;          /* the record, or the shared record */
	struct fg_violator here;     /* the thread that calls the handler */
	struct fg_violator there;    /* the other one; may go on meanwhile */
};

/*
 * Sets what is called on a violation, in place of a report on stderr and abort.
 * handler: called by the thread that finds it, which then goes on; from several threads at once; violation is valid
 * during the call. NULL: back to the default.
 * Threads: any; a violation found at the same moment may still go to the former handler.
 */
FG_API void fg_checked_set_handler(void (*handler)(const struct fg_violation *violation, void *user), void *user);

/*
 * Writes "concurrent fill of struct order at 0x...: thread 12 in order_decode (order.status), thread 13 in ...".
 * buf: size bytes, always NUL-terminated if size > 0. Returns: the length that the whole text has, as snprintf.
 * Threads: any.
 */
FG_API size_t fg_violation_format(const struct fg_violation *violation, char *buf, size_t size);

/* ---- what the macros call; names here may change between versions -------------------------------------------- */

/* One fill in progress, on the stack of who fills. */
struct fg_fill {
	struct fg_fill *outer;       /* of the same thread */
	void *slot;                  /* in the table of the library; NULL: that was full, the fill is not watched */
};

FG_API void fg_fill_enter(struct fg_fill *fill, const void *record, const char *type, const char *function);
FG_API void fg_fill_field(const char *field);
FG_API void fg_fill_leave(struct fg_fill *fill);
/* writer: 0, or who owns it. */
FG_API void fg_owned_by_caller(_Atomic uint64_t *writer, const void *shared, const char *type, const char *field,
                               const char *function);
FG_API void fg_own(_Atomic uint64_t *writer);
FG_API void fg_once_broken(const void *shared, const char *type, const char *field, const char *function);

#if FG_CHECKED
/* The function that this stands in fills the record until it returns. Behind the declarations; once a function. */
#define FG_FILL(record, type)                                                                                          \
	__attribute__((cleanup(fg_fill_leave))) struct fg_fill fg_fill_here;                                           \
	fg_fill_enter(&fg_fill_here, (record), (type), __func__)
#define FG_FILL_FIELD(field) fg_fill_field(field)
#define FG_OWNED(writer, shared, type, field) fg_owned_by_caller((writer), (shared), (type), (field), __func__)
#define FG_OWN(writer) fg_own(writer)
#define FG_ONCE_BROKEN(broken, shared, type, field)                                                                    \
	do {                                                                                                           \
		if (broken)                                                                                            \
			fg_once_broken((shared), (type), (field), __func__);                                           \
	} while (0)
#else
#define FG_FILL(record, type) ((void)0)
#define FG_FILL_FIELD(field) ((void)0)
#define FG_OWNED(writer, shared, type, field) ((void)0)
#define FG_OWN(writer) ((void)0)
#define FG_ONCE_BROKEN(broken, shared, type, field) ((void)0)
#endif

#endif
