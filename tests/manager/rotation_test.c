/* SPDX-License-Identifier: MIT */
/* Keys that are replaced while requests go on. */
#include "field.h"
#include "main.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROTATIONS = 50 };

struct traffic {
    supa_manager *manager;
    atomic_int rotation, stop, threads;
    atomic_size_t requests, writes, failed;
};

static char keys[ROTATIONS + 1][1024];

static void read_keys(void)
{
    FILE *file = fopen(stack_value("MANAGER_KEYS"), "r");
    int n;

    for (int i = 1; file != NULL && i <= ROTATIONS; i++)
        CU_ASSERT_EQUAL_FATAL(fscanf(file, " k%d %1023s", &n, keys[i]), 2);
    if (file != NULL)
        fclose(file);
}

/* A request that says in its id after which rotation its lease was taken. */
static void ask(struct traffic *traffic, size_t number, int writes)
{
    char id[64], body[128];
    int rotation = atomic_load(&traffic->rotation);
    supa_client *shop = supa_manager_lease(traffic->manager, stack_store(1), NULL);
    supa_query *q = supa_from(shop, "customers");
    supa_error error;

    snprintf(id, sizeof id, "after-%d", rotation);
    snprintf(body, sizeof body, "{\"email\":\"rotation-%zu@field.example\"}", number);
    supa_header(q, "X-Request-Id", id);
    if (writes)
        supa_insert(q, body);
    else
        supa_limit(q, 1);
    if (supa_exec(q, &error) != SUPA_OK) {
        if (atomic_fetch_add(&traffic->failed, 1) == 0)
            printf("\n    %s %s", supa_code_name((supa_code)error.code), error.message);
    } else if (writes) {
        atomic_fetch_add(&traffic->writes, 1);
    }
    atomic_fetch_add(&traffic->requests, 1);
    supa_client_unref(shop);
}

static void *go_on(void *user)
{
    struct traffic *traffic = user;
    size_t thread = (size_t)atomic_fetch_add(&traffic->threads, 1);

    for (size_t i = 0; !atomic_load(&traffic->stop); i++)
        ask(traffic, thread * 1000000 + i, (int)(i & 1));
    return NULL;
}

/* Requests whose lease was taken after a rotation, and that carry an older key. */
static size_t old_keys(size_t from, size_t *requests)
{
    FILE *log = fopen(stack_value("STACK_ACCESS_LOG"), "r");
    static char line[65536];
    size_t lines = 0, old = 0;

    *requests = 0;
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        char *after = strstr(line, "\tafter-"), *label = strstr(line, "\tk");
        int key = label != NULL ? atoi(label + 2) : 0;

        if (++lines <= from || after == NULL)
            continue;
        ++*requests;
        old += key < atoi(after + 7);
    }
    if (log != NULL)
        fclose(log);
    return old;
}

static size_t rows_written(void)
{
    supa_client *tenant = stack_tenant(1);
    supa_query *q = supa_count(supa_from(tenant, "customers"), SUPA_COUNT_EXACT);
    supa_response *answer =
        supa_execute(supa_limit(supa_like(q, "email", "rotation-%@field.example"), 1));
    int64_t count = supa_response_count(answer);

    supa_response_free(answer);
    supa_client_unref(tenant);
    return (size_t)count;
}

static void check_rotations(int by_delta)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    struct traffic traffic = {.manager = NULL};
    pthread_t threads[THREADS];
    size_t from = field_log_lines(), requests, old;

    read_keys();
    stack_sql("tenant_1", "delete from customers where email like 'rotation-%';");
    traffic.manager = field_manager(options, 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, go_on, &traffic);
    for (int i = 1; i <= ROTATIONS; i++) {
        field_rotate(stack_store(1), keys[i]);
        if (by_delta) {
            CU_ASSERT_EQUAL(supa_manager_refresh(traffic.manager, NULL), SUPA_OK);
        } else {
            supa_manager_forget(traffic.manager, stack_store(1));
        }
        atomic_store(&traffic.rotation, i);
    }
    atomic_store(&traffic.stop, 1);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    field_sleep(200);
    old = old_keys(from, &requests);
    printf(
        "\n    %d rotations, noticed by %s, %d threads: %zu requests, %zu writes, %zu failed, %zu "
        "with an old key",
        ROTATIONS, by_delta ? "the delta" : "forget", THREADS, requests,
        atomic_load(&traffic.writes), atomic_load(&traffic.failed), old);
    CU_ASSERT_EQUAL(atomic_load(&traffic.failed), 0);
    CU_ASSERT_EQUAL(rows_written(), atomic_load(&traffic.writes));
    CU_ASSERT_EQUAL(old, 0);
    CU_ASSERT(requests > ROTATIONS);
    CU_ASSERT_EQUAL(requests, atomic_load(&traffic.requests));
    supa_manager_free(traffic.manager);
    field_rotate(stack_store(1), stack_tenant_value(1, "SERVICE_KEY"));
    stack_sql("tenant_1", "delete from customers where email like 'rotation-%';");
}

static void rotations_that_are_told(void)
{
    check_rotations(0);
}

static void rotations_that_the_delta_finds(void)
{
    check_rotations(1);
}

CU_TestInfo rotation_tests[] = {
    {"no lease after a rotation that was told has the old key", rotations_that_are_told},
    {"nor after one that the delta has found", rotations_that_the_delta_finds},
    CU_TEST_INFO_NULL,
};
