/*
 * kernel_types.h - what the programs in the kernel know of C and of the kernel: small, by hand, no dump of all its
 * types
 *
 * Included by *.bpf.c alone.
 */
#ifndef FG_WATCH_KERNEL_TYPES_H
#define FG_WATCH_KERNEL_TYPES_H

typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef _Bool bool;
enum { false, true };

/* The names that libbpf's headers use. */
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef int32_t __s32;
typedef int64_t __s64;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint32_t __wsum;

/* Of the kernel's interface: they never change. */
enum {
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum {
	BPF_F_MMAPABLE = 1u << 10,
	BPF_F_USER_STACK = 1u << 8,
	BPF_RB_NO_WAKEUP = 1u << 0,
};

/* Registers as a program of type uprobe is given them; the x86-64 interface of ptrace. */
struct pt_regs {
	uint64_t r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	uint64_t orig_ax, ip, cs, flags, sp, ss;
};

/* What a program of type perf_event is given. */
struct bpf_perf_event_data {
	struct pt_regs regs;
	uint64_t sample_period;
	uint64_t addr;
};

struct bpf_pidns_info {
	uint32_t pid, tgid;
};

#endif
