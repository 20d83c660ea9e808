/*
 * kernel_setter.c - the process that sets probes and takes them away
 *
 * A process that is killed (-9) while it sets or removes a probe leaves its breakpoint behind in the target: the kernel
 * gives up on a page that it would change ("failed to unregister, leaking uprobe" says its log; seen on 6.18, about
 * once in a hundred kills). So the links are held by a small process of their own that nobody aims at: it ends when
 * our end of its socket closes, however we ended, and on its own way out no signal is pending.
 *
 * Only links live there. It has a session of its own, so that what is typed at a terminal does not reach it.
 */
#include "watch/kernel_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum ask {
	ASK_ATTACH = 1,               /* followed by the path and the places */
	ASK_DETACH,                   /* answered when they are gone */
	ASK_LET_GO,                   /* answered at once */
	ASK_SETTLE,                   /* answered when all that were let go are gone */
};

struct request {
	enum ask ask;
	pid_t pid;
	uint32_t set;                 /* number: index of sets in the setter */
	uint32_t path_bytes;          /* with its zero */
	uint64_t places_n;
};

struct reply {
	int code;
	struct watch_error error;
};

static bool send_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool receive_all(int fd, void *bytes, size_t n)
{
	char *at = bytes;

	while (n) {
		ssize_t got = recv(fd, at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

/* ---- in the setter --------------------------------------------------------------------------------------------- */

enum { CLOSERS_MAX = 16 };

/* The kernel takes its time to let go (it waits until nobody can be in the program), though the breakpoints are gone
 * early: threads wait for it. */
struct closer {
	pthread_t thread;
	bool busy;
	struct kernel_links links;
};

struct setter {
	struct kernel *kernel;
	struct kernel_links *sets;    /* by number */
	uint32_t sets_n;
	struct closer closers[CLOSERS_MAX];
	unsigned next;                /* closer to use next: the one that has been at it longest */
};

static void close_links(struct kernel_links *links)
{
	for (size_t i = 0; i < links->fds_n; i++)
		close(links->fds[i]);
	free(links->fds);
	memset(links, 0, sizeof(*links));
}

static void *close_apart(void *user)
{
	close_links(user);
	return NULL;
}

static void join(struct closer *closer)
{
	if (closer->busy)
		pthread_join(closer->thread, NULL);
	closer->busy = false;
}

static void let_go(struct setter *setter, struct kernel_links *links)
{
	struct closer *closer = &setter->closers[setter->next++ % CLOSERS_MAX];

	join(closer);
	closer->links = *links;
	memset(links, 0, sizeof(*links));
	closer->busy = pthread_create(&closer->thread, NULL, close_apart, &closer->links) == 0;
	if (!closer->busy)
		close_links(&closer->links);
}

/* Also before the end: a thread that is killed while it lets go leaves breakpoints behind. */
static void settle(struct setter *setter)
{
	for (unsigned i = 0; i < CLOSERS_MAX; i++)
		join(&setter->closers[i]);
}

static struct kernel_links *set_of(struct setter *setter, uint32_t number)
{
	if (number >= setter->sets_n) {
		uint32_t n = (number + 1) * 2;
		struct kernel_links *sets = realloc(setter->sets, n * sizeof(*sets));

		if (!sets)
			return NULL;
		memset(sets + setter->sets_n, 0, (n - setter->sets_n) * sizeof(*sets));
		setter->sets = sets;
		setter->sets_n = n;
	}
	return &setter->sets[number];
}

static void attach(struct setter *setter, const struct request *request, const char *path,
                   const struct kernel_place *places, struct reply *reply)
{
	struct kernel_links *links = set_of(setter, request->set);
	size_t n = (size_t)request->places_n;

	if (!links)
		reply->code = watch_fail(&reply->error, -ENOMEM, "no memory");
	else if (setter->kernel->way == KERNEL_WAY_MULTI)
		reply->code = kernel_multi_attach(setter->kernel, path, places, n, request->pid, links, &reply->error);
	else
		reply->code = kernel_single_attach(setter->kernel, path, places, n, request->pid, links, &reply->error);
	if (links && reply->code)
		close_links(links);
}

/* One request. Returns: false: the other end is gone. */
static bool serve(struct setter *setter, int fd)
{
	struct request request;
	struct reply reply = {0};
	struct kernel_place *places = NULL;
	char *path = NULL;
	bool goes_on = receive_all(fd, &request, sizeof(request));
	struct kernel_links *links = goes_on && request.set < setter->sets_n ? &setter->sets[request.set] : NULL;

	if (goes_on && request.ask == ASK_ATTACH) {
		path = malloc(request.path_bytes);
		places = malloc((size_t)request.places_n * sizeof(*places));
		goes_on = path && places && receive_all(fd, path, request.path_bytes) &&
		          receive_all(fd, places, (size_t)request.places_n * sizeof(*places));
		if (goes_on)
			attach(setter, &request, path, places, &reply);
	} else if (goes_on && request.ask == ASK_SETTLE) {
		settle(setter);
	} else if (links && request.ask == ASK_LET_GO) {
		let_go(setter, links);
	} else if (links) {
		close_links(links);
	}
	free(path);
	free(places);
	return goes_on && send_all(fd, &reply, sizeof(reply));
}

/* Lets go of all that it inherited and does not need: what the others wait for must not hang on it. */
static void drop_inherited(int fd, int program_fd)
{
	unsigned low = (unsigned)(fd < program_fd ? fd : program_fd);
	unsigned high = (unsigned)(fd < program_fd ? program_fd : fd);
	int nothing = open("/dev/null", O_RDWR);

	for (int i = 0; nothing >= 0 && i < 3; i++)
		dup2(nothing, i);
	if (low > 3)
		syscall(SYS_close_range, 3u, low - 1, 0u);
	if (high > low + 1)
		syscall(SYS_close_range, low + 1, high - 1, 0u);
	syscall(SYS_close_range, high + 1, ~0u, 0u);
}

__attribute__((noreturn))
static void live(struct kernel *kernel, int fd)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};
	struct setter setter = {.kernel = kernel};

	setsid();
	prctl(PR_SET_NAME, "fg-probes");
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	drop_inherited(fd, kernel->hit_fd);
	while (serve(&setter, fd))
		;
	settle(&setter);
	_exit(0);
}

/* ---- for it ---------------------------------------------------------------------------------------------------- */

int kernel_setter_start(struct kernel *kernel)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		return -errno;
	kernel->setter_pid = fork();
	if (kernel->setter_pid == 0) {
		close(fds[0]);
		live(kernel, fds[1]);
	}
	close(fds[1]);
	kernel->setter_fd = fds[0];
	return kernel->setter_pid < 0 ? -errno : 0;
}

