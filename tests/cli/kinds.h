/* Every kind and shape of field that a tag can stand on, and what must not disturb them. */
#ifndef KINDS_H
#define KINDS_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum colour { COLOUR_RED, COLOUR_DARK_RED = 5, COLOUR_NONE = -1 };
enum wide { WIDE_MAX = 0xffffffffffffffff };
typedef enum { MODE_A = 1, MODE_B = 0x80000000 } mode_type;
enum __attribute__((packed)) tiny { TINY_X, TINY_Y = 200 };

typedef char id_type[24];
typedef int64_t cents;
typedef cents more_cents;
struct later;

typedef struct {
	double x FG(json:"x");
	double y FG(json:"y");
} point_type;

struct node {
	int32_t      value FG(json:"value");
	struct node *next  FG(json:"next");
};

struct numbers {
	int8_t             i8    FG(json:"i8");
	uint8_t            u8    FG(json:"u8");
	int16_t            i16   FG(json:"i16");
	uint16_t           u16   FG(json:"u16");
	int32_t            i32   FG(json:"i32");
	uint32_t           u32   FG(json:"u32");
	int64_t            i64   FG(json:"i64,string");
	uint64_t           u64   FG(json:"u64");
	char               c     FG(json:"c");
	signed char        sc    FG(json:"sc");
	long               l     FG(json:"l");
	unsigned long long ull   FG(json:"ull");
	size_t             size  FG(json:"size");
	more_cents         cents FG(json:"cents" default:"-5");
	bool               flag  FG(json:"flag" default:"true");
	float              f     FG(json:"f");
	double             d     FG(json:"d" default:"1.5e3");
	enum colour        e     FG(json:"e,number" default:"dark_red");
	enum wide          wide  FG(json:"wide");
	mode_type          mode  FG(json:"mode");
	enum tiny          tiny  FG(json:"tiny");
	int64_t            when  FG(json:"when,time" default:"2024-02-29T12:00:00Z");
	int64_t            lasts FG(json:"lasts,duration" default:"1h");
};

struct layout {
	char padding;
	unsigned bits:3, :0, more_bits:9;
	struct {
		int16_t inside FG(json:"inside");
		struct {
			int64_t deep FG(json:"deep");
		};
	};
	union {
		int    u_int;
		double u_double;
	};
	void        *anything;
	struct later *opaque;
	int        (*callback)(void);
	_Atomic int  counter;
	long double  ld;
	int          last FG(json:"last");
	int          rest[];
};

struct shapes {
	id_type            id         FG(json:"id,truncate" alias:"key,name");
	struct fg_str      text       FG(json:"text" mold:"trim,lower");
	struct fg_str      raw        FG(json:"raw,raw");
	char              *string     FG(json:"string");
	const char        *constant   FG(json:"constant" default:"a \"b\"");
	point_type         point      FG(json:"point");
	point_type        *maybe      FG(json:"maybe");
	int32_t           *maybe_int  FG(json:"maybe_int");
	int32_t            fixed[3]   FG(json:"fixed");
	int32_t            some[8]    FG(json:"some,count=some_n");
	uint8_t            some_n;
	char               words[4][16] FG(json:"words");
	struct fg_str      strings[2] FG(json:"strings");
	point_type         points[2]  FG(json:"points");
	struct node       *nodes      FG(json:"nodes,count=nodes_n,null");
	size_t             nodes_n;
	const char       **names      FG(json:"names,count=names_n");
	uint32_t           names_n;
	struct entry {
		struct fg_str key     FG(mapkey);
		int64_t       value   FG(mapvalue);
	}                 *entries    FG(json:"entries,map,count=entries_n");
	int32_t            entries_n;
	int32_t            not_ours;
	int32_t            skipped    FG(json:"-");
	struct numbers     numbers    FG(json:"numbers,omitempty");
} FG(unknown:"error");

struct row {
	int32_t a FG(json:"a,required");
	int32_t b FG(json:"b");
} FG(tuple local);

#endif
