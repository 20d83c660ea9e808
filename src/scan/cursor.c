/* cursor.c - numbers and strings read from bytes that nobody vouches for */
#include "scan/dies.h"

#include <string.h>

uint64_t scan_read(struct scan_cursor *cursor, unsigned bytes)
{
	uint64_t value = 0;

	if ((size_t)(cursor->end - cursor->at) < bytes) {
		cursor->at = cursor->end;
		cursor->bad = true;
		return 0;
	}
	/* The files we read are little-endian, and so are we. */
	memcpy(&value, cursor->at, bytes);
	cursor->at += bytes;
	return value;
}

uint64_t scan_read_uleb_slow(struct scan_cursor *cursor)
{
	uint64_t value = 0;

	for (unsigned shift = 0; cursor->at < cursor->end; shift += 7) {
		uint8_t byte = *cursor->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	cursor->bad = true;
	return 0;
}

int64_t scan_read_sleb(struct scan_cursor *cursor)
{
	uint64_t value = 0;
	unsigned shift = 0;

	while (cursor->at < cursor->end) {
		uint8_t byte = *cursor->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (!(byte & 0x80)) {
			if (shift < 64 && (byte & 0x40))
				value |= ~(uint64_t)0 << shift;
			return (int64_t)value;
		}
	}
	cursor->bad = true;
	return 0;
}

const char *scan_read_string(struct scan_cursor *cursor)
{
	const uint8_t *start = cursor->at;
	const uint8_t *nul = start < cursor->end ? memchr(start, 0, (size_t)(cursor->end - start)) : NULL;

	if (!nul) {
		cursor->at = cursor->end;
		cursor->bad = true;
		return NULL;
	}
	cursor->at = nul + 1;
	return (const char *)start;
}

void scan_skip(struct scan_cursor *cursor, uint64_t bytes)
{
	if ((uint64_t)(cursor->end - cursor->at) < bytes) {
		cursor->at = cursor->end;
		cursor->bad = true;
		return;
	}
	cursor->at += bytes;
}
