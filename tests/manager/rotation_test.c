/* SPDX-License-Identifier: MIT */
/* Keys that are replaced while requests go on. */
#include "field.h"
#include "main.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROTATIONS = 50, BETWEEN = 2, RACES = 200, RACERS = 4, RACE = 7100 };

/* How a rotation is noticed. */
enum way { TOLD, BY_DELTA, REFUSED };
static const char *const ways[] = {"forget", "the delta", "forget, and the old key is refused"};

struct traffic {
    supa_manager *manager;
    atomic_int rotation, stop, threads;
    atomic_size_t requests, writes, failed;
    atomic_size_t done[THREADS]; /* requests of each */
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
static void
ask_by(struct traffic *traffic, supa_client *shop, int rotation, size_t number, int writes)
{
    char id[64], body[128];
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
}

static void ask(struct traffic *traffic, size_t number, int writes)
{
    int rotation = atomic_load(&traffic->rotation);
    supa_client *shop = supa_manager_lease(traffic->manager, stack_store(1), NULL);

    ask_by(traffic, shop, rotation, number, writes);
    supa_client_unref(shop);
}

static void *go_on(void *user)
{
    struct traffic *traffic = user;
    size_t thread = (size_t)atomic_fetch_add(&traffic->threads, 1);

    for (size_t i = 0; !atomic_load(&traffic->stop); i++) {
        ask(traffic, thread * 1000000 + i, (int)(i & 1));
        atomic_fetch_add(&traffic->done[thread], 1);
    }
    return NULL;
}

/* The gateway refuses key number @n from now on, or takes it again. */
static void refuse_key(int n, int on)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/1-k%02d", stack_value("MANAGER_REFUSED"), n);
    if (!on) {
        remove(path);
        return;
    }
    file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fclose(file);
}

/* Requests whose lease was taken after a rotation, and that carry an older key. @requests and @refused:
 * how many were taken, and how many refused for their key. */
