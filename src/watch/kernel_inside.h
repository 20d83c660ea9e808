/*
 * kernel_inside.h - parts of kernel.c that only its neighbours see
 */
#ifndef FG_WATCH_KERNEL_INSIDE_H
#define FG_WATCH_KERNEL_INSIDE_H

#include "watch/kernel.h"
#include "watch/watch_maps.h"

struct ring_buffer;


/* What was taken from one ring and not told yet, in order of time. */
struct kernel_shard {
	struct ring_buffer *ring;
	int ring_fd;
	uint64_t until_ns;            /* of the poll under way: what is younger ends the reading */
	struct kernel_shard_event {
		uint64_t time_ns;
		size_t at;            /* in bytes */
	} *events;
	size_t first, end, events_size; /* waiting: [first, end) */
	char *bytes;
	size_t bytes_n, bytes_size;
	bool no_memory;
};

struct kernel {
	struct watch_bpf *programs;
	int hit_fd;                   /* the program of type uprobe in use */
	int point_fd;
	bool sleepable;
	enum kernel_way way;
	bool all_processes;           /* a link's process filter is of no use here: the program's own has to do */
	int uprobe_type;              /* SINGLE: of perf events */
	uint32_t probes_max;
	struct wire_probe *probes;
	struct wire_count *counts;
	size_t probes_bytes, counts_bytes;
	unsigned points_n;            /* cookies told so far */
	pid_t setter_pid;             /* the process that holds the links; 0: none */
	int setter_fd;                /* to it; -1: none */
	uint64_t *sets;               /* bit i: set i is in use */
	uint32_t sets_words;
	struct kernel_shard shards[WIRE_SHARDS];
};

/* A set of probes, as the loader knows it. */
struct kernel_set {
	struct kernel *kernel;
	uint32_t number;
};

/* What holds a set's probes: in the setter. */
struct kernel_links {
	int *fds;                     /* MULTI: the link; SINGLE: a link and a perf event for each place */
	size_t fds_n;
};

/* printf into error's text; error may be NULL. Returns: code. */
__attribute__((format(printf, 3, 4)))
int watch_fail(struct watch_error *error, int code, const char *format, ...);

/* Zeroes the counters of n probes from first on, all totals, and the cookies of watchpoints: a test leaves nothing. */
void kernel_forget(struct kernel *kernel, uint32_t first, uint32_t n);

/* Why does bpf() not do as it was asked? code: negative errno that it gave. what: was tried, as a noun.
 * Returns: the errno to give back, with text. */
int kernel_explain(int code, const char *what, struct watch_error *ret_error);
/* What can be known before anything is tried. Returns: 0 or a negative errno. */
int kernel_check_rights(struct watch_error *ret_error);

/* Does this kernel have links of type uprobe_multi? program_fd: loaded for them. */
bool kernel_multi_works(int program_fd);
int kernel_multi_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n, pid_t pid,
                        struct kernel_links *links, struct watch_error *ret_error);
enum { KERNEL_UPROBE_MULTI = 48 };    /* BPF_TRACE_UPROBE_MULTI of linux/bpf.h, 6.6 and later */

/* The number of the kind of perf event. Returns: a negative errno: no uprobes here. */
int kernel_single_type(void);
int kernel_single_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n,
                         pid_t pid, struct kernel_links *links, struct watch_error *ret_error);

/* The process that holds all links: see kernel_setter.c. Each returns 0 or a negative errno. */
int kernel_setter_start(struct kernel *kernel);
void kernel_setter_end(struct kernel *kernel);
int kernel_setter_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n,
                         pid_t pid, uint32_t set, struct watch_error *ret_error);
void kernel_setter_detach(struct kernel *kernel, uint32_t set, bool wait);
void kernel_setter_settle(struct kernel *kernel);

/* Rings of so many bytes each, put into the programs' map. Returns: 0 or a negative errno. */
int kernel_rings_open(struct kernel *kernel, int map_fd, uint32_t bytes);
void kernel_rings_close(struct kernel *kernel);

#endif