void kernel_setter_end(struct kernel *kernel)
{
	if (kernel->setter_fd >= 0)
		close(kernel->setter_fd);
	if (kernel->setter_pid > 0)
		while (waitpid(kernel->setter_pid, NULL, 0) < 0 && errno == EINTR)
			;
}

/* The path as any process opens it: /proc/self is another one there. */
static void full_path(const char *path, char *ret, size_t size)
{
	static const char self[] = "/proc/self/";

	if (strncmp(path, self, sizeof(self) - 1) == 0)
		snprintf(ret, size, "/proc/%d/%s", (int)getpid(), path + sizeof(self) - 1);
	else
		snprintf(ret, size, "%s", path);
}

static int ask(struct kernel *kernel, const struct request *request, const char *path,
               const struct kernel_place *places, struct watch_error *ret_error)
{
	struct reply reply;
	bool done = send_all(kernel->setter_fd, request, sizeof(*request)) &&
	            (request->ask != ASK_ATTACH ||
	             (send_all(kernel->setter_fd, path, request->path_bytes) &&
	              send_all(kernel->setter_fd, places, (size_t)request->places_n * sizeof(*places)))) &&
	            receive_all(kernel->setter_fd, &reply, sizeof(reply));

	if (!done)
		return watch_fail(ret_error, -EPIPE, "the process that sets probes (fg-probes, %d) has ended: start anew",
		                  (int)kernel->setter_pid);
	if (reply.code && ret_error)
		*ret_error = reply.error;
	return reply.code;
}

int kernel_setter_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n,
                         pid_t pid, uint32_t set, struct watch_error *ret_error)
{
	char full[4096];
	struct request request = {.ask = ASK_ATTACH, .pid = pid, .set = set, .places_n = n};

	full_path(path, full, sizeof(full));
	request.path_bytes = (uint32_t)strlen(full) + 1;
	return ask(kernel, &request, full, places, ret_error);
}

void kernel_setter_detach(struct kernel *kernel, uint32_t set, bool wait)
{
	struct request request = {.ask = wait ? ASK_DETACH : ASK_LET_GO, .set = set};

	ask(kernel, &request, NULL, NULL, NULL);
}

void kernel_setter_settle(struct kernel *kernel)
{
	struct request request = {.ask = ASK_SETTLE};

	ask(kernel, &request, NULL, NULL, NULL);
}
