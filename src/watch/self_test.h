/*
 * self_test.h - is a probe of each kind sound on the kernel that runs now?
 *
 * A child of its own runs each instruction that plans may put a probe on, with and without it: memory, general and
 * vector registers, flags and the red zone must come out equal, and the probe must have fired every time. Kinds that
 * fail are not used, and what was found is told.
 */
#ifndef FG_WATCH_SELF_TEST_H
#define FG_WATCH_SELF_TEST_H

#include "watch/kernel.h"

/* Kinds of instruction under a probe. */
enum self_test_kind {
	SELF_TEST_PUSH = 0,           /* push of a register, with and without REX */
	SELF_TEST_NOP,                /* of one byte */
	SELF_TEST_JUMP,               /* jmp and jcc, short and near, taken and not */
	SELF_TEST_CALL,               /* by a relative address */
	SELF_TEST_MOV_STORE,          /* mov to memory: 1, 2, 4, 8 bytes, register and immediate, each address form */
	SELF_TEST_ARITHMETIC_STORE,   /* add, sub, and, or, xor, inc, dec to memory */
	SELF_TEST_SSE_STORE,          /* movups, movaps, movdqu, movdqa, movss, movsd, movq, movd */
	SELF_TEST_TEST,               /* register-only forms that stand at the entry of free(): test, cmp */
	SELF_TEST_HOLD,               /* a thread held, and one that is not held up by it */
	SELF_TEST_POINT,              /* hardware watchpoints fire, with the right thread */
	SELF_TEST_KINDS,
};

struct self_test_result {
	bool tried, sound;
	unsigned forms;               /* encodings tried */
	unsigned lost;                /* forms whose probe did not fire each time */
	unsigned harmed;              /* forms whose result differed */
	const char *why;              /* where it is not sound or was not tried: static text */
	double cost_ns;               /* of one hit, measured; 0: not */
};

struct self_test {
	struct self_test_result of[SELF_TEST_KINDS];
};

const char *self_test_name(enum self_test_kind kind);
/* The kind of the instruction at these bytes. Returns: SELF_TEST_KINDS: none that was tested, no probe goes there. */
enum self_test_kind self_test_kind_of(const uint8_t *bytes, size_t n);
/* Runs it: some 100 ms. Returns: 0 or a negative errno with ret_error (the test itself could not run). */
int self_test_run(struct kernel *kernel, struct self_test *ret_test, struct watch_error *ret_error);
/* The negative control: encodings that no plan puts a probe on, since kernels lose such stores, tried all the same.
 * What comes out of it decides nothing; it shows that the test sees harm, or that this kernel does none.
 * Returns: 0 or a negative errno with ret_error: the kernel refuses such probes. */
int self_test_control(struct kernel *kernel, struct self_test_result *ret_result, struct watch_error *ret_error);

#endif
