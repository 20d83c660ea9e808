/*
 * lab3_response.c - incident 3: a response struct that several requests fill at once
 *
 * A request names a user. Two lookups answer in JSON, their fields go into the response, and the response is encoded
 * and sent. The article's service did that in one response that all its workers shared:
 *
 *     worker 1:  user = 1001   name = "Alice"                    cents = 5    encode -> {"user":1002,"name":"Alice",...
 *     worker 2:        user = 1002     name = "Bob"  (looks up)
 *
 * Between the first field and the reply lie two lookups and the encoding: real work, no pause. Every reply is decoded
 * again and held against what its requester should have got.
 */
#include "lab.h"
#include "response.fg.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { USERS = 4096, TEXT = 96 };
enum { MIXED, ANOTHERS };

static struct {
	char profile[TEXT], account[TEXT]; /* what the two services say */
	struct response right;             /* what a reply has to be */
} users[USERS];

static void prepare(void)
{
	static const char *const currencies[] = {"EUR", "CHF", "JPY", "NOK"};

	for (uint32_t i = 0; i < USERS; i++) {
		struct response *right = &users[i].right;

		right->user = i;
		right->cents = (int64_t)i * 1009 + 17;
		memcpy(right->currency, currencies[i % 4], 4);
		snprintf(right->name, sizeof right->name, "Name %u", i);
		snprintf(right->email, sizeof right->email, "user%u@example.org", i);
		snprintf(users[i].profile, TEXT, "{\"name\": \"Name %u\", \"email\": \" User%u@example.org\"}", i, i);
		snprintf(users[i].account, TEXT, "{\"balance\": %lld, \"currency\": \"%s\"}", (long long)right->cents,
		         right->currency);
	}
}

static void look_up_profile(uint32_t user, struct profile *ret_profile)
{
	profile_decode(users[user].profile, strlen(users[user].profile), NULL, NULL, ret_profile, NULL, NULL);
}

static void look_up_account(uint32_t user, struct account *ret_account)
{
	account_decode(users[user].account, strlen(users[user].account), NULL, NULL, ret_account, NULL, NULL);
}

/* ---- naive: one response for all, each field assigned as it comes ------------------------------------------------ */

static struct response shared;

static int answer_naive(uint32_t user, struct fg_buffer *reply)
{
	struct profile profile;
	struct account account;

	shared.user = user;
	look_up_profile(user, &profile);
	memcpy(shared.name, profile.name, sizeof shared.name);
	memcpy(shared.email, profile.email, sizeof shared.email);
	look_up_account(user, &account);
	shared.cents = account.cents;
	memcpy(shared.currency, account.currency, sizeof shared.currency);
	return response_encode(&shared, NULL, reply, NULL);
}

/* ---- locked: the same, a lock around each assignment and each reading. No race, and no difference ---------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void copy_locked(void *to, const void *from, size_t size)
{
	pthread_mutex_lock(&lock);
	memcpy(to, from, size);
	pthread_mutex_unlock(&lock);
}

static int answer_locked(uint32_t user, struct fg_buffer *reply)
{
	struct profile profile;
	struct account account;
	struct response response;

	copy_locked(&shared.user, &user, sizeof user);
	look_up_profile(user, &profile);
	copy_locked(shared.name, profile.name, sizeof shared.name);
	copy_locked(shared.email, profile.email, sizeof shared.email);
	look_up_account(user, &account);
	copy_locked(&shared.cents, &account.cents, sizeof shared.cents);
	copy_locked(shared.currency, account.currency, sizeof shared.currency);

	copy_locked(&response.user, &shared.user, sizeof response.user);
	copy_locked(response.name, shared.name, sizeof response.name);
	copy_locked(response.email, shared.email, sizeof response.email);
	copy_locked(&response.cents, &shared.cents, sizeof response.cents);
	copy_locked(response.currency, shared.currency, sizeof response.currency);
	return response_encode(&response, NULL, reply, NULL);
}

/* ---- guarded: the response belongs to the request ---------------------------------------------------------------- */

