/* SPDX-License-Identifier: MIT */
#include "soak/work.h"

#include "soak/town.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { AT_ONCE = 16, PAUSE_US = 5000 };

static uint32_t roll(struct worker *worker, uint32_t sides)
{
    worker->dice ^= worker->dice << 13;
    worker->dice ^= worker->dice >> 7;
    worker->dice ^= worker->dice << 17;
    return (uint32_t)(worker->dice >> 32) % sides;
}

/* One request: of whom, what, and since when. */
struct request {
    struct worker *worker;
    supa_multi *multi; /* that it is asked on, or NULL */
    int store;
    int64_t number; /* of the write, or −1 for a read */
    int64_t start_us;
    int is_busy;
};

static void begin(struct request *request, struct worker *worker)
{
    request->worker = worker;
    request->store = (int)roll(worker, TOWN_STORES);
    request->number = roll(worker, 2) == 0 ? ledger_next(worker->ledger) : -1;
    request->start_us = latency_us();
    request->is_busy = 1;
    worker->requests++;
}

static supa_query *read_products(supa_client *shop)
{
    return supa_limit(supa_select(supa_from(shop, "products"), "slug,store_id"), 10);
}

static supa_query *write_entry(const struct request *request, supa_client *shop)
{
    supa_query *q = supa_insert_row(supa_from(shop, "soak_entries"));

    supa_set(q, "worker", supa_int(request->worker->number));
    return supa_set(q, "number", supa_int(request->number));
}

/* Some are given too little time. */
static supa_query *build(const struct request *request, supa_client *shop)
{
    supa_query *q = request->number < 0 ? read_products(shop) : write_entry(request, shop);

    if (roll(request->worker, 20) == 0)
        supa_timeout(q, 1 + roll(request->worker, 20));
    return q;
}

/* A row of somebody else's is the worst that can be. */
static void check_rows(struct request *request, const supa_response *response)
{
    const size_t rows = supa_response_row_count(response);
    char id[40], slug[40];

    town_store(request->store, id);
    town_slug(request->store, slug);
    if (rows != 1)
        request->worker->strangers++;
    for (size_t i = 0; i < rows; i++) {
        const supa_row row = supa_response_row(response, i);

        if (strcmp(supa_row_string(row, "store_id", ""), id) != 0 ||
            strcmp(supa_row_string(row, "slug", ""), slug) != 0)
            request->worker->strangers++;
    }
}

static void settle(struct request *request, const supa_error *error)
{
    struct worker *worker = request->worker;

    worker->answered++;
    worker->codes[error->code & (WORK_CODES - 1)]++;
    if (error->code == SUPA_OK)
        latency_note(&worker->latency, latency_us() - request->start_us);
    if (request->number >= 0)
        ledger_settle(worker->ledger, request->number, error);
    request->is_busy = 0;
}

static void take_answer(struct request *request, supa_response *response)
{
    const supa_error *error = supa_response_error(response);
    const supa_error none = {.code = SUPA_OK};

    if (error == NULL && request->number < 0)
        check_rows(request, response);
    settle(request, error != NULL ? error : &none);
    supa_response_free(response);
}

static void arm(struct worker *worker, supa_cancel *token)
{
    pthread_mutex_lock(&worker->lock);
    worker->token = token;
    pthread_mutex_unlock(&worker->lock);
}

void work_disturb(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    supa_cancel_fire(worker->token);
    pthread_mutex_unlock(&worker->lock);
}

/* Some can be cancelled, and then often are. */
static supa_response *ask(struct request *request, supa_client *shop)
{
    struct worker *worker = request->worker;
    supa_cancel *token = roll(worker, 20) == 0 ? supa_cancel_new() : NULL;
    supa_query *q = build(request, shop);
    supa_response *response;

    if (token == NULL)
        return supa_execute(q);
    arm(worker, token);
    response = supa_execute(supa_cancel_with(q, token));
    arm(worker, NULL);
    supa_cancel_unref(token);
    return response;
}

static void pause_us(int64_t us)
{
    const struct timespec time = {0, (long)us * 1000};

    nanosleep(&time, NULL);
}

void *work_alone(void *argument)
{
    struct worker *worker = argument;
    struct request request = {.multi = NULL};

    while (!atomic_load(worker->stop)) {
        const int64_t good = worker->codes[SUPA_OK];
        supa_error error;
        supa_client *shop;
        char id[40];

        begin(&request, worker);
        shop = supa_manager_lease(worker->manager, town_store(request.store, id), &error);
        if (shop != NULL)
            take_answer(&request, ask(&request, shop));
        else
            settle(&request, &error);
        supa_client_unref(shop);
        if (worker->codes[SUPA_OK] == good)
            pause_us(PAUSE_US);
    }
    return NULL;
}

static void answered(void *user, supa_response *response)
{
    take_answer(user, response);
}

struct many {
    supa_multi *multi;
    struct request requests[AT_ONCE];
};

static void leased(void *user, supa_client *shop, const supa_error *error)
{
    struct request *request = user;

    if (shop == NULL) {
        settle(request, error);
        return;
    }
    if (supa_multi_add(request->multi, build(request, shop), answered, request) == 0)
        fprintf(stderr, "out of memory\n");
    supa_client_unref(shop);
}

static void fill(struct many *many, struct worker *worker)
{
    char id[40];

    for (int i = 0; i < AT_ONCE; i++) {
        struct request *request = &many->requests[i];

        if (request->is_busy)
            continue;
        begin(request, worker);
        if (supa_multi_lease(
                many->multi, worker->manager, town_store(request->store, id), leased, request) == 0)
            fprintf(stderr, "out of memory\n");
    }
}

void *work_many(void *argument)
{
    struct worker *worker = argument;
    struct many many = {.multi = supa_multi_new(NULL, NULL)};

    for (int i = 0; i < AT_ONCE; i++)
        many.requests[i].multi = many.multi;
    while (!atomic_load(worker->stop)) {
        const int64_t good = worker->codes[SUPA_OK], all = worker->answered;

        fill(&many, worker);
        supa_multi_poll(many.multi, 50);
        if (worker->answered != all && worker->codes[SUPA_OK] == good)
            pause_us(PAUSE_US);
    }
    supa_multi_run(many.multi);
    supa_multi_free(many.multi);
    return NULL;
}