static size_t old_keys(size_t from, size_t *requests, size_t *refused)
{
    FILE *log = fopen(stack_value("STACK_ACCESS_LOG"), "r");
    static char line[65536];
    size_t lines = 0, old = 0;

    *requests = *refused = 0;
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        char *after = strstr(line, "\tafter-"), *label = strstr(line, "\tk");
        int key = label != NULL ? atoi(label + 2) : 0;

        if (++lines <= from || after == NULL)
            continue;
        if (strstr(line, "\t401\tk") != NULL)
            ++*refused;
        else
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

static void rotate(struct traffic *traffic, int n, enum way way)
{
    supa_client *kept = supa_manager_lease(traffic->manager, stack_store(1), NULL);

    field_rotate(stack_store(1), keys[n]);
    if (way == BY_DELTA)
        CU_ASSERT_EQUAL(supa_manager_refresh(traffic->manager, NULL), SUPA_OK);
    if (way != BY_DELTA)
        supa_manager_forget(traffic->manager, stack_store(1));
    atomic_store(&traffic->rotation, n);
    if (way == REFUSED) {
        refuse_key(n - 1, 1);
        ask_by(traffic, kept, n - 1, 900000000 + 2 * (size_t)n, 0);
        ask_by(traffic, kept, n - 1, 900000001 + 2 * (size_t)n, 1);
    }
    supa_client_unref(kept);
}

/* Until each thread has done some more, so that no request lasts through two rotations; or one hangs. */
static void await_all(struct traffic *traffic)
{
    size_t enough[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        enough[i] = atomic_load(&traffic->done[i]) + BETWEEN;
    for (size_t i = 0, waits = 0; i < THREADS && waits < 30000; waits++) {
        if (atomic_load(&traffic->done[i]) >= enough[i])
            i++;
        else
            field_sleep(1);
    }
}

static void check_rotations(enum way way)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    struct traffic traffic = {.manager = NULL};
    pthread_t threads[THREADS];
    size_t from = field_log_lines(), requests, refused, old;

    read_keys();
    stack_sql("tenant_1", "delete from customers where email like 'rotation-%';");
    traffic.manager = field_manager(options, 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, go_on, &traffic);
    for (int i = 1; i <= ROTATIONS; i++) {
        rotate(&traffic, i, way);
        await_all(&traffic);
    }
    atomic_store(&traffic.stop, 1);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    field_sleep(200);
    old = old_keys(from, &requests, &refused);
    printf(
        "\n    %d rotations, noticed by %s, %d threads: %zu requests, %zu writes, %zu refused "
        "and sent once more, %zu failed, %zu with an old key",
        ROTATIONS, ways[way], THREADS, requests, atomic_load(&traffic.writes), refused,
        atomic_load(&traffic.failed), old);
    CU_ASSERT_EQUAL(atomic_load(&traffic.failed), 0);
    CU_ASSERT_EQUAL(rows_written(), atomic_load(&traffic.writes));
    CU_ASSERT_EQUAL(old, 0);
    CU_ASSERT(way == REFUSED ? refused >= ROTATIONS - 1 : refused == 0);
    CU_ASSERT(requests >= ROTATIONS * BETWEEN * THREADS);
    CU_ASSERT_EQUAL(requests, atomic_load(&traffic.requests));
    supa_manager_free(traffic.manager);
    for (int i = 0; i <= ROTATIONS; i++)
        refuse_key(i, 0);
    field_rotate(stack_store(1), stack_tenant_value(1, "SERVICE_KEY"));
    stack_sql("tenant_1", "delete from customers where email like 'rotation-%';");
}

static void rotations_that_are_told(void)
{
    check_rotations(TOLD);
}

static void rotations_that_the_delta_finds(void)
{
    check_rotations(BY_DELTA);
}

static void rotations_that_end_the_old_key(void)
{
    check_rotations(REFUSED);
}

struct race {
    supa_manager *manager;
    atomic_int stop, late, wait; /* loads that are answered now are late ones; these wait */
    atomic_size_t held, let_go;
};

static _Thread_local int is_racer;

/* Between the master's answer to a load and its place in the cache. */
static void hold_back(void *user, const supa_attempt *attempt)
{
    struct race *race = user;

    (void)attempt;
    if (!is_racer || !atomic_load(&race->late))
        return;
    atomic_fetch_add(&race->held, 1);
    for (int i = 0; i < 5000 && atomic_load(&race->wait); i++)
        field_sleep(1);
    atomic_fetch_add(&race->let_go, 1);
}

static void *lease_on_and_on(void *user)
{
    struct race *race = user;
    char id[40];

    is_racer = 1;
    field_store(RACE, id);
    while (!atomic_load(&race->stop)) {
        supa_client_unref(supa_manager_lease(race->manager, id, NULL));
        field_sleep(1);
    }
    return NULL;
}

/* 1 when a lease has other credentials than those of this path. */
static size_t is_old(struct race *race, const char *path)
{
    char id[40];
    supa_client *shop = supa_manager_lease(race->manager, field_store(RACE, id), NULL);
    supa_query *q = supa_from(shop, "products");
    char *shown = supa_query_describe(q);
    int old = shown == NULL || strstr(shown, path) == NULL;

    supa_text_free(shown);
    supa_query_free(q);
    supa_client_unref(shop);
    return (size_t)old;
}

/* The old credentials are being loaded, and their load is kept from its end, while new ones are written
 * and told. How often a lease has old ones then, and once the late load has ended. */
static size_t old_leases(struct race *race, int round)
{
    char id[40], path[32], *envelope;
    size_t old, held = atomic_load(&race->held);

    field_store(RACE, id);
    snprintf(path, sizeof path, "/round-%d", round);
    envelope = field_seal(id, stack_tenant_value(1, "URL"), "a-key", path);
    strcat(path, "/");
    atomic_store(&race->wait, 1);
    atomic_store(&race->late, 1);
    supa_manager_forget(race->manager, id);
    for (int i = 0; i < 5000 && atomic_load(&race->held) == held; i++)
        field_sleep(1);
    field_write(id, envelope);
    atomic_store(&race->late, 0);
    supa_manager_forget(race->manager, id);
    old = is_old(race, path);
    atomic_store(&race->wait, 0);
    while (atomic_load(&race->let_go) != atomic_load(&race->held))
        field_sleep(1);
    field_sleep(5);
    old += is_old(race, path);
    supa_text_free(envelope);
    return old;
}

static void a_load_that_was_overtaken_leaves_nothing(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options master = field_master(), tenant = SUPA_CLIENT_OPTIONS_INIT;
    struct race race = {.manager = NULL};
    pthread_t threads[RACERS];
    size_t old = 0;

    field_put(RACE, 1);
    options.refresh_ms = options.sweep_ms = 0;
    master.on_attempt = hold_back;
    master.user = &race;
    tenant.allow_plain_http = tenant.allow_private = 1;
    race.manager = field_manager_of(options, master, tenant);
    for (size_t i = 0; i < RACERS; i++)
        pthread_create(&threads[i], NULL, lease_on_and_on, &race);
    for (int round = 0; round < RACES; round++)
        old += old_leases(&race, round);
    atomic_store(&race.stop, 1);
    for (size_t i = 0; i < RACERS; i++)
        pthread_join(threads[i], NULL);
    printf(
        "\n    %d rotations, and %zu loads of the old credentials that end after them: %zu leases "
        "with old ones",
        RACES, atomic_load(&race.held), old);
    CU_ASSERT_EQUAL(old, 0);
    CU_ASSERT(atomic_load(&race.held) >= RACES);
    supa_manager_free(race.manager);
}

CU_TestInfo rotation_tests[] = {
    {"no lease after a rotation that was told has the old key", rotations_that_are_told},
    {"nor after one that the delta has found", rotations_that_the_delta_finds},
    {"nor does one fail whose old key is refused at once", rotations_that_end_the_old_key},
    {"a load that was overtaken leaves nothing", a_load_that_was_overtaken_leaves_nothing},
    CU_TEST_INFO_NULL,
};
