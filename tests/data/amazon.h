/*
 * amazon.h - reviews of telephones: one array a line, the first line names the columns
 */
#ifndef AMAZON_H
#define AMAZON_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>

struct amazon_header {
	struct fg_str asin          FG(json:"asin,required");
	struct fg_str brand         FG(json:"brand,required");
	struct fg_str title         FG(json:"title,required");
	struct fg_str url           FG(json:"url,required");
	struct fg_str image         FG(json:"image,required");
	struct fg_str rating        FG(json:"rating,required");
	struct fg_str review_url    FG(json:"review_url,required");
	struct fg_str total_reviews FG(json:"total_reviews,required");
	struct fg_str prices        FG(json:"prices,required");
} FG(tuple);

struct amazon_phone {
	char asin[11]            FG(json:"asin,required");
	struct fg_str brand      FG(json:"brand,required");
	struct fg_str title      FG(json:"title,required");
	struct fg_str url        FG(json:"url,required");
	struct fg_str image      FG(json:"image,required");
	double rating            FG(json:"rating,required");
	struct fg_str review_url FG(json:"reviewUrl,required");
	uint32_t total_reviews   FG(json:"totalReviews,required");
	struct fg_str prices     FG(json:"prices,required");
} FG(tuple);

#endif
