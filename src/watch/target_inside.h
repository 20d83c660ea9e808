/* target_inside.h - what the parts of target.c share */
#ifndef FG_WATCH_TARGET_INSIDE_H
#define FG_WATCH_TARGET_INSIDE_H

#include "watch/target.h"

#include <time.h>

/* Why a mapping has no module. */
enum target_no_module {
	TARGET_NOT_ELF = -1,          /* or not for this machine, or not of its code */
	TARGET_UNREAD = -2,           /* no name that we can open */
};

/* One executable mapping of a file. */
struct target_mapping {
	uint64_t start, end, offset, device, inode;
	const char *path;             /* in the text of its list */
	ssize_t module;               /* its index, or one of target_no_module */
};

struct target_mappings {
	char *text;                   /* of /proc/PID/maps */
	struct target_mapping *all;   /* by address */
	size_t n;
};

/* What tells a file that was rewritten in place from the one that was mapped. */
struct target_file {
	off_t size;
	struct timespec changed;
};

/* What changes with exec; see target_refresh. */
struct target_image {
	uint64_t device, inode;       /* of /proc/PID/exe */
	uint64_t code, stack;         /* where they begin */
};

struct target_name;

struct target_inside {
	bool held;                    /* stopped at exec by us */
	bool ended;
	int status;                   /* as waitpid tells; -1: not known */
	int memory_fd, maps_fd;       /* /proc/PID/mem and maps of the image that was seen last: never of another
	                                 process, and at their end once there is another image; -1: not allowed */
	pid_t view;                   /* thread through which /proc is read: a live one where the first has ended */
	struct target_image image;
	size_t image_modules;         /* index of the first module of this image */
	struct target_file *files;    /* beside target->modules */
	struct target_mappings mappings;
	char **texts;                 /* former paths of modules, which others may still hold */
	size_t texts_n;
	struct target_name *names;
};

/* From /proc/PID/stat. */
struct target_stat {
	char state;
	uint64_t flags, threads, start_time, code, stack;
};

__attribute__((format(printf, 3, 4)))
int target_fail(struct watch_error *error, int result, const char *format, ...);

/* Reads a small file of /proc whole, ends it with 0. Returns: bytes or a negative errno. */
ssize_t target_slurp(const char *path, char *ret, size_t size);
int target_stat_read(pid_t pid, struct target_stat *ret_stat);

/* Is it the process that we opened, and does it live? Costs one system call. */
bool target_alive(const struct target *target);
/* Has it still the memory of the image that was seen last? */
bool target_memory_lives(const struct target *target);
/* All but the first modules of a target, from its number and, where we started it, its state. */
int target_open_process(pid_t pid, bool ours, struct target **ret_target, struct watch_error *ret_error);

/* The executable mappings of files. Owner: target_mappings_free. */
int target_mappings_read(pid_t pid, struct target_mappings *ret_mappings);
void target_mappings_free(struct target_mappings *mappings);
/* Finds the module of each mapping, adding those that are new, and which of them are gone. Returns: number of new ones,
 * or a negative errno. Takes the mappings over. */
int target_modules_update(struct target *target, struct target_mappings *mappings);
void target_modules_free(struct target *target);
void target_names_free(struct target *target);

#endif
