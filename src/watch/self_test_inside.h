/*
 * self_test_inside.h - parts of self_test.c that only its neighbours see: encodings, and the child that runs them
 *
 * Machine code in a file of its own (uprobes sit in files), mapped by the child: a slot for each form, and behind
 * them one page of data. The child runs a form between loading all registers from `struct machine` and storing them
 * there.
 *
 *     slot:   0  landing A: marker = 2, out
 *            32  the form; behind it: marker = 1, out
 *            96  landing B: marker = 3, out
 */
#ifndef FG_WATCH_SELF_TEST_INSIDE_H
#define FG_WATCH_SELF_TEST_INSIDE_H

#include "watch/self_test.h"

enum {
	FORM_SLOT = 128,
	FORM_AT = 32,
	FORM_A = 0, FORM_B = 96,
	FORM_VARIANTS = 2,            /* each with registers and flags of its own */
	FORM_REPEATS = 2,             /* under the probe */
	FORM_SCALED = 16,             /* index * scale in each form */
	FORM_STORED = 3,              /* in the last: from its begin to behind the store */
	DATA_BYTES = 8192,            /* the child's memory: below 2 GiB, so that every form can address it */
	DATA_STACK = 2048, DATA_AT = 6144, /* rsp and the base registers */
	PAGE_BACK = 0, PAGE_MARKER = 8, PAGE_SCRATCH = 256, PAGE_USED = 1024, /* in the page of data behind the slots */
	FORM_NO_REGISTER = -1,
};

/* One encoding. Registers are numbered as in instructions: rax 0, rcx 1, rdx 2, rbx 3, rsp 4. */
struct form {
	uint8_t bytes[16];
	uint8_t n;
	uint8_t kind;                 /* enum self_test_kind */
	int8_t base, index;           /* that it addresses with */
	uint8_t scale;
	uint8_t rip_at;               /* where its offset from rip is, which its slot decides; 0: none */
	uint8_t absolute_at;          /* where the address of the child's memory is; 0: none */
};

struct forms {
	struct form *forms;
	size_t n, size;               /* the last is no form but a function that stores: of kind SELF_TEST_HOLD */
	bool no_memory;
};

/* All forms of all kinds. Owner: the caller, free(forms->forms). Returns: 0 or -ENOMEM. */
int self_test_forms(struct forms *forms);
/* Those of the negative control, as if they were of this kind. */
enum { SELF_TEST_CONTROL_KIND = SELF_TEST_SSE_STORE };
int self_test_control_forms(struct forms *forms);
/* Machine code of all slots, and the page of data. data: address of the child's memory. Owner: the caller, free().
 * Returns: NULL: no memory. */
uint8_t *self_test_image(const struct forms *forms, uint64_t data, size_t *ret_size, size_t *ret_page);

/* What the child and we share. */
struct self_test_shared {
	uint64_t data;                /* address of its memory */
	uint64_t back;
	uint64_t word[4][8];          /* that threads store to, a line each */
	uint32_t stop;
	uint32_t tids[4];
	uint64_t stores[4];
	double cost_ns;               /* of one run of the form asked for */
	uint32_t current;             /* form that runs now: the one that a dead child died of */
	uint32_t wanted;              /* form of COST */
	uint32_t runs;                /* of COST */
	struct self_test_outcome {
		uint64_t hash[FORM_VARIANTS];
		uint32_t runs, harmed;
	} outcomes[];
};

/* What the child can be told to do. Each ends with a byte back. */
enum self_test_work {
	SELF_TEST_WORK_REFERENCE = 'r', /* run all forms and keep the outcomes */
	SELF_TEST_WORK_COMPARE = 'c', /* run all from `current` on, and compare */
	SELF_TEST_WORK_COST = 'm',
	SELF_TEST_WORK_THREADS = 't', /* threads that store until told to stop */
	SELF_TEST_WORK_POINT = 'p',   /* the first thread and another store, five times each */
};

struct self_test_child {
	pid_t pid;
	int fd;                       /* of a pair of sockets */
};

/* Starts a child with the image mapped. Returns: 0 or a negative errno. */
int self_test_child_start(struct self_test_child *child, const struct forms *forms, int image_fd, size_t image_size,
                          size_t page, struct self_test_shared *shared);
/* Tells it, without waiting. */
int self_test_child_tell(struct self_test_child *child, enum self_test_work work);
/* Returns: 0: it is done; -ECHILD: it died; -ETIMEDOUT. */
int self_test_child_wait(struct self_test_child *child, int timeout_ms);
void self_test_child_end(struct self_test_child *child);

/* What is under test: one run. */
struct self_test_run {
	struct kernel *kernel;
	struct self_test *test;
	struct forms forms;
	size_t stride;                /* of forms, each so manyth is tried */
	uint8_t *image;
	size_t image_size, page;
	int image_fd;
	char path[64];                /* as the kernel opens it */
	struct self_test_shared *shared;
	size_t shared_size;
	struct self_test_child child;
	uint32_t first_id;            /* of probes */
};

/* HOLD and POINT. */
void self_test_hold(struct self_test_run *run);
void self_test_point(struct self_test_run *run);

#endif
