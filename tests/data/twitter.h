/*
 * twitter.h - the answer of a search for messages, as the first version of that service's interface gave it
 *
 * What may be null is a pointer or a string; what may be absent has `omitempty`. Counts, ids and dates keep their own
 * types, so that a wrong one is an error where it is read and not where it is used.
 */
#ifndef TWITTER_H
#define TWITTER_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>

enum twitter_resize { TWITTER_RESIZE_FIT, TWITTER_RESIZE_CROP };

struct twitter_metadata {
	struct fg_str result_type       FG(json:"result_type");
	struct fg_str iso_language_code FG(json:"iso_language_code");
};

struct twitter_hashtag {
	struct fg_str text  FG(json:"text");
	uint32_t indices[2] FG(json:"indices");
};

struct twitter_url {
	struct fg_str url          FG(json:"url");
	struct fg_str expanded_url FG(json:"expanded_url");
	struct fg_str display_url  FG(json:"display_url");
	uint32_t indices[2]        FG(json:"indices");
};

struct twitter_urls {
	struct twitter_url *urls FG(json:"urls,count=urls_n");
	size_t urls_n;
};

struct twitter_mention {
	struct fg_str screen_name FG(json:"screen_name");
	struct fg_str name        FG(json:"name");
	int64_t id                FG(json:"id");
	struct fg_str id_str      FG(json:"id_str");
	uint32_t indices[2]       FG(json:"indices");
};

struct twitter_size {
	uint32_t w                 FG(json:"w");
	uint32_t h                 FG(json:"h");
	enum twitter_resize resize FG(json:"resize");
};

struct twitter_sizes {
	struct twitter_size medium FG(json:"medium");
	struct twitter_size small  FG(json:"small");
	struct twitter_size thumb  FG(json:"thumb");
	struct twitter_size large  FG(json:"large");
};

struct twitter_media {
	int64_t id                         FG(json:"id");
	struct fg_str id_str               FG(json:"id_str");
	uint32_t indices[2]                FG(json:"indices");
	struct fg_str media_url            FG(json:"media_url");
	struct fg_str media_url_https      FG(json:"media_url_https");
	struct fg_str url                  FG(json:"url");
	struct fg_str display_url          FG(json:"display_url");
	struct fg_str expanded_url         FG(json:"expanded_url");
	struct fg_str type                 FG(json:"type");
	struct twitter_sizes sizes         FG(json:"sizes");
	int64_t *source_status_id          FG(json:"source_status_id,omitempty");
	struct fg_str source_status_id_str FG(json:"source_status_id_str,omitempty");
};

struct twitter_entities {
	struct twitter_hashtag *hashtags      FG(json:"hashtags,count=hashtags_n");
	size_t hashtags_n;
	struct twitter_hashtag *symbols       FG(json:"symbols,count=symbols_n");
	size_t symbols_n;
	struct twitter_url *urls              FG(json:"urls,count=urls_n");
	size_t urls_n;
	struct twitter_mention *user_mentions FG(json:"user_mentions,count=user_mentions_n");
	size_t user_mentions_n;
	struct twitter_media *media           FG(json:"media,count=media_n,omitempty");
	size_t media_n;
};

struct twitter_user_entities {
	struct twitter_urls *url        FG(json:"url,omitempty");
	struct twitter_urls description FG(json:"description");
};

