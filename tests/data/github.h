/*
 * github.h - public events of a code forge: a root array of records whose payload depends on their type
 *
 * Each payload holds only the fields of its own type of event, and `ref` of a new repository is null. What is absent
 * and what is null is kept apart by the presence mask, so no field of a payload needs `omitempty`.
 */
#ifndef GITHUB_H
#define GITHUB_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>

enum github_state { GITHUB_OPEN, GITHUB_CLOSED };

struct github_actor {
	char gravatar_id[33]     FG(json:"gravatar_id");
	struct fg_str login      FG(json:"login");
	struct fg_str avatar_url FG(json:"avatar_url");
	struct fg_str url        FG(json:"url");
	uint64_t id              FG(json:"id");
};

struct github_repo {
	struct fg_str url  FG(json:"url");
	uint64_t id        FG(json:"id");
	struct fg_str name FG(json:"name");
};

struct github_author {
	struct fg_str email FG(json:"email");
	struct fg_str name  FG(json:"name");
};

struct github_commit {
	struct fg_str url           FG(json:"url");
	struct fg_str message       FG(json:"message");
	bool distinct               FG(json:"distinct");
	char sha[41]                FG(json:"sha");
	struct github_author author FG(json:"author");
};

struct github_user {
	struct fg_str url                 FG(json:"url");
	struct fg_str gists_url           FG(json:"gists_url");
	char gravatar_id[33]              FG(json:"gravatar_id");
	struct fg_str type                FG(json:"type");
	struct fg_str avatar_url          FG(json:"avatar_url");
	struct fg_str subscriptions_url   FG(json:"subscriptions_url");
	struct fg_str organizations_url   FG(json:"organizations_url");
	struct fg_str received_events_url FG(json:"received_events_url");
	struct fg_str repos_url           FG(json:"repos_url");
	struct fg_str login               FG(json:"login");
	uint64_t id                       FG(json:"id");
	struct fg_str starred_url         FG(json:"starred_url");
	struct fg_str events_url          FG(json:"events_url");
	struct fg_str followers_url       FG(json:"followers_url");
	struct fg_str following_url       FG(json:"following_url");
};

struct github_fork {
	struct fg_str description       FG(json:"description");
	bool fork                       FG(json:"fork");
	struct fg_str url               FG(json:"url");
	struct fg_str language          FG(json:"language");
	struct fg_str stargazers_url    FG(json:"stargazers_url");
	struct fg_str clone_url         FG(json:"clone_url");
	struct fg_str tags_url          FG(json:"tags_url");
	struct fg_str full_name         FG(json:"full_name");
	struct fg_str merges_url        FG(json:"merges_url");
	uint32_t forks                  FG(json:"forks");
	bool is_private                 FG(json:"private");
	struct fg_str git_refs_url      FG(json:"git_refs_url");
	struct fg_str archive_url       FG(json:"archive_url");
	struct fg_str collaborators_url FG(json:"collaborators_url");
	struct github_user owner        FG(json:"owner");
	struct fg_str languages_url     FG(json:"languages_url");
	struct fg_str trees_url         FG(json:"trees_url");
	struct fg_str labels_url        FG(json:"labels_url");
	struct fg_str html_url          FG(json:"html_url");
	int64_t pushed_at               FG(json:"pushed_at,time");
	int64_t created_at              FG(json:"created_at,time");
	bool has_issues                 FG(json:"has_issues");
	struct fg_str forks_url         FG(json:"forks_url");
	struct fg_str branches_url      FG(json:"branches_url");
	struct fg_str commits_url       FG(json:"commits_url");
	struct fg_str notifications_url FG(json:"notifications_url");
	uint32_t open_issues            FG(json:"open_issues");
	struct fg_str contents_url      FG(json:"contents_url");
	struct fg_str blobs_url         FG(json:"blobs_url");
	struct fg_str issues_url        FG(json:"issues_url");
	struct fg_str compare_url       FG(json:"compare_url");
	struct fg_str issue_events_url  FG(json:"issue_events_url");
	struct fg_str name              FG(json:"name");
	int64_t updated_at              FG(json:"updated_at,time");
	struct fg_str statuses_url      FG(json:"statuses_url");
	uint32_t forks_count            FG(json:"forks_count");
	struct fg_str assignees_url     FG(json:"assignees_url");
	struct fg_str ssh_url           FG(json:"ssh_url");
	bool is_public                  FG(json:"public");
	bool has_wiki                   FG(json:"has_wiki");
	struct fg_str subscribers_url   FG(json:"subscribers_url");
	struct fg_str mirror_url        FG(json:"mirror_url");
	uint32_t watchers_count         FG(json:"watchers_count");
	uint64_t id                     FG(json:"id");
	bool has_downloads              FG(json:"has_downloads");
	struct fg_str git_commits_url   FG(json:"git_commits_url");
	struct fg_str downloads_url     FG(json:"downloads_url");
	struct fg_str pulls_url         FG(json:"pulls_url");
	struct fg_str homepage          FG(json:"homepage");
	struct fg_str issue_comment_url FG(json:"issue_comment_url");
	struct fg_str hooks_url         FG(json:"hooks_url");
	struct fg_str subscription_url  FG(json:"subscription_url");
	struct fg_str milestones_url    FG(json:"milestones_url");
	struct fg_str svn_url           FG(json:"svn_url");
	struct fg_str events_url        FG(json:"events_url");
	struct fg_str git_tags_url      FG(json:"git_tags_url");
	struct fg_str teams_url         FG(json:"teams_url");
	struct fg_str comments_url      FG(json:"comments_url");
	uint32_t open_issues_count      FG(json:"open_issues_count");
	struct fg_str keys_url          FG(json:"keys_url");
	struct fg_str git_url           FG(json:"git_url");
	struct fg_str contributors_url  FG(json:"contributors_url");
	uint64_t size                   FG(json:"size");
	uint32_t watchers               FG(json:"watchers");
};

