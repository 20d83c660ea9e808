/*
 * hash.c - XXH3 with a random secret
 *
 * Keys come from outside. Under a hash that everybody knows, one can send keys that all fall into one shard and one
 * run of slots. So the 192 bytes that XXH3 mixes keys with are drawn at random once a process. XXH3 is not a
 * cryptographic code: it keeps out who doesn't know the secret and can't see hash values, and none ever leaves the
 * process.
 */
#include "hash.h"

#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

unsigned char hash_secret[XXH3_SECRET_DEFAULT_SIZE];
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;

static void draw_secret(void)
{
	unsigned long kernel = getauxval(AT_RANDOM);
	unsigned char seed[16] = { 0 };

	/* At most 256 bytes come whole or not at all. */
	if (getrandom(hash_secret, sizeof(hash_secret), 0) == (ssize_t)sizeof(hash_secret))
		return;
	/* A kernel or a sandbox without getrandom: stretch the 16 random bytes that every program is started with. */
	if (kernel)
		memcpy(seed, (const void *)kernel, sizeof(seed));
	XXH3_generateSecret(hash_secret, sizeof(hash_secret), seed, sizeof(seed));
}

void hash_init(void)
{
	pthread_once(&secret_once, draw_secret);
}

uint64_t hash_bytes(const void *key, size_t len)
{
	return XXH3_64bits_withSecret(key, len, hash_secret, sizeof(hash_secret));
}
