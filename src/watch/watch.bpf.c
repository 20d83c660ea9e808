/*
 * watch.bpf.c - the programs in the kernel: at each probe and each watchpoint of the watched process
 *
 * One hit: count it; find the address stored to; look whether another thread is held at these bytes (a proof that no
 * lock stands between the two); perhaps hold this thread; perhaps send an event. What is before the store is looked at
 * last, what is after it first, so that an event's value and time are as near to the store as can be.
 *
 * The programs may be preempted and may run on several CPUs at once: all counters are atomic, nothing is kept by CPU.
 */
#include "watch/watch_maps.h"

#include <bpf/bpf_helpers.h>

char watch_license[] SEC("license") = "GPL";

enum {
	CONVICTIONS = 4,              /* of one hold: the others who arrive before it ends are not told */
	COLD = 64,                    /* bytes not known to be shared are held so much more rarely */
	HOLD_PLENTY_NS = 5000000,     /* unspent allowance from which holds are longer */
	HOLD_LONGER = 3,              /* times */
	SPINS = 1 << 20,              /* of a hold: a bound beyond the longest */
};

/* Set before loading. */
const volatile bool can_hold = true;            /* the kernel has bpf_loop */
const volatile uint64_t namespace_device = 0;   /* of the loader's PID namespace; inode 0: it is the first one */
const volatile uint64_t namespace_inode = 0;

/* Shared with the loader. */
struct wire_settings settings __attribute__((aligned(64)));
struct wire_totals totals __attribute__((aligned(64)));
uint32_t points[WATCH_POINTS] __attribute__((aligned(64))); /* cookie + 1; 0: none */

/* Of the programs alone. */
uint32_t held __attribute__((aligned(64)));     /* threads held now: most hits look no further */
struct watch_hold holds[WIRE_HOLDS];
struct watch_near near[1 << WATCH_NEAR_BITS];

struct counts {
	struct wire_count slots[WIRE_SLOTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct wire_probe);
} probes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct counts);
} counters SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, WIRE_SHARDS);
	__type(key, uint32_t);
	__array(values, struct ring);
} rings SEC(".maps");

/* One hit, as far as it is known. */
struct seen {
	const struct wire_probe *probe;
	struct wire_count *count;
	uint64_t address, ip, goroutine, time_ns;
	uint32_t id, tid, tgid, width, flags, cpu, kind;
	uint32_t lock, lock_known;
	uint32_t old_n, new_n;
	uint8_t old_value[WIRE_VALUE], new_value[WIRE_VALUE];
};

static __always_inline void add(uint64_t *to, uint64_t n)
{
	__sync_fetch_and_add(to, n);
}

/* ---- the process ----------------------------------------------------------------------------------------------- */

/* Process and thread as the loader numbers them. */
static __always_inline bool is_ours(struct seen *seen)
{
	struct bpf_pidns_info here;
	uint64_t both;

	if (!settings.tgid)
		return false;
	if (namespace_inode) {
		if (bpf_get_ns_current_pid_tgid(namespace_device, namespace_inode, (void *)&here, sizeof(here)))
			return false;
		seen->tgid = here.tgid;
		seen->tid = here.pid;
	} else {
		both = bpf_get_current_pid_tgid();
		seen->tgid = (uint32_t)(both >> 32);
		seen->tid = (uint32_t)both;
	}
	return seen->tgid == settings.tgid;
}

/* Finds the probe and its counters. */
static __always_inline bool know(struct seen *seen)
{
	struct counts *counts;

	seen->probe = bpf_map_lookup_elem(&probes, &seen->id);
	counts = bpf_map_lookup_elem(&counters, &seen->id);
	if (!seen->probe || !counts)
		return false;
	seen->cpu = bpf_get_smp_processor_id();
	seen->count = &counts->slots[seen->cpu & (WIRE_SLOTS - 1)];
	seen->flags = seen->probe->flags;
	return true;
}

