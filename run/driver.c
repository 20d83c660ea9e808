/* driver.c - messages, progress, input, final state and statistics; see driver.h */
#include "driver.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *program_name = "run";

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	flockfile(stderr);
	fprintf(stderr, "%s%s: ", isatty(STDERR_FILENO) ? "\r\033[K" : "", program_name);
	vfprintf(stderr, format, args);
	putc('\n', stderr);
	funlockfile(stderr);
	va_end(args);
}

int write_error(void)
{
	return errno ? -errno : -EIO;
}

/* A number from 1 to max out of the text of an option; else complains and exits. */
static unsigned parse_count(const char *option, const char *text, unsigned max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < 1 || value > max) {
		complain("--%s takes a number from 1 to %u, not '%s'", option, max, text);
		exit(EXIT_FAILED);
	}
	return (unsigned)value;
}

static _Noreturn void usage_exit(void)
{
	fprintf(stderr, "try '%s --help'\n", program_name);
	exit(EXIT_FAILED);
}

void options_parse(int argc, char **argv, const struct option *longs, const char *help, struct options *ret_options)
{
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'w':
			ret_options->workers = parse_count("workers", optarg, WORKERS_MAX);
			break;
		case 'r':
			ret_options->rejects = optarg;
			break;
		case 's':
			ret_options->state = optarg;
			break;
		case 'R':
			ret_options->reads = optarg;
			break;
		case 'j':
			ret_options->json = optarg;
			break;
		case 'v':
			ret_options->show_values = true;
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			usage_exit();
		}
	}
	if (optind + 1 != argc) {
		complain("takes one INPUT");
		usage_exit();
	}
	ret_options->input = argv[optind];
}

char *grouped(uint64_t value, char *buf)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	char *p = buf;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return buf;
}

/* ---- progress ---------------------------------------------------------------------------------------------------- */

void progress_init(struct progress *progress)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	progress->shown = isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0);
	progress->colour = progress->shown && !(no_colour && *no_colour);
	progress->drawn_ns = 0;
}

