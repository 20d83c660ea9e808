/*
 * store.h - what ingest knows of a store beyond the public header
 */
#ifndef FG_RUNTIME_STORE_H
#define FG_RUNTIME_STORE_H

#include <fieldguard/store.h>

/* The top bits of a hash choose the shard. Who splits keys by its own choice of top bits, at most this many, therefore
 * never meets another's part in one shard. */
#define STORE_SHARD_BITS 8

/* The store's hash of a key. Threads: any. */
uint64_t store_hash(const struct fg_store *store, struct fg_key key);
/* fg_store_merge for who has the key and its hash already. Returns: 0, -ENOMEM (nothing changed) or -EPERM. */
int store_merge_hashed(struct fg_store *store, struct fg_key key, uint64_t hash, const void *record,
                       const void *present, struct fg_refusal *ret_refusal);

#endif