/* One of the registers. In assembly, or the compiler would turn all cases into one load from a place worked out
 * before, which the verifier does not let pass. */
#define LOAD(field) \
	__asm__ volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(value) : "r"(regs), "i"(__builtin_offsetof(struct pt_regs, field)))

/* A register by its number in DWARF, 0 to 15. With a known value for any other number the verifier could not take the
 * ways through it for one, and would look at all that follows for each: six times as many instructions. */
static __noinline uint64_t register_of(const struct pt_regs *regs, int32_t number)
{
	uint64_t value;

	switch (number) {
	case 0: LOAD(ax); break;
	case 1: LOAD(dx); break;
	case 2: LOAD(cx); break;
	case 3: LOAD(bx); break;
	case 4: LOAD(si); break;
	case 5: LOAD(di); break;
	case 6: LOAD(bp); break;
	case 7: LOAD(sp); break;
	case 8: LOAD(r8); break;
	case 9: LOAD(r9); break;
	case 10: LOAD(r10); break;
	case 11: LOAD(r11); break;
	case 12: LOAD(r12); break;
	case 13: LOAD(r13); break;
	case 14: LOAD(r14); break;
	default: LOAD(r15); break;
	}
	return value;
}

/* Reads n bytes, at most WIRE_VALUE. A page that is absent is brought in where the program may sleep.
 * Returns: bytes read, all or none; what can't be read is counted. */
static __always_inline uint32_t read(const struct seen *seen, void *to, uint32_t n, uint64_t address, bool may_sleep)
{
	if (n > WIRE_VALUE)
		n = WIRE_VALUE;
	if (bpf_probe_read_user(to, n, (const void *)address) == 0)
		return n;
	if (may_sleep && bpf_copy_from_user(to, n, (const void *)address) == 0)
		return n;
	add(&seen->count->faults, 1);
	return 0;
}

/* The address of the bytes stored, and how many. Returns: false: none. */
static __always_inline bool locate(const struct pt_regs *regs, struct seen *seen)
{
	const struct wire_probe *probe = seen->probe;
	uint64_t length = probe->width;

	if (seen->flags & WIRE_PAUSE)
		return true;
	seen->address = probe->displacement;
	if (probe->base != WIRE_NONE)
		seen->address += register_of(regs, probe->base);
	if (probe->index != WIRE_NONE)
		seen->address += register_of(regs, probe->index) * probe->scale;
	if (seen->flags & WIRE_BULK)
		length = register_of(regs, probe->length);
	seen->width = length > 0xffffffff ? 0xffffffff : (uint32_t)length;
	return seen->address && (seen->width || seen->flags & WIRE_FREE);
}

static __always_inline void find_goroutine(const struct pt_regs *regs, struct seen *seen, bool may_sleep)
{
	uint64_t g = 0, base = 0;

	if (seen->flags & WIRE_GO) {
		g = regs->r14;
	} else if (seen->flags & WIRE_GO_TLS && settings.fsbase_offset) {
		bpf_probe_read_kernel(&base, sizeof(base),
		                      (const void *)(bpf_get_current_task() + settings.fsbase_offset));
		read(seen, &g, sizeof(g), base - 8, may_sleep);
	}
	if (g)
		read(seen, &seen->goroutine, sizeof(seen->goroutine), g + settings.goid_offset, may_sleep);
}

static __always_inline void find_new(const struct pt_regs *regs, struct seen *seen, bool may_sleep)
{
	uint64_t value;

	if (seen->flags & WIRE_AFTER && !(seen->flags & WIRE_TOLD)) {
		seen->new_n = read(seen, seen->new_value, seen->width, seen->address, may_sleep);
		return;
	}
	if (seen->flags & WIRE_HAS_IMMEDIATE)
		value = seen->probe->immediate;
	else if (seen->probe->value != WIRE_NONE)
		value = register_of(regs, seen->probe->value);
	else
		return;
	__builtin_memcpy(seen->new_value, &value, sizeof(value));
	seen->new_n = seen->width < sizeof(value) ? seen->width : sizeof(value);
}

