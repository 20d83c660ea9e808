/* kinds.h - every kind, shape and option of docs/tags.md */
#ifndef KINDS_H
#define KINDS_H

#include "part.h"

enum kinds_color { KINDS_RED, KINDS_DARK_GREEN = 5, KINDS_BLUE = -3 };
typedef enum { MODE_OFF, MODE_ON } kinds_mode;
enum kinds_wide { WIDE_SMALL = 1, WIDE_LARGE = 0x7fffffffffffffff };

struct kinds_point {
	int32_t x FG(json:"x,required");
	int32_t y FG(json:"y" default:"-7");
} FG(local);

/* [x, label, ratio] outside */
struct kinds_tuple {
	int16_t x       FG(json:"x,required");
	char label[8]   FG(json:"label");
	double ratio    FG(json:"ratio,null" default:"0.5");
} FG(tuple local);

struct kinds_entry {
	struct fg_str name FG(mapkey);
	int64_t value      FG(mapvalue json:",null" default:"-1");
};

struct kinds_group {
	uint16_t number    FG(mapkey);
	char **names       FG(mapvalue json:",count=names_n");
	uint32_t names_n;
};

struct kinds_place {
	char code[8]       FG(mapkey);
	double height      FG(json:"height,required");
	bool open          FG(json:"open");
};

struct kinds_node {
	int64_t value           FG(json:"value");
	struct kinds_node *next FG(json:"next");
};

struct kinds_strict {
	int32_t a FG(json:"a");
} FG(unknown:"error" local);

struct kinds {
	char id[24]                FG(json:"id,required" alias:"key,identifier");
	int8_t i8                  FG(json:"i8");
	int16_t i16                FG(json:"i16");
	int32_t i32                FG(json:"i32" default:"-12");
	int64_t i64                FG(json:"i64" default:"-9223372036854775808");
	uint8_t u8                 FG(json:"u8" default:"255");
	uint16_t u16               FG(json:"u16");
	uint32_t u32               FG(json:"u32");
	uint64_t u64               FG(json:"u64" default:"18446744073709551615");
	bool yes                   FG(json:"yes" default:"true");
	float f32                  FG(json:"f32" default:"0.1");
	double f64                 FG(json:"f64" default:"1e300");
	enum kinds_color color     FG(json:"color" default:"dark_green");
	kinds_mode mode            FG(json:"mode,number");
	enum kinds_wide wide       FG(json:"wide");
	char code[4]               FG(json:"code" mold:"trim,upper" default:"EUR");
	char note[8]               FG(json:"note,truncate");
	struct fg_str text         FG(json:"text" mold:"trim,lower" default:"none");
	char *name                 FG(json:"name" default:"nobody");
	const char *title          FG(json:"title" mold:"trim" default:"untitled");
	struct fg_str raw          FG(json:"raw,raw");
	int64_t at_ns              FG(json:"at,time" default:"2024-02-29T12:00:00Z");
	int64_t for_ns             FG(json:"for,duration" default:"1m30s");
	int64_t quoted             FG(json:"quoted,string");
	bool quoted_yes            FG(json:"quoted_yes,string");
	double quoted_ratio        FG(json:"quoted_ratio,string");
	int32_t maybe              FG(json:"maybe,null" default:"3");
	int32_t small              FG(json:"small,omitempty");
	struct kinds_point point   FG(json:"point");
	struct kinds_point spare   FG(json:"spare,null,omitempty");
	struct kinds_tuple tuple   FG(json:"tuple,null");
	struct kinds_strict strict FG(json:"strict,omitempty");
	struct part part           FG(json:"part");
	struct kinds_point *where  FG(json:"where,omitempty");
	int64_t *count             FG(json:"count,string,omitempty");
	enum kinds_color *shade    FG(json:"shade,omitempty");
	bool *sure                 FG(json:"sure,omitempty");
	double *weight             FG(json:"weight,omitempty");
	struct kinds_node *list    FG(json:"list,omitempty");
	int32_t pair[2]            FG(json:"pair,null");
	uint8_t bytes[4]           FG(json:"bytes,count=bytes_n");
	uint8_t bytes_n;
	char words[3][6]           FG(json:"words,count=words_n,omitempty");
	int words_n;
	struct kinds_point spots[2] FG(json:"spots,count=spots_n,null");
	size_t spots_n;
	double *samples            FG(json:"samples,count=samples_n");
	size_t samples_n;
	struct fg_str *tags        FG(json:"tags,count=tags_n,null");
	int tags_n;
	const char **lines         FG(json:"lines,count=lines_n,omitempty");
	uint8_t lines_n;
	enum kinds_color *colors   FG(json:"colors,count=colors_n,omitempty");
	size_t colors_n;
	struct kinds_tuple *rows   FG(json:"rows,count=rows_n,omitempty");
	size_t rows_n;
	int64_t *times             FG(json:"times,count=times_n,time,omitempty");
	size_t times_n;
	struct kinds_entry *limits FG(json:"limits,count=limits_n,map");
	size_t limits_n;
	struct kinds_group *groups FG(json:"groups,count=groups_n,map,null");
	size_t groups_n;
	struct kinds_place places[2] FG(json:"places,count=places_n,map,omitempty");
	uint32_t places_n;
	struct {
		int32_t inner      FG(json:"inner");
	};
	int32_t odd                FG(json:"odd? é");
	int64_t last               FG(json:"last");
	void *opaque;
	unsigned flag : 3;
};

#endif
