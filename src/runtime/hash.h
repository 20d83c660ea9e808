/*
 * hash.h - the hash of keys, under a secret of this process
 */
#ifndef FG_RUNTIME_HASH_H
#define FG_RUNTIME_HASH_H

#define XXH_INLINE_ALL
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

/* Draws the secret; must have been called before the first hash_key. Threads: any; the first call does it. */
void hash_init(void);

/* Of this process, constant once it is drawn. */
extern unsigned char hash_secret[XXH3_SECRET_DEFAULT_SIZE] __attribute__((visibility("hidden")));
/* hash_key for keys of any length. */
uint64_t hash_bytes(const void *key, size_t len);

/* All 64 bits are good ones. Another process gives other values. Threads: any. */
static inline uint64_t hash_key(const void *key, size_t len)
{
	/* Of a length that the compiler knows a dozen instructions are left. */
	if (len == 8)
		return XXH3_64bits_withSecret(key, 8, hash_secret, sizeof(hash_secret));
	return hash_bytes(key, len);
}

#endif
