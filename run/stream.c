/*
 * stream.c - writes a deterministic stream of order and profile updates, one JSON object a line
 *
 * What it imitates: many services that each know a part of an order. A message names its order and the fields that its
 * service changes, never the whole record. Orders are not equally busy (ranks are drawn log-uniformly, which is Zipf
 * with exponent 1), and the messages of one order come in bursts, as when a customer pays and changes the address in
 * one visit.
 *
 * The output depends on the options alone: integers only, an own generator, no locale, no clock. Every value holds the
 * number of its message, so a value tells which message it came from and no two messages say the same.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARTS_MAX = 10, PART_SIZE = 320, RECENT = 4 };

struct options {
	uint64_t messages;
	uint64_t keys;
	uint64_t seed;
	uint64_t bad_every; /* 0: no bad line */
};

/* One message being put together: its members, written out at the end in this order or another. */
struct message {
	uint64_t number; /* from 0 */
	uint64_t key;
	char parts[PARTS_MAX][PART_SIZE];
	unsigned parts_n;
};

struct stream {
	struct options options;
	uint64_t random;         /* state of random_next() */
	uint64_t recent[RECENT]; /* the last keys, for bursts */
	unsigned recent_n;
	FILE *out;
};

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t random_next(struct stream *stream)
{
	stream->random += 0x9e3779b97f4a7c15u;
	return mix(stream->random);
}

/* A number below n; the bias of the remainder is below n / 2^64 and does not matter here. */
static uint64_t random_below(struct stream *stream, uint64_t n)
{
	return random_next(stream) % n;
}

static bool one_in(struct stream *stream, uint64_t n)
{
	return random_below(stream, n) == 0;
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

/* Log-uniform: first an octave, then a rank in it; an octave that passes the end is drawn again. */
static uint64_t draw_rank(struct stream *stream)
{
	uint64_t octaves = 1;

	while ((uint64_t)1 << octaves <= stream->options.keys)
		octaves++;
	for (;;) {
		uint64_t first = (uint64_t)1 << random_below(stream, octaves);
		uint64_t rank = first - 1 + random_below(stream, first);

		if (rank < stream->options.keys)
			return rank;
	}
}

/* Every so many messages one opens the next order, so that all of them occur; else a burst goes on, or a rank is drawn.
 */
static uint64_t draw_key(struct stream *stream, uint64_t number)
{
	uint64_t every = stream->options.messages / stream->options.keys;
	uint64_t key;

	if (every == 0)
		every = 1;
	if (number % every == 0 && number / every < stream->options.keys)
		key = number / every;
	else if (stream->recent_n == RECENT && one_in(stream, 2))
		return stream->recent[random_below(stream, RECENT)];
	else
		key = draw_rank(stream);
	stream->recent[stream->recent_n < RECENT ? stream->recent_n++ : random_below(stream, RECENT)] = key;
	return key;
}

/* ---- members ----------------------------------------------------------------------------------------------------- */

static const char *const first_names[] = {
    "Ada",
    "Zoë",
    "J\\u00fcrgen",
    "李娜",
    "Björk",
    "O\\u0027Neil",
    "\\u0418\\u0432\\u0430\\u043d",
    "María",
    "\\ud83d\\ude80 Rocket",
    "Grace \\\"Amazing\\\"",
    "🐙 Otto",
    "Edsger",
};
static const char *const currencies[] = {"EUR", "USD", "JPY", "CHF", "SEK", "BRL", "INR"};
static const char *const streets[] = {
    "Höllweg", "Rue de l\\u2019\\u00c9cole", "High Street", "Ågatan", "Calle Espa\\u00f1a", "C:\\\\Lane",
};
static const char *const cities[] = {"Köln", "Li\\u00e8ge", "São Paulo", "Oslo", "京都", "\\u0141\\u00f3d\\u017a"};
static const char *const notes[] = {
    "ring twice\\nthen wait",
    "gift: \\\"fragile\\\"",
    "caf\\u00e9 ☕ please",
    "tab\\there",
    "\\ud83c\\udf81 wrap",
    "leave it with the neighbour on the left, über dem Hof, second door, and not in the rain please",
};
static const char *const statuses[] = {"\"created\"", "\"paid\"", "\"shipped\"", "\"cancelled\""};

#define PICK(array, n) ((array)[(n) % (sizeof(array) / sizeof *(array))])

__attribute__((format(printf, 2, 3))) static void add_part(struct message *message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message->parts[message->parts_n++], PART_SIZE, format, args);
	va_end(args);
}

static void add_status(struct stream *stream, struct message *message)
{
	if (one_in(stream, 16))
		add_part(message, "\"status\":%u", (unsigned)(message->number % 4));
	else
		add_part(message, "\"status\":%s", PICK(statuses, message->number));
}