static int terminal_width(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* "[====>    ] " of so many columns in all, its done part coloured. */
static void draw_bar(const struct progress *progress, int columns, uint64_t bytes, uint64_t bytes_total)
{
	int inside = columns - 3;
	int done = (int)((double)bytes / (double)bytes_total * inside);

	fputs(progress->colour ? "[\033[32m" : "[", stderr);
	for (int i = 0; i < inside; i++) {
		if (i == done && progress->colour)
			fputs("\033[0m", stderr);
		putc(i < done ? '=' : i == done ? '>' : ' ', stderr);
	}
	fputs(progress->colour ? "\033[0m] " : "] ", stderr);
}

void progress_draw(struct progress *progress, uint64_t bytes, uint64_t bytes_total, uint64_t messages,
                   uint64_t elapsed_ns)
{
	double seconds = (double)elapsed_ns / 1e9;
	char text[160], number[28];
	int len = 0, width;

	if (!progress->shown || seconds <= 0 || elapsed_ns - progress->drawn_ns < 100000000)
		return;
	progress->drawn_ns = elapsed_ns;
	if (bytes > bytes_total && bytes_total > 0)
		bytes = bytes_total;
	if (bytes_total > 0)
		len += snprintf(text, sizeof text, "%3.0f%%  ", 100.0 * (double)bytes / (double)bytes_total);
	len += snprintf(text + len, sizeof text - (size_t)len, "%4.0f MB/s  %10s messages/s",
	                (double)bytes / 1e6 / seconds, grouped((uint64_t)((double)messages / seconds), number));
	if (bytes_total > 0 && bytes > 0) {
		unsigned left = (unsigned)(seconds * (double)(bytes_total - bytes) / (double)bytes + 0.5);

		len += snprintf(text + len, sizeof text - (size_t)len, "  %u:%02u left", left / 60, left % 60);
	}
	width = terminal_width() - 1;
	flockfile(stderr);
	fputs("\r\033[K", stderr);
	if (bytes_total > 0 && width - len >= 13)
		draw_bar(progress, width - len > 60 ? 60 : width - len, bytes, bytes_total);
	fprintf(stderr, "%.*s", width, text);
	fflush(stderr);
	funlockfile(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}

/* ---- the input, mapped ------------------------------------------------------------------------------------------- */

int input_map(int fd, struct input *ret_input)
{
	struct stat st;
	void *text;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -ESPIPE;
	*ret_input = (struct input){NULL, 0};
	if (st.st_size == 0)
		return 0;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		return -errno;
	*ret_input = (struct input){text, (size_t)st.st_size};
	return 0;
}

void input_unmap(struct input *input)
{
	if (input->text)
		munmap((void *)(uintptr_t)input->text, input->len);
}

/* ---- final state ------------------------------------------------------------------------------------------------- */

/* Places in state.text: first the key's bytes, then the line with its end. */
struct state_line {
	size_t key, key_len;
	size_t text_len;
};

void state_init(struct state *state, const struct fg_type *type)
{
	*state = (struct state){.type = type};
}

static int append(struct fg_buffer *buffer, const void *bytes, size_t len)
{
	int rc = fg_buffer_reserve(buffer, len);

	if (rc || len == 0)
		return rc;
	memcpy(buffer->data + buffer->len, bytes, len);
	buffer->len += len;
	return 0;
}

static int append_unsayable(struct fg_buffer *buffer, struct fg_key key)
{
	char hex[3];
	int rc = append(buffer, "!", 1);

	for (size_t i = 0; i < key.len && !rc; i++) {
		snprintf(hex, sizeof hex, "%02x", ((const unsigned char *)key.ptr)[i]);
		rc = append(buffer, hex, 2);
	}
	return rc;
}

int state_add(struct state *state, const void *record, const void *present)
{
	struct state_line line = {.key = state->text.len};
	struct fg_key key = {"", 0};
	int rc;

	if (state->lines_n == state->lines_size) {
		size_t size = state->lines_size ? state->lines_size * 2 : 1024;
		struct state_line *lines = realloc(state->lines, size * sizeof *lines);

		if (!lines)
			return -ENOMEM;
		state->lines = lines;
		state->lines_size = size;
	}
	state->type->key(record, present, &key);
	line.key_len = key.len;
	rc = append(&state->text, key.ptr, key.len);
	if (rc)
		return rc;
	rc = state->type->encode(record, present, &state->text, NULL);
	if (rc == -EINVAL)
		rc = append_unsayable(&state->text, key);
	if (!rc)
		rc = append(&state->text, "\n", 1);
	line.text_len = state->text.len - line.key - line.key_len;
	if (!rc)
		state->lines[state->lines_n++] = line;
	return rc;
}

static int compare_lines(const void *a, const void *b, void *text)
{
	const struct state_line *x = a, *y = b;
	int order =
	    memcmp((char *)text + x->key, (char *)text + y->key, x->key_len < y->key_len ? x->key_len : y->key_len);

	return order ? order : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

int state_write(struct state *state, const char *path)
{
	FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	int rc = 0;

	if (!out)
		return -errno;
	if (state->lines_n)
		qsort_r(state->lines, state->lines_n, sizeof *state->lines, compare_lines, state->text.data);
	for (size_t i = 0; i < state->lines_n && !rc; i++) {
		const struct state_line *line = &state->lines[i];

		if (fwrite(state->text.data + line->key + line->key_len, 1, line->text_len, out) != line->text_len)
			rc = write_error();
	}
	if ((out == stdout ? fflush(out) : fclose(out)) != 0 && !rc)
		rc = write_error();
	return rc;
}

void state_fini(struct state *state)
{
	fg_buffer_fini(&state->text);
	free(state->lines);
}

/* ---- statistics -------------------------------------------------------------------------------------------------- */

static double rate(uint64_t n, uint64_t elapsed_ns)
{
	return elapsed_ns > 0 ? (double)n * 1e9 / (double)elapsed_ns : 0;
}

int run_stats_write(const struct run_stats *stats, const char *path)
{
	FILE *out = fopen(path, "w");
	bool failed;

	if (!out)
		return -errno;
	fprintf(out,
	        "{\"messages\": %llu, \"merged\": %llu, \"rejected\": %llu, \"rejects_lost\": %llu, \"bytes\": %llu,\n"
	        " \"seconds\": %.6f, \"messages_per_s\": %.0f, \"workers\": %u, \"records\": %llu, \"reads\": %llu, "
	        "\"stopped\": %s}\n",
	        (unsigned long long)stats->messages, (unsigned long long)stats->merged,
	        (unsigned long long)stats->rejected, (unsigned long long)stats->rejects_lost,
	        (unsigned long long)stats->bytes, (double)stats->elapsed_ns / 1e9,
	        rate(stats->messages, stats->elapsed_ns), stats->workers, (unsigned long long)stats->records,
	        (unsigned long long)stats->reads, stats->stopped ? "true" : "false");
	failed = ferror(out);
	return fclose(out) != 0 || failed ? write_error() : 0;
}

void run_stats_print(const struct run_stats *stats, FILE *out)
{
	char messages[28], merged[28], records[28], rejected[28], speed[28];

	fprintf(out, "%s messages: %s merged into %s records, %s rejected%s\n", grouped(stats->messages, messages),
	        grouped(stats->merged, merged), grouped(stats->records, records), grouped(stats->rejected, rejected),
	        stats->stopped      ? "; stopped before the end"
	        : stats->bytes == 0 ? "; the input is empty"
	                            : "");
	fprintf(out, "%.1f MB in %.3f s with %u worker%s: %.0f MB/s, %s messages/s\n", (double)stats->bytes / 1e6,
	        (double)stats->elapsed_ns / 1e9, stats->workers, stats->workers == 1 ? "" : "s",
	        rate(stats->bytes, stats->elapsed_ns) / 1e6,
	        grouped((uint64_t)rate(stats->messages, stats->elapsed_ns), speed));
	if (stats->rejects_lost > 0)
		fprintf(out, "%s rejected lines could not be written\n", grouped(stats->rejects_lost, rejected));
}
