/*
 * hash.h - the hash of keys, under a secret of this process
 */
#ifndef FG_RUNTIME_HASH_H
#define FG_RUNTIME_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Draws the secret; must have been called before the first hash_key. Threads: any; the first call does it. */
void hash_init(void);
/* All 64 bits are good ones. Another process gives other values. Threads: any. */
uint64_t hash_key(const void *key, size_t len);

#endif