struct github_label {
	struct fg_str url  FG(json:"url");
	struct fg_str name FG(json:"name");
	char color[7]      FG(json:"color");
};

struct github_milestone {
	struct fg_str url       FG(json:"url");
	uint64_t id             FG(json:"id");
	uint32_t number         FG(json:"number");
	struct fg_str title     FG(json:"title");
	enum github_state state FG(json:"state");
};

struct github_pull_request {
	struct fg_str html_url  FG(json:"html_url");
	struct fg_str patch_url FG(json:"patch_url");
	struct fg_str diff_url  FG(json:"diff_url");
};

struct github_issue {
	struct github_user user                 FG(json:"user");
	struct fg_str url                       FG(json:"url");
	struct github_label *labels             FG(json:"labels,count=labels_n");
	size_t labels_n;
	struct fg_str html_url                  FG(json:"html_url");
	struct fg_str labels_url                FG(json:"labels_url");
	struct github_pull_request pull_request FG(json:"pull_request");
	int64_t created_at                      FG(json:"created_at,time");
	int64_t *closed_at                      FG(json:"closed_at,time");
	struct github_milestone *milestone      FG(json:"milestone");
	struct fg_str title                     FG(json:"title");
	struct fg_str body                      FG(json:"body");
	int64_t updated_at                      FG(json:"updated_at,time");
	uint32_t number                         FG(json:"number");
	enum github_state state                 FG(json:"state");
	struct github_user *assignee            FG(json:"assignee");
	uint64_t id                             FG(json:"id");
	struct fg_str events_url                FG(json:"events_url");
	struct fg_str comments_url              FG(json:"comments_url");
	uint32_t comments                       FG(json:"comments");
};

struct github_comment {
	struct github_user user FG(json:"user");
	struct fg_str url       FG(json:"url");
	struct fg_str issue_url FG(json:"issue_url");
	int64_t created_at      FG(json:"created_at,time");
	struct fg_str body      FG(json:"body");
	int64_t updated_at      FG(json:"updated_at,time");
	uint64_t id             FG(json:"id");
};

struct github_page {
	struct fg_str page_name FG(json:"page_name");
	struct fg_str html_url  FG(json:"html_url");
	struct fg_str title     FG(json:"title");
	char sha[41]            FG(json:"sha");
	struct fg_str summary   FG(json:"summary");
	struct fg_str action    FG(json:"action");
};

struct github_payload {
	struct github_commit *commits  FG(json:"commits,count=commits_n");
	size_t commits_n;
	uint32_t distinct_size         FG(json:"distinct_size");
	struct fg_str ref              FG(json:"ref");
	uint64_t push_id               FG(json:"push_id");
	char before[41]                FG(json:"before");
	char head[41]                  FG(json:"head");
	uint32_t size                  FG(json:"size");
	struct fg_str description      FG(json:"description");
	struct fg_str master_branch    FG(json:"master_branch");
	struct fg_str ref_type         FG(json:"ref_type");
	struct github_fork *forkee     FG(json:"forkee");
	struct github_issue *issue     FG(json:"issue");
	struct fg_str action           FG(json:"action");
	struct github_comment *comment FG(json:"comment");
	struct github_page *pages      FG(json:"pages,count=pages_n");
	size_t pages_n;
};

struct github_event {
	struct fg_str type            FG(json:"type");
	int64_t created_at            FG(json:"created_at,time");
	struct github_actor actor     FG(json:"actor");
	struct github_repo repo       FG(json:"repo");
	bool is_public                FG(json:"public");
	struct github_actor *org      FG(json:"org");
	struct github_payload payload FG(json:"payload");
	uint64_t id                   FG(json:"id,string");
};

#endif