/* Amount and currency always come together, and the amount alone tells which currency belongs to it. */
static void add_money(struct message *message)
{
	add_part(message, "\"amount\":%llu", (unsigned long long)message->number + 100);
	add_part(message, message->number % 5 == 0 ? "\"currency\":\"%.3s\"" : "\"currency\": \"%s\"",
	         PICK(currencies, message->number));
}

static void add_address(struct message *message)
{
	add_part(message, "\"street\":\"%s %llu\"", PICK(streets, message->number),
	         (unsigned long long)message->number);
	add_part(message, "\"city\":\"%s %llu\"", PICK(cities, message->number), (unsigned long long)message->number);
}

/* 2026-01-01 plus one second a message, written with and without fraction and offset. */
static void add_updated(struct stream *stream, struct message *message)
{
	static const char *const tails[] = {"Z", ".5Z", ".000000001Z", "+02:00", "-05:30"};
	uint64_t n = message->number;

	add_part(message, "\"updated\":\"2026-%02u-%02uT%02u:%02u:%02u%s\"", (unsigned)(n / 2419200 % 12) + 1,
	         (unsigned)(n / 86400 % 28) + 1, (unsigned)(n / 3600 % 24), (unsigned)(n / 60 % 60), (unsigned)(n % 60),
	         tails[random_below(stream, 5)]);
}

static void add_note(struct message *message)
{
	add_part(message, "\"note\":\"%llu %s\"", (unsigned long long)message->number, PICK(notes, message->number));
}

/* Name and e-mail always come together; white space and capitals in the e-mail are for its mold. */
static void add_customer(struct stream *stream, struct message *message)
{
	unsigned long long n = message->number;
	const char *name = PICK(first_names, n);
	const char *space = one_in(stream, 8) ? "  " : "";

	if (one_in(stream, 3))
		add_part(message,
		         "\"customer\":{\"name\":\"%s %llu\",\"email\":\"%sC%llu@Example.ORG%s\",\"tier\":%llu}", name,
		         n, space, n, space, n % 1000);
	else if (one_in(stream, 8))
		add_part(message, "\"customer\":{\"email\":\"c%llu@example.org\",\"name\":\"%s %llu\"}", n, name, n);
	else
		add_part(message, "\"customer\":{\"name\":\"%s %llu\",\"email\":\"c%llu@example.org\"}", name, n, n);
}

