/*
 * citm.h - a ticket office's catalogue: maps whose member names are numbers, and long arrays of small records
 */
#ifndef CITM_H
#define CITM_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>

struct citm_name {
	uint32_t id         FG(mapkey);
	struct fg_str name  FG(mapvalue);
};

struct citm_venue {
	struct fg_str code  FG(mapkey);
	struct fg_str name  FG(mapvalue);
};

struct citm_topic {
	uint32_t id             FG(mapkey);
	uint32_t *sub_topic_ids FG(mapvalue json:",count=sub_topic_ids_n");
	size_t sub_topic_ids_n;
};

struct citm_event {
	uint32_t key               FG(mapkey);
	struct fg_str description  FG(json:"description");
	uint32_t id                FG(json:"id");
	struct fg_str logo         FG(json:"logo");
	struct fg_str name         FG(json:"name");
	uint32_t *sub_topic_ids    FG(json:"subTopicIds,count=sub_topic_ids_n");
	size_t sub_topic_ids_n;
	struct fg_str subject_code FG(json:"subjectCode");
	struct fg_str subtitle     FG(json:"subtitle");
	uint32_t *topic_ids        FG(json:"topicIds,count=topic_ids_n");
	size_t topic_ids_n;
};

struct citm_price {
	uint32_t amount                   FG(json:"amount");
	uint32_t audience_sub_category_id FG(json:"audienceSubCategoryId");
	uint32_t seat_category_id         FG(json:"seatCategoryId");
};

struct citm_area {
	uint32_t area_id    FG(json:"areaId");
	uint32_t *block_ids FG(json:"blockIds,count=block_ids_n");
	size_t block_ids_n;
};

struct citm_seat_category {
	struct citm_area *areas   FG(json:"areas,count=areas_n");
	size_t areas_n;
	uint32_t seat_category_id FG(json:"seatCategoryId");
};

struct citm_performance {
	uint32_t event_id                          FG(json:"eventId");
	uint32_t id                                FG(json:"id");
	struct fg_str logo                         FG(json:"logo");
	struct fg_str name                         FG(json:"name");
	struct citm_price *prices                  FG(json:"prices,count=prices_n");
	size_t prices_n;
	struct citm_seat_category *seat_categories FG(json:"seatCategories,count=seat_categories_n");
	size_t seat_categories_n;
	struct fg_str seat_map_image               FG(json:"seatMapImage");
	int64_t start_ms                           FG(json:"start");
	struct fg_str venue_code                   FG(json:"venueCode");
};

struct citm_catalog {
	struct citm_name *area_names               FG(json:"areaNames,map,count=area_names_n");
	size_t area_names_n;
	struct citm_name *audience_names           FG(json:"audienceSubCategoryNames,map,count=audience_names_n");
	size_t audience_names_n;
	struct citm_name *block_names              FG(json:"blockNames,map,count=block_names_n");
	size_t block_names_n;
	struct citm_event *events                  FG(json:"events,map,count=events_n");
	size_t events_n;
	struct citm_performance *performances      FG(json:"performances,count=performances_n");
	size_t performances_n;
	struct citm_name *seat_category_names      FG(json:"seatCategoryNames,map,count=seat_category_names_n");
	size_t seat_category_names_n;
	struct citm_name *sub_topic_names          FG(json:"subTopicNames,map,count=sub_topic_names_n");
	size_t sub_topic_names_n;
	struct citm_name *subject_names            FG(json:"subjectNames,map,count=subject_names_n");
	size_t subject_names_n;
	struct citm_name *topic_names              FG(json:"topicNames,map,count=topic_names_n");
	size_t topic_names_n;
	struct citm_topic *topic_sub_topics        FG(json:"topicSubTopics,map,count=topic_sub_topics_n");
	size_t topic_sub_topics_n;
	struct citm_venue *venue_names             FG(json:"venueNames,map,count=venue_names_n");
	size_t venue_names_n;
};

#endif
