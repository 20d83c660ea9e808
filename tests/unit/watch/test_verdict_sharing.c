/* test_verdict_sharing.c - src/watch/verdict_sharing.c: lines that travel between two threads, and those that do not */
#include "made_plan.h"

#include "tap.h"

enum { A = 12, B = 13, X = 0x10000 };

static struct made made;

struct traffic {
	unsigned fields[2];
	uint64_t objects[2];
	uint64_t pass_ns;
	unsigned changes;             /* of hands */
	bool both;                    /* now and then each writes the other's */
	bool one_cpu, one_thread;
};

static unsigned run(struct traffic traffic, const struct finding **ret_one)
{
	static struct verdict *verdict;
	struct verdict_options options = {.thread_name = made_thread_name};

	verdict_free(verdict);
	made_init(&made);
	if (verdict_new(&made.plan, &options, &verdict))
		return 99;
	for (unsigned i = 0; i < traffic.changes; i++) {
		unsigned who = i % 2, what = traffic.both && i % 10 == 9 ? !who : who;

		made_write(verdict, &made, (struct made_event){
			.field = traffic.fields[what], .object = traffic.objects[what],
			.tid = traffic.one_thread || !who ? A : B,
			.cpu = traffic.one_cpu ? 0 : who, .pass_ns = traffic.pass_ns, .value = i});
	}
	return made_findings(verdict, FINDING_SHARING, ret_one);
}

int main(void)
{
	const struct traffic hot = {.fields = {COUNT_A, COUNT_B}, .objects = {X, X}, .changes = 2000};
	const struct finding *one = NULL;
	struct traffic traffic = hot;

	tap_eq_int(run(traffic, &one), 1, "two threads, each with a field of its own, in one line: one finding");
	if (one) {
		tap_ok((one->field == COUNT_A && one->field2 == COUNT_B) ||
		       (one->field == COUNT_B && one->field2 == COUNT_A),
		       "both fields are named");
		tap_ok(one->count > 1900 && one->count < 2000, "changes of hands are counted: %llu", (unsigned long long)one->count);
		tap_ok(one->first.sides[0].tid != one->first.sides[1].tid && one->first.sides[0].thread[0] &&
		       one->first.sides[0].field != one->first.sides[1].field, "both threads, each with its field");
	}
	traffic.fields[1] = COUNT_A;
	traffic.objects[1] = X + 16;
	tap_eq_int(run(traffic, &one), 1, "the same field of two objects side by side: a finding");
	tap_ok(one && one->field == COUNT_A && one->field2 == COUNT_A, "which names it twice");
	traffic.objects[1] = X + 64;
	tap_eq_int(run(traffic, NULL), 0, "a line apart: nothing");
	traffic = hot;
	traffic.fields[1] = COUNT_A;
	tap_eq_int(run(traffic, NULL), 0, "the same bytes: they share data, not only the line");
	traffic = hot;
	traffic.both = true;
	tap_eq_int(run(traffic, NULL), 0, "both threads write both, as in memory that is used again: nothing");
	traffic = hot;
	traffic.changes = 60;
	tap_eq_int(run(traffic, NULL), 0, "a few changes of hands: nothing");
	traffic.changes = 2000;
	traffic.pass_ns = 5000000;
	tap_eq_int(run(traffic, NULL), 0, "now and then: nothing");
	traffic = hot;
	traffic.one_thread = true;
	tap_eq_int(run(traffic, NULL), 0, "one thread that moves between CPUs: nothing");
	traffic = hot;
	traffic.one_cpu = true;
	tap_eq_int(run(traffic, NULL), 0, "two threads on one CPU: nothing travels");
	return tap_done();
}