static void add_unknown(struct stream *stream, struct message *message)
{
	unsigned long long n = message->number;

	if (one_in(stream, 2))
		add_part(message, "\"source\":\"web-%llu\"", n);
	else
		add_part(message, "\"trace\":{\"span\":[%llu,-2.5e3,null,true,{\"\\u0061\":\"]}\"}],\"id\":\"x\"}", n);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void compose(struct stream *stream, struct message *message)
{
	message->parts_n = 0;
	add_part(message, "\"id\":\"o%06llu-%04x\"", (unsigned long long)message->key,
	         (unsigned)(mix(message->key) & 0xffff));
	switch (random_below(stream, 8)) {
	case 0:
	case 1:
		add_status(stream, message);
		add_money(message);
		break;
	case 2:
		add_status(stream, message);
		if (one_in(stream, 2))
			add_part(message, "\"views\":%llu", (unsigned long long)message->number);
		add_updated(stream, message);
		break;
	case 3:
	case 4:
		if (one_in(stream, 2))
			add_updated(stream, message);
		add_customer(stream, message);
		break;
	case 5:
		add_address(message);
		break;
	case 6:
		add_note(message);
		break;
	default:
		add_money(message);
		add_updated(stream, message);
		add_note(message);
		break;
	}
	if (one_in(stream, 10))
		add_unknown(stream, message);
}

/* A tenth of the messages come from writers that keep no order of fields. */
static void shuffle(struct stream *stream, struct message *message)
{
	char part[PART_SIZE];

	if (!one_in(stream, 10))
		return;
	for (unsigned i = message->parts_n; i-- > 1;) {
		unsigned j = (unsigned)random_below(stream, i + 1);

		memcpy(part, message->parts[i], PART_SIZE);
		memcpy(message->parts[i], message->parts[j], PART_SIZE);
		memcpy(message->parts[j], part, PART_SIZE);
	}
}

/* Lines that no reader may take, the nth of them wrong in the nth way; none changes a record. */
static void write_bad(FILE *out, const struct message *message, uint64_t nth)
{
	static const char *const members[] = {
	    "\"amount\":9223372036854775808",
	    "\"amount\":1.5",
	    "\"status\":\"lost\"",
	    "\"currency\":\"EURO\"",
	    "\"note\":\"\\ud800\"",
	    "\"note\":\"\xff\"",
	    "\"updated\":\"yesterday\"",
	    "\"views\":null",
	    "\"city\":\"a\\u0000b\"",
	    "\"views\":NaN",
	    "\"views\":01",
	    "\"customer\":[]",
	    "\"street\":\"half",
	};
	uint64_t kind = nth % (sizeof members / sizeof *members + 1);

	if (kind == sizeof members / sizeof *members)
		fputs("{\"status\":\"paid\"}\n", out);
	else
		fprintf(out, "{%s,%s}\n", message->parts[0], members[kind]);
}

static void write_message(FILE *out, const struct message *message)
{
	putc('{', out);
	for (unsigned i = 0; i < message->parts_n; i++) {
		if (i > 0)
			putc(',', out);
		fputs(message->parts[i], out);
	}
	fputs("}\n", out);
}

static void show_progress(const struct options *options, uint64_t done)
{
	fprintf(stderr, "\rstream: %3u%%", (unsigned)(done * 100 / options->messages));
	if (done == options->messages)
		fprintf(stderr, "\r             \r");
}

static bool generate(struct stream *stream)
{
	const struct options *options = &stream->options;
	bool terminal = isatty(STDERR_FILENO);
	struct message message;

	for (uint64_t i = 0; i < options->messages && !ferror(stream->out); i++) {
		message.number = i;
		message.key = draw_key(stream, i);
		compose(stream, &message);
		if (options->bad_every > 0 && i % options->bad_every == options->bad_every - 1) {
			write_bad(stream->out, &message, i / options->bad_every);
		} else {
			shuffle(stream, &message);
			write_message(stream->out, &message);
		}
		if (terminal && (i + 1 == options->messages || (i & 0x7fff) == 0))
			show_progress(options, i + 1);
	}
	return !ferror(stream->out);
}

/* ---- command line ------------------------------------------------------------------------------------------------ */

static const char help[] = "usage: stream [--messages N] [--keys N] [--seed N] [--bad-every N] [-o FILE]\n"
                           "\n"
                           "Writes a stream of order and profile updates, one JSON object a line. Each names only\n"
                           "some fields of one order. Equal options give equal bytes on every machine.\n"
                           "\n"
                           "  --messages N    lines to write (1000000)\n"
                           "  --keys N        different orders among them (100000)\n"
                           "  --seed N        another stream of the same kind (1)\n"
                           "  --bad-every N   make every Nth line one that must be rejected (0: none)\n"
                           "  -o, --output FILE   instead of standard output\n"
                           "\n"
                           "Exit: 0, or 2 when it could not write or the options are wrong.\n";

static uint64_t parse_number(const char *name, const char *text, uint64_t min)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < min || value > UINT32_MAX) {
		fprintf(stderr, "stream: --%s takes a number from %llu to %lu, not '%s'\n", name,
		        (unsigned long long)min, (unsigned long)UINT32_MAX, text);
		exit(2);
	}
	return value;
}

static const char *parse_options(int argc, char **argv, struct options *ret_options)
{
	static const struct option longs[] = {
	    {"messages", required_argument, NULL, 'm'},
	    {"keys", required_argument, NULL, 'k'},
	    {"seed", required_argument, NULL, 's'},
	    {"bad-every", required_argument, NULL, 'b'},
	    {"output", required_argument, NULL, 'o'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	const char *output = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "o:h", longs, NULL)) != -1) {
		switch (c) {
		case 'm':
			ret_options->messages = parse_number("messages", optarg, 0);
			break;
		case 'k':
			ret_options->keys = parse_number("keys", optarg, 1);
			break;
		case 's':
			ret_options->seed = parse_number("seed", optarg, 0);
			break;
		case 'b':
			ret_options->bad_every = parse_number("bad-every", optarg, 0);
			break;
		case 'o':
			output = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			fputs("try 'stream --help'\n", stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "stream: takes no argument '%s'; try 'stream --help'\n", argv[optind]);
		exit(2);
	}
	return output;
}

int main(int argc, char **argv)
{
	struct stream stream = {.options = {.messages = 1000000, .keys = 100000, .seed = 1}, .out = stdout};
	const char *output = parse_options(argc, argv, &stream.options);
	bool written;

	if (output) {
		stream.out = fopen(output, "w");
		if (!stream.out) {
			fprintf(stderr, "stream: %s: %s\n", output, strerror(errno));
			return 2;
		}
	}
	setvbuf(stream.out, NULL, _IOFBF, 1 << 20);
	stream.random = mix(stream.options.seed);
	written = generate(&stream);
	if (fclose(stream.out) != 0 || !written) {
		fprintf(stderr, "stream: %s: %s\n", output ? output : "standard output", strerror(errno));
		return 2;
	}
	return 0;
}
