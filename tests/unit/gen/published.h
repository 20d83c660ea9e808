/* published.h - pointers in the snapshot group, beside every other policy; inline structs, presence over two words */
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdbool.h>
#include <stdint.h>

enum published_state { PUBLISHED_NEW, PUBLISHED_SENT, PUBLISHED_DONE };

struct published_who {
	struct fg_str name FG(json:"name");
	char *mail         FG(json:"mail");
	void *session;
};

#define EIGHT(p)                                                                                                       \
	int16_t p##0 FG(json:""); int16_t p##1 FG(json:""); int32_t p##2 FG(json:""); int8_t p##3 FG(json:"");         \
	int64_t p##4 FG(json:""); uint8_t p##5 FG(json:""); int16_t p##6 FG(json:""); int16_t p##7 FG(json:"")

struct published {
	struct fg_str note          FG(json:"note");
	enum published_state state  FG(json:"state,atomic" states:"new>sent>done");
	char origin[8]              FG(json:"origin,once");
	int64_t cents               FG(json:"cents,mutex=money");
	char currency[4]            FG(json:"currency,mutex=money");
	struct published_who who    FG(json:"who");
	int32_t views               FG(json:"views,atomic" hot);
	uint64_t seen               FG(json:"seen,owner");
	char host[16]               FG(json:"host,owner");
	EIGHT(a);
	EIGHT(b);
	EIGHT(c);
	EIGHT(d);
	EIGHT(e);
	EIGHT(f);
	EIGHT(g);
	struct published_who *others FG(json:"others,count=others_n");
	uint32_t others_n;
	struct fg_str lines[3]      FG(json:"lines,count=lines_n");
	uint8_t lines_n;
	void *opaque;
	unsigned bits : 3;
};

/* Too large for the stack. */
struct published_large {
	char *text           FG(json:"text");
	uint64_t words[4096] FG(json:"words");
};

/* No pointer that takes part, so a shared form of values; but a copy clears what takes none. */
struct published_value {
	int32_t x FG(json:"x");
	void *opaque;
};

/* In a store, under keys that lie within and outside of its cells. */
struct published_doc {
	char id[40]        FG(json:"id" key);
	struct fg_str text FG(json:"text");
	char *name         FG(json:"name");
	char origin[8]     FG(json:"origin,once");
	int64_t *numbers   FG(json:"numbers,count=numbers_n");
	uint32_t numbers_n;
};

#endif
