/*
 * fuzz_scan.c - any bytes as a binary: an error with words, or an answer that can be walked
 *
 * The corpus is small ELF files with debug information, whose code was taken out.
 */
#include "../tests/unit/scan/exercise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan_error error = { "" };

	if (exercise_bytes(data, size, &error) < 0 && !error.text[0])
		abort();
	return 0;
}