struct twitter_user {
	int64_t id                                       FG(json:"id");
	struct fg_str id_str                             FG(json:"id_str");
	struct fg_str name                               FG(json:"name");
	struct fg_str screen_name                        FG(json:"screen_name");
	struct fg_str location                           FG(json:"location");
	struct fg_str description                        FG(json:"description");
	struct fg_str url                                FG(json:"url");
	struct twitter_user_entities entities            FG(json:"entities");
	bool is_protected                                FG(json:"protected");
	uint32_t followers_count                         FG(json:"followers_count");
	uint32_t friends_count                           FG(json:"friends_count");
	uint32_t listed_count                            FG(json:"listed_count");
	struct fg_str created_at                         FG(json:"created_at");
	uint32_t favourites_count                        FG(json:"favourites_count");
	int32_t *utc_offset                              FG(json:"utc_offset");
	struct fg_str time_zone                          FG(json:"time_zone");
	bool geo_enabled                                 FG(json:"geo_enabled");
	bool verified                                    FG(json:"verified");
	uint32_t statuses_count                          FG(json:"statuses_count");
	struct fg_str lang                               FG(json:"lang");
	bool contributors_enabled                        FG(json:"contributors_enabled");
	bool is_translator                               FG(json:"is_translator");
	bool is_translation_enabled                      FG(json:"is_translation_enabled");
	struct fg_str profile_background_color           FG(json:"profile_background_color");
	struct fg_str profile_background_image_url       FG(json:"profile_background_image_url");
	struct fg_str profile_background_image_url_https FG(json:"profile_background_image_url_https");
	bool profile_background_tile                     FG(json:"profile_background_tile");
	struct fg_str profile_image_url                  FG(json:"profile_image_url");
	struct fg_str profile_image_url_https            FG(json:"profile_image_url_https");
	struct fg_str profile_banner_url                 FG(json:"profile_banner_url,omitempty");
	struct fg_str profile_link_color                 FG(json:"profile_link_color");
	struct fg_str profile_sidebar_border_color       FG(json:"profile_sidebar_border_color");
	struct fg_str profile_sidebar_fill_color         FG(json:"profile_sidebar_fill_color");
	struct fg_str profile_text_color                 FG(json:"profile_text_color");
	bool profile_use_background_image                FG(json:"profile_use_background_image");
	bool default_profile                             FG(json:"default_profile");
	bool default_profile_image                       FG(json:"default_profile_image");
	bool following                                   FG(json:"following");
	bool follow_request_sent                         FG(json:"follow_request_sent");
	bool notifications                               FG(json:"notifications");
};

struct twitter_point {
	struct fg_str type    FG(json:"type");
	double coordinates[2] FG(json:"coordinates");
};

struct twitter_place {
	struct fg_str id           FG(json:"id");
	struct fg_str url          FG(json:"url");
	struct fg_str place_type   FG(json:"place_type");
	struct fg_str name         FG(json:"name");
	struct fg_str full_name    FG(json:"full_name");
	struct fg_str country_code FG(json:"country_code");
	struct fg_str country      FG(json:"country");
};

struct twitter_contributor {
	int64_t id                FG(json:"id");
	struct fg_str id_str      FG(json:"id_str");
	struct fg_str screen_name FG(json:"screen_name");
};

struct twitter_status {
	struct twitter_metadata metadata         FG(json:"metadata");
	struct fg_str created_at                 FG(json:"created_at");
	int64_t id                               FG(json:"id");
	struct fg_str id_str                     FG(json:"id_str");
	struct fg_str text                       FG(json:"text");
	struct fg_str source                     FG(json:"source");
	bool truncated                           FG(json:"truncated");
	int64_t *in_reply_to_status_id           FG(json:"in_reply_to_status_id");
	struct fg_str in_reply_to_status_id_str  FG(json:"in_reply_to_status_id_str");
	int64_t *in_reply_to_user_id             FG(json:"in_reply_to_user_id");
	struct fg_str in_reply_to_user_id_str    FG(json:"in_reply_to_user_id_str");
	struct fg_str in_reply_to_screen_name    FG(json:"in_reply_to_screen_name");
	struct twitter_user user                 FG(json:"user");
	struct twitter_point *geo                FG(json:"geo");
	struct twitter_point *coordinates        FG(json:"coordinates");
	struct twitter_place *place              FG(json:"place");
	struct twitter_contributor *contributors FG(json:"contributors,count=contributors_n,null");
	size_t contributors_n;
	struct twitter_status *retweeted_status  FG(json:"retweeted_status,omitempty");
	uint32_t retweet_count                   FG(json:"retweet_count");
	uint32_t favorite_count                  FG(json:"favorite_count");
	struct twitter_entities entities         FG(json:"entities");
	bool favorited                           FG(json:"favorited");
	bool retweeted                           FG(json:"retweeted");
	bool *possibly_sensitive                 FG(json:"possibly_sensitive,omitempty");
	struct fg_str lang                       FG(json:"lang");
};

struct twitter_search_metadata {
	double completed_in        FG(json:"completed_in");
	int64_t max_id             FG(json:"max_id");
	struct fg_str max_id_str   FG(json:"max_id_str");
	struct fg_str next_results FG(json:"next_results");
	struct fg_str query        FG(json:"query");
	struct fg_str refresh_url  FG(json:"refresh_url");
	uint32_t count             FG(json:"count");
	int64_t since_id           FG(json:"since_id");
	struct fg_str since_id_str FG(json:"since_id_str");
};

struct twitter_search {
	struct twitter_status *statuses                FG(json:"statuses,count=statuses_n");
	size_t statuses_n;
	struct twitter_search_metadata search_metadata FG(json:"search_metadata");
};

#endif
