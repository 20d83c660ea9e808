/* data_github.c - github_events.json: see data.h. Encoded with each event's presence mask: only it knows null from
 * absent. */
#include "data.h"
#include "github.fg.h"
#include <inttypes.h>

static void print_event(const struct github_event *event, const struct github_event_present *present)
{
	const struct github_payload *payload = &event->payload;

	printf("%" PRIu64 " ", event->id);
	data_print_str(event->type);
	printf(" %" PRId64 " %s %s ", event->created_at / 1000000000, event->actor.gravatar_id,
	       github_payload_has(&present->payload, GITHUB_PAYLOAD_FIELD_HEAD) ? payload->head : "-");
	if (github_payload_has(&present->payload, GITHUB_PAYLOAD_FIELD_REF))
		data_print_str(payload->ref);
	else
		printf("absent");
	printf(" %zu %s ", payload->commits_n, event->org ? "org" : "-");
	if (payload->issue && payload->issue->closed_at)
		printf("%" PRId64 "\n", *payload->issue->closed_at / 1000000000);
	else
		printf("%s\n", payload->issue ? "open" : "-");
}

static int encode(const struct github_event *events, const struct github_event_present *presents, size_t n,
                  struct fg_buffer *out, struct fg_error *error)
{
	int failed = data_append(out, "[");

	for (size_t i = 0; i < n && !failed; i++) {
		failed = i ? data_append(out, ",") : 0;
		if (!failed)
			failed = github_event_encode(&events[i], &presents[i], out, error);
	}
	return failed ? failed : data_append(out, "]");
}

int main(int argc, char **argv)
{
	struct fg_decode_options options = {.flags = FG_DECODE_UNKNOWN_ERROR | FG_DECODE_DUPLICATE_ERROR};
	struct github_event_present *presents;
	struct github_event *events;
	struct fg_buffer out = {0};
	struct fg_arena arena;
	struct fg_error error;
	size_t len, n;
	char *text = argc == 3 ? data_read(argv[1], &len) : NULL;
	int status = 1;

	if (!text)
		return 1;
	fg_arena_init(&arena, NULL, 0);
	if (github_event_decode_array(text, len, &options, &arena, &events, &presents, &n, &error)) {
		status = data_failed("decode", &error);
	} else if (encode(events, presents, n, &out, &error)) {
		status = data_failed("encode", &error);
	} else {
		for (size_t i = 0; i < n; i++)
			print_event(&events[i], &presents[i]);
		status = data_write(argv[2], &out) ? 0 : 1;
	}
	fg_buffer_fini(&out);
	fg_arena_fini(&arena);
	free(text);
	return status;
}