static __always_inline void find_told(const struct pt_regs *regs, struct seen *seen)
{
	uint64_t value;

	if (!(seen->flags & WIRE_TOLD) || seen->probe->old == WIRE_NONE)
		return;
	value = register_of(regs, seen->probe->old);
	__builtin_memcpy(seen->old_value, &value, sizeof(value));
	seen->old_n = seen->width < sizeof(value) ? seen->width : sizeof(value);
}

static __always_inline void find_lock(struct seen *seen, bool may_sleep)
{
	uint64_t address = seen->address + (uint64_t)(int64_t)seen->probe->lock;

	if (seen->flags & WIRE_LOCK)
		seen->lock_known = read(seen, &seen->lock, sizeof(seen->lock), address, may_sleep) != 0;
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

static __always_inline void describe(struct wire_event *event, const struct seen *seen, uint32_t kind)
{
	event->time_ns = seen->time_ns;
	event->address = seen->address;
	event->goroutine = seen->goroutine;
	event->ip = seen->ip;
	event->kind = kind;
	event->probe = seen->id;
	event->tid = seen->tid;
	event->tgid = seen->tgid;
	event->width = seen->width;
	event->lock = seen->lock;
	event->old_n = (uint8_t)seen->old_n;
	event->new_n = (uint8_t)seen->new_n;
	event->stack_n = 0;
	event->lock_known = (uint8_t)seen->lock_known;
	event->cpu = seen->cpu;
	__builtin_memcpy(event->old_value, seen->old_value, WIRE_VALUE);
	__builtin_memcpy(event->new_value, seen->new_value, WIRE_VALUE);
}

/* Return addresses, innermost first. Returns: how many. */
static __always_inline uint32_t walk(void *ctx, uint64_t *to)
{
	/* One frame is left out: the place itself. */
	long bytes = bpf_get_stack(ctx, to, sizeof(uint64_t[WIRE_STACK]), BPF_F_USER_STACK | 1);

	return bytes > 0 ? (uint32_t)bytes / sizeof(uint64_t) : 0;
}

static __always_inline void *ring_of(uint32_t cpu)
{
	uint32_t shard = cpu & (WIRE_SHARDS - 1);

	return bpf_map_lookup_elem(&rings, &shard);
}

/* Nobody is woken: the loader looks by time. */
static __always_inline void send(void *ctx, struct seen *seen)
{
	void *ring = ring_of(seen->cpu);
	struct wire_event *event;

	if (!ring)
		goto dropped;
	if (seen->flags & WIRE_STACK_WANTED) {
		event = bpf_ringbuf_reserve(ring, sizeof(*event), 0);
		if (!event)
			goto dropped;
		describe(event, seen, seen->kind);
		event->stack_n = (uint8_t)walk(ctx, event->stack);
	} else {
		event = bpf_ringbuf_reserve(ring, __builtin_offsetof(struct wire_event, stack), 0);
		if (!event)
			goto dropped;
		describe(event, seen, seen->kind);
	}
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	add(&seen->count->events, 1);
	return;
dropped:
	add(&seen->count->dropped, 1);
}

/* ---- holds ----------------------------------------------------------------------------------------------------- */

static __always_inline uint32_t sequence_of(const struct watch_hold *hold)
{
	return *(const volatile uint32_t *)&hold->sequence;
}

/* Is a thread held there whom this one's arrival convicts? */
static __always_inline bool meets(const struct watch_hold *hold, const struct seen *seen)
{
	const struct wire_party *party = &hold->party;

	return sequence_of(hold) & 1 && hold->tgid == seen->tgid && party->tid != seen->tid &&
	       party->address < seen->address + seen->width &&
	       seen->address < party->address + party->width && !(party->flags & seen->flags & WIRE_READ);
}

/* Tells of both, if the other was held until all was copied. */
static __always_inline void convict(void *ctx, struct seen *seen, struct watch_hold *hold)
{
	void *ring = ring_of(seen->cpu);
	uint32_t sequence = sequence_of(hold), probe;
	struct wire_caught *caught;
	struct counts *counts;

	if (!(sequence & 1))
		return;
	caught = ring ? bpf_ringbuf_reserve(ring, sizeof(*caught), 0) : 0;
	if (!caught) {
		add(&seen->count->dropped, 1);
		return;
	}
	seen->time_ns = bpf_ktime_get_ns();
	describe(&caught->arrival, seen, WIRE_EVENT_CAUGHT);
	caught->arrival.stack_n = (uint8_t)walk(ctx, caught->arrival.stack);
	__builtin_memcpy(&caught->held, &hold->party, sizeof(caught->held));
	probe = caught->held.probe;
	__asm__ volatile("" ::: "memory");
	if (sequence_of(hold) != sequence || __sync_fetch_and_add(&hold->caught, 1) >= CONVICTIONS) {
		bpf_ringbuf_discard(caught, BPF_RB_NO_WAKEUP);
		return;
	}
	bpf_ringbuf_submit(caught, BPF_RB_NO_WAKEUP);
	add(&seen->count->events, 1);
	counts = bpf_map_lookup_elem(&counters, &probe);
	if (counts)
		add(&counts->slots[seen->cpu & (WIRE_SLOTS - 1)].caught, 1);
}

/* Slots are looked through by bpf_loop: unrolled, they are what takes the verifier longest. */
struct search {
	const struct seen *seen;
	uint32_t start, slot;
};

static long look(uint32_t i, void *data)
{
	struct search *search = data;

	if (!meets(&holds[i & (WIRE_HOLDS - 1)], search->seen))
		return 0;
	search->slot = i;
	return 1;
}

/* Returns: WIRE_HOLDS: none. */
static __always_inline uint32_t find_held(const struct seen *seen)
{
	struct search search = {.seen = seen, .slot = WIRE_HOLDS};

	bpf_loop(WIRE_HOLDS, look, &search, 0);
	return search.slot;
}

/* The time of the hit. Most hits need none, and a look at the clock is a good part of what they cost. */
static __always_inline uint64_t now_of(struct seen *seen)
{
	if (!seen->time_ns)
		seen->time_ns = bpf_ktime_get_ns();
	return seen->time_ns;
}

/* Has another thread written these bytes lately? Takes note of this one. */
static __always_inline bool is_shared(struct seen *seen)
{
	uint64_t granule = seen->address >> 3;
	struct watch_near *entry = &near[granule * 0x9e3779b97f4a7c15 >> (64 - WATCH_NEAR_BITS)];

	/* Who pauses is suspected by what others write. It has no bytes that could convict anybody. */
	if (seen->flags & WIRE_PAUSE)
		return true;
	if (entry->granule != granule || entry->tgid != seen->tgid) {
		if (seen->flags & WIRE_READ)
			return false;
		entry->granule = granule;
		entry->changed_ns = 0;
		entry->tid = seen->tid;
		entry->tgid = seen->tgid;
		return false;
	}
	if (entry->tid != seen->tid) {
		add(&seen->count->met_shared, 1);
		entry->changed_ns = now_of(seen);
		if (!(seen->flags & WIRE_READ))
			entry->tid = seen->tid;
		return true;
	}
	return entry->changed_ns && now_of(seen) - entry->changed_ns < settings.shared_ns;
}

static __always_inline bool one_in(uint64_t n)
{
	return n <= 1 || bpf_get_prandom_u32() * n >> 32 == 0;
}

/* For how long to hold this thread now; 0: not. What it costs is set aside. */
static __always_inline uint64_t hold_length(struct seen *seen, bool shared)
{
	uint64_t every = seen->probe->hold_every, now, length, allowed;
	uint32_t low = settings.hold_min_ns, high = settings.hold_max_ns;

	if (!every || !settings.hold_permille || !high || high < low)
		return 0;
	if (settings.focus && settings.focus >> 3 == seen->address >> 3)
		every = 2;
	else if (!shared)
		every *= COLD;
	if (!one_in(every))
		return 0;
	now = now_of(seen);
	/* Threads take turns: two that are held at each hit could walk in step and never meet. */
	if (!((uint32_t)(seen->tid * 0x9e3779b1 ^ (uint32_t)(now >> 22) * 0x85ebca77) >> 15 & 1))
		return 0;
	length = low;
	if (high > low)
		length += (uint64_t)bpf_get_prandom_u32() * (high - low + 1) >> 32;
	allowed = (now - settings.hold_start_ns) * settings.hold_permille / 1000;
	if (now < settings.hold_start_ns || totals.hold_spent_ns + length > allowed)
		return 0;
	/* Slow writers leave much of it: then each of their few holds may be longer. */
	if (totals.hold_spent_ns + HOLD_PLENTY_NS < allowed)
		length *= HOLD_LONGER;
	add(&totals.hold_spent_ns, length);
	return length;
}

struct spin {
	uint64_t end_ns;
	uint32_t slot;
};

static long spin(uint32_t i, void *data)
{
	const struct spin *spin = data;

	(void)i;
	if (*(volatile uint32_t *)&holds[spin->slot & (WIRE_HOLDS - 1)].caught)
		return 1;
	return bpf_ktime_get_ns() >= spin->end_ns;
}

static long try_claim(uint32_t i, void *data)
{
	struct search *search = data;
	uint32_t slot = (search->start + i) & (WIRE_HOLDS - 1);

	if (__sync_val_compare_and_swap(&holds[slot].claimed, 0, 1) != 0)
		return 0;
	search->slot = slot;
	return 1;
}

/* Claims a slot. Returns: WIRE_HOLDS: all are in use. */
static __always_inline uint32_t claim(uint32_t start)
{
	struct search search = {.start = start, .slot = WIRE_HOLDS};

	bpf_loop(WIRE_HOLDS, try_claim, &search, 0);
	return search.slot;
}

static __always_inline void fill_party(void *ctx, struct wire_party *party, const struct seen *seen, uint64_t now)
{
	party->address = seen->address;
	party->goroutine = seen->goroutine;
	party->time_ns = now;
	party->probe = seen->id;
	party->tid = seen->tid;
	party->width = seen->width;
	party->flags = seen->flags;
	__builtin_memcpy(party->new_value, seen->new_value, WIRE_VALUE);
	party->new_n = seen->new_n;
	party->stack_n = walk(ctx, party->stack);
}

/* Keeps the thread here, its bytes for all to see, until the time is up or another has come. */
static __always_inline void hold(void *ctx, const struct seen *seen, uint64_t length)
{
	struct spin state;
	struct watch_hold *slot;
	uint64_t begin, took;

	state.slot = claim(seen->tid);
	if (state.slot >= WIRE_HOLDS) {
		add(&totals.holds_full, 1);
		add(&totals.hold_spent_ns, -length);
		return;
	}
	slot = &holds[state.slot & (WIRE_HOLDS - 1)];
	slot->caught = 0;
	slot->tgid = seen->tgid;
	begin = bpf_ktime_get_ns();
	fill_party(ctx, &slot->party, seen, begin);
	__sync_fetch_and_add(&slot->sequence, 1);
	__sync_fetch_and_add(&held, 1);
	state.end_ns = begin + length;
	bpf_loop(SPINS, spin, &state, 0);
	__sync_fetch_and_add(&held, -1);
	__sync_fetch_and_add(&slot->sequence, 1);
	__sync_lock_test_and_set(&slot->claimed, 0);
	took = bpf_ktime_get_ns() - begin;
	add(&totals.hold_spent_ns, took - length);
	add(&seen->count->holds, 1);
	add(&seen->count->hold_ns, took);
}

/* ---- the programs ---------------------------------------------------------------------------------------------- */

static __always_inline void judge(void *ctx, struct seen *seen)
{
	uint32_t i;

	if (!*(volatile uint32_t *)&held)
		return;
	i = find_held(seen);
	if (i < WIRE_HOLDS)
		convict(ctx, seen, &holds[i & (WIRE_HOLDS - 1)]);
}

static __always_inline int hit(struct pt_regs *regs, bool may_sleep)
{
	struct seen seen = {};
	uint64_t length = 0;
	bool wanted;

	if (!is_ours(&seen))
		return 0;
	seen.id = (uint32_t)bpf_get_attach_cookie(regs);
	if (!know(&seen))
		return 0;
	add(&seen.count->hits, 1);
	wanted = seen.probe->sample && one_in(seen.probe->sample);
	if ((!wanted && !(seen.flags & WIRE_JUDGE)) || !locate(regs, &seen))
		return 0;
	if (can_hold && seen.flags & WIRE_JUDGE)
		length = hold_length(&seen, is_shared(&seen));
	if (!wanted && !length && !*(volatile uint32_t *)&held)
		return 0;
	seen.ip = regs->ip;
	find_goroutine(regs, &seen, may_sleep);
	find_new(regs, &seen, may_sleep);
	find_told(regs, &seen);
	seen.kind = seen.flags & WIRE_FREE ? WIRE_EVENT_FREE : WIRE_EVENT_WRITE;
	now_of(&seen);
	if (wanted && seen.flags & WIRE_AFTER) {
		find_lock(&seen, may_sleep);
		send(regs, &seen);
	}
	if (can_hold && seen.flags & WIRE_JUDGE) {
		judge(regs, &seen);
		if (length)
			hold(regs, &seen, length);
	}
	if (wanted && !(seen.flags & WIRE_AFTER)) {
		if (!(seen.flags & WIRE_FREE) && !seen.old_n)
			seen.old_n = read(&seen, seen.old_value, seen.width, seen.address, may_sleep);
		find_lock(&seen, may_sleep);
		if (length)
			seen.time_ns = bpf_ktime_get_ns();
		send(regs, &seen);
	}
	return 0;
}

SEC("uprobe")
int watch_plain(struct pt_regs *regs)
{
	return hit(regs, false);
}

SEC("uprobe.s")
int watch_sleepable(struct pt_regs *regs)
{
	return hit(regs, true);
}

/* Which cookie watches this address. */
static __always_inline bool find_point(struct seen *seen, uint64_t address)
{
	for (uint32_t i = 0; i < WATCH_POINTS; i++) {
		if (!points[i])
			continue;
		seen->id = points[i] - 1;
		if (know(seen) && seen->probe->displacement == address)
			return true;
	}
	return false;
}

/* Always 1, else the kernel does not count the hit towards the number after which a point disarms itself. */
SEC("perf_event")
int watch_point(struct bpf_perf_event_data *ctx)
{
	struct seen seen = {};
	uint64_t dropped;

	if (!is_ours(&seen))
		return 1;
	add(&totals.watchpoint_hits, 1);
	if (!find_point(&seen, ctx->addr))
		return 1;
	add(&seen.count->hits, 1);
	seen.address = seen.probe->displacement;
	seen.width = seen.probe->width;
	seen.ip = ctx->regs.ip;
	seen.kind = WIRE_EVENT_POINT;
	seen.flags |= WIRE_AFTER;
	seen.time_ns = bpf_ktime_get_ns();
	seen.new_n = read(&seen, seen.new_value, seen.width, seen.address, false);
	if (can_hold)
		judge(ctx, &seen);
	dropped = seen.count->dropped;
	send(ctx, &seen);
	if (seen.count->dropped != dropped)
		add(&totals.watchpoint_dropped, 1);
	return 1;
}