static void fill(struct response *response, uint32_t user)
{
	struct profile profile;
	struct account account;

	response->user = user;
	look_up_profile(user, &profile);
	memcpy(response->name, profile.name, sizeof response->name);
	memcpy(response->email, profile.email, sizeof response->email);
	look_up_account(user, &account);
	response->cents = account.cents;
	memcpy(response->currency, account.currency, sizeof response->currency);
}

static int answer_guarded(uint32_t user, struct fg_buffer *reply)
{
	struct response response;

	fill(&response, user);
	return response_encode(&response, NULL, reply, NULL);
}

/* ---- snapshot: still one response for all, but published whole. Never mixed; and not always the requester's ------ */

static struct response_shared published;

static int answer_snapshot(uint32_t user, struct fg_buffer *reply)
{
	struct response response;

	fill(&response, user);
	response_merge(&published, &response, NULL);
	response_read(&published, &response, NULL);
	return response_encode(&response, NULL, reply, NULL);
}

/* ---- mutex: still one response for all, one request at a time ---------------------------------------------------- */

static int answer_mutex(uint32_t user, struct fg_buffer *reply)
{
	int rc;

	pthread_mutex_lock(&lock);
	rc = answer_naive(user, reply);
	pthread_mutex_unlock(&lock);
	return rc;
}

/* ---- the requests ------------------------------------------------------------------------------------------------ */

static bool same(const struct response *a, const struct response *b)
{
	return a->user == b->user && strcmp(a->name, b->name) == 0 && strcmp(a->email, b->email) == 0 &&
	       a->cents == b->cents && strcmp(a->currency, b->currency) == 0;
}

/* What the requester makes of the reply. */
static void judge(struct lab_worker *worker, uint32_t user, const struct fg_buffer *reply)
{
	struct response got;

	if (response_decode(reply->data, reply->len, NULL, NULL, &got, NULL, NULL) != 0)
		worker->counts[MIXED]++; /* torn in the midst of a field: not even JSON */
	else if (same(&got, &users[user].right))
		return;
	else if (got.user < USERS && same(&got, &users[got.user].right))
		worker->counts[ANOTHERS]++;
	else
		worker->counts[MIXED]++;
}

struct way {
	int (*answer)(uint32_t user, struct fg_buffer *reply);
};

static void work(struct lab_worker *worker, void *user)
{
	const struct way *way = user;
	struct fg_buffer reply = {0};

	while (lab_going(worker)) {
		uint32_t asked = (uint32_t)(lab_random(&worker->random) % USERS);

		reply.len = 0;
		if (way->answer(asked, &reply) == 0)
			judge(worker, asked, &reply);
		else
			worker->counts[MIXED]++;
		worker->operations++;
	}
	fg_buffer_fini(&reply);
}

static void run(const struct lab_variant *variant, const struct lab_options *options, struct lab_result *result)
{
	struct lab_crew *crew = lab_crew_new(options->threads, work, (void *)(uintptr_t)variant->user);

	prepare();
	lab_result_add(result, crew, lab_crew_run(crew, options->seconds));
	lab_crew_free(crew);
}

static const struct lab_variant variants[] = {
    {"naive", "naive: one response for all", run, &(const struct way){answer_naive}, 0},
    {"locked", "a lock around each field", run, &(const struct way){answer_locked}, 0},
    {"snapshot", "one for all, published whole", run, &(const struct way){answer_snapshot}, 1u << MIXED},
    {"mutex", "one for all, under one mutex", run, &(const struct way){answer_mutex}, 3},
    {"guarded", "guarded: a record a request", run, &(const struct way){answer_guarded}, 3},
};

static const char *const notes[] = {
    "mixed      replies whose fields are of different users",
    "another's  replies that are whole, and another user's: no detector of races can see these",
    NULL,
};

const struct lab lab_response = {
    .title = "3, a response that several requests fill",
    .operation = "replies",
    .notes = notes,
    .columns = {{"mixed", "mixed", true}, {"anothers", "another's", true}},
    .columns_n = 2,
    .variants = variants,
    .variants_n = sizeof variants / sizeof variants[0],
};
