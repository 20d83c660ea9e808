/* shared_form.h - inline structs two deep in every kind of group, presence over two words, gaps, an integer key */
#ifndef SHARED_FORM_H
#define SHARED_FORM_H

#include <fieldguard/annotate.h>
#include <stdbool.h>
#include <stdint.h>

struct leaf {
	int32_t x FG(json:"x");
	int16_t y FG(json:"y");
	char z[3] FG(json:"z");
};

struct mid {
	uint8_t tag      FG(json:"tag");
	struct leaf leaf FG(json:"leaf");
	int untagged;
	struct leaf twin FG(json:"twin");
	int64_t n        FG(json:"n");
};

#define EIGHT(p)                                                                                                       \
	int16_t p##0 FG(json:""); int16_t p##1 FG(json:""); int32_t p##2 FG(json:""); int8_t p##3 FG(json:"");         \
	int64_t p##4 FG(json:""); uint8_t p##5 FG(json:""); int16_t p##6 FG(json:""); int16_t p##7 FG(json:"")

struct deep {
	int32_t id       FG(json:"id" key);
	struct mid mid   FG(json:"mid");
	int gap;
	EIGHT(a);
	EIGHT(b);
	EIGHT(c);
	struct mid held  FG(json:"held,mutex=m");
	EIGHT(d);
	EIGHT(e);
	bool flag        FG(json:"flag,atomic");
	int16_t list[5]  FG(json:"list,rwmutex=r,count=list_n");
	uint16_t list_n;
	EIGHT(f);
	EIGHT(g);
	struct mid many  FG(json:"many,rwmutex=r");
	int8_t late      FG(json:"late,atomic");
	EIGHT(h);
};

#endif
