/* SPDX-License-Identifier: MIT */
/* What changes on the master is noticed within the interval, here and in another process. */
#include "field.h"
#include "main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a busy machine may take beyond the interval. */
enum { INTERVAL_MS = 300, SLACK_MS = 2000, FIRST = 5000 };
/* No code of a lease: it leads to tenant 2. */
enum { MOVED = 1000 };

static supa_manager *fresh_manager(void)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    options.refresh_ms = INTERVAL_MS;
    options.sweep_ms = INTERVAL_MS;
    options.background = 1;
    return field_manager(options, 0);
}

/* The code of a lease, or MOVED. */
static int state(supa_manager *manager, const char *store_id)
{
    supa_error error = {0};
    supa_client *shop = supa_manager_lease(manager, store_id, &error);
    supa_query *q;
    char *shown;
    int moved;

    if (shop == NULL)
        return error.code;
    q = supa_from(shop, "products");
    shown = supa_query_describe(q);
    moved = shown != NULL && strstr(shown, stack_tenant_value(2, "URL")) != NULL;
    supa_text_free(shown);
    supa_query_free(q);
    supa_client_unref(shop);
    return moved ? MOVED : SUPA_OK;
}

/* Milliseconds until the lease has this state; −1: it takes too long. */
static long wait_for(supa_manager *manager, const char *store_id, int code)
{
    int64_t start_us = field_us();

    while (field_us() - start_us < (INTERVAL_MS + SLACK_MS + 1000) * 1000) {
        if (state(manager, store_id) == code)
            return (long)((field_us() - start_us) / 1000);
        field_sleep(5);
    }
    return -1;
}

static const struct {
    const char *what, *sql; /* up to the id; NULL: new credentials */
    int code;
} changes[] = {
    {"suspended", "update stores set status = 'suspended' where id = ", SUPA_ERROR_STORE_SUSPENDED},
    {"switched off",
     "update store_databases set is_active = false where store_id = ", SUPA_ERROR_STORE_INACTIVE},
    {"another type", "update store_databases set database_type = 'mysql' where store_id = ",
     SUPA_ERROR_UNSUPPORTED},
    {"moved", NULL, MOVED},
    {"removed", "delete from stores where id = ", SUPA_ERROR_STORE_NOT_FOUND},
};
enum { CHANGES = sizeof changes / sizeof changes[0] };

/* The other process: tells when it has cached all, and then how long each change took to show. */
static void be_another(int to_parent, int from_parent)
{
    supa_manager *manager = fresh_manager();
    long took[CHANGES];
    char id[40], go;

    for (size_t i = 0; i < CHANGES; i++) {
        if (field_lease_code(manager, field_store(FIRST + i, id)) != SUPA_OK)
            _exit(1);
    }
    if (write(to_parent, "r", 1) != 1)
        _exit(1);
    for (size_t i = 0; i < CHANGES; i++) {
        if (read(from_parent, &go, 1) != 1)
            _exit(1);
        took[i] = wait_for(manager, field_store(FIRST + i, id), changes[i].code);
    }
    if (write(to_parent, took, sizeof took) != sizeof took)
        _exit(1);
    supa_manager_free(manager);
    _exit(0);
}

static void change(size_t n)
{
    char id[40], *envelope;

    field_store(FIRST + n, id);
    if (changes[n].sql != NULL) {
        field_sql("%s'%s';", changes[n].sql, id);
        return;
    }
    envelope =
        field_seal(id, stack_tenant_value(2, "URL"), stack_tenant_value(2, "SERVICE_KEY"), NULL);
    field_write(id, envelope);
    supa_text_free(envelope);
}

static void changes_are_noticed_in_both_processes(void)
{
    int up[2], down[2], status = 1;
    long theirs[CHANGES], ours[CHANGES];
    supa_manager *manager;
    char id[40], ready;
    pid_t child;

    field_put(FIRST, CHANGES + 2);
    CU_ASSERT_EQUAL_FATAL(pipe(up) + pipe(down), 0);
    fflush(stdout);
    child = fork();
    if (child == 0)
        be_another(up[1], down[0]);
    manager = fresh_manager();
    for (size_t i = 0; i < CHANGES; i++)
        CU_ASSERT_EQUAL(field_lease_code(manager, field_store(FIRST + i, id)), SUPA_OK);
    CU_ASSERT_EQUAL_FATAL(read(up[0], &ready, 1), 1);
    for (size_t i = 0; i < CHANGES; i++) {
        change(i);
        CU_ASSERT_EQUAL(write(down[1], "g", 1), 1);
        ours[i] = wait_for(manager, field_store(FIRST + i, id), changes[i].code);
    }
    CU_ASSERT_EQUAL(read(up[0], theirs, sizeof theirs), sizeof theirs);
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    for (size_t i = 0; i < CHANGES; i++) {
        printf(
            "\n    %s: noticed after %ld ms, in another process after %ld ms (interval %d ms)",
            changes[i].what, ours[i], theirs[i], INTERVAL_MS);
        CU_ASSERT(ours[i] >= 0 && ours[i] <= INTERVAL_MS + SLACK_MS);
        CU_ASSERT(theirs[i] >= 0 && theirs[i] <= INTERVAL_MS + SLACK_MS);
    }
    supa_manager_free(manager);
}

/* Its credentials lead elsewhere now. */
static void a_lease_of_a_moved_store_is_stale(void)
{
    supa_manager *manager = fresh_manager();
    char id[40];
    supa_client *old = supa_manager_lease(manager, field_store(FIRST + CHANGES, id), NULL);
    int64_t start_us;
    long took_ms;

    field_rotate(id, "another-key-of-another-place");
    start_us = field_us();
    while (!supa_client_stale(old) && field_us() - start_us < 5000000)
        field_sleep(5);
    took_ms = (long)((field_us() - start_us) / 1000);
    printf("\n    a lease of a moved store is stale: noticed after %ld ms", took_ms);
    CU_ASSERT(took_ms <= INTERVAL_MS + SLACK_MS);
    supa_client_unref(old);
    supa_manager_free(manager);
}

static int host_store(supa_manager *manager, const char *name, char out[40])
{
    supa_host host = SUPA_HOST_INIT;
    int code = supa_manager_resolve_host(manager, name, &host, NULL);

    memcpy(out, host.store_id, 40);
    return code;
}

static void a_moved_custom_domain_is_noticed(void)
{
    supa_manager *manager = fresh_manager();
    int64_t start_us;
    char id[40];

    CU_ASSERT_EQUAL(host_store(manager, "Tulip.example:443", id), SUPA_OK);
    CU_ASSERT_STRING_EQUAL(id, stack_store(1));
    CU_ASSERT_EQUAL(host_store(manager, "www.tulip.example", id), SUPA_OK);
    CU_ASSERT_EQUAL(host_store(manager, "maple.example", id), SUPA_ERROR_HOST_NOT_FOUND);
    CU_ASSERT_EQUAL(host_store(manager, "cafe.example", id), SUPA_ERROR_HOST_NOT_FOUND);
    field_sql(
        "update custom_domains_lookup set store_id = '%s' where domain = 'tulip.example';",
        stack_store(2));
    start_us = field_us();
    do
        field_sleep(5);
    while (host_store(manager, "tulip.example", id) == SUPA_OK && strcmp(id, stack_store(2)) != 0 &&
           field_us() - start_us < 5000000);
    printf(
        "\n    a moved custom domain: noticed after %lld ms",
        (long long)((field_us() - start_us) / 1000));
    CU_ASSERT_STRING_EQUAL(id, stack_store(2));
    CU_ASSERT(field_us() - start_us <= (INTERVAL_MS + SLACK_MS) * 1000);
    field_sql(
        "update custom_domains_lookup set store_id = '%s' where domain = 'tulip.example';",
        stack_store(1));
    supa_manager_free(manager);
}

static void a_redirecting_domain_tells_where_to(void)
{
    supa_manager *manager = fresh_manager();
    supa_host host = SUPA_HOST_INIT;
    supa_client *client = supa_manager_lease_host(manager, "tulips.example", NULL);

    CU_ASSERT_EQUAL(supa_manager_resolve_host(manager, "tulips.example.", &host, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(host.is_redirect, 1);
    CU_ASSERT_STRING_EQUAL(host.redirect_to, "tulip.example");
    CU_ASSERT_PTR_NOT_NULL(client);
    supa_client_unref(client);
    supa_manager_free(manager);
}

CU_TestInfo fresh_tests[] = {
    {"changes are noticed within the interval, in both processes",
     changes_are_noticed_in_both_processes},
    {"a lease of a moved store is stale", a_lease_of_a_moved_store_is_stale},
    {"a moved custom domain is noticed", a_moved_custom_domain_is_noticed},
    {"a redirecting domain tells where to", a_redirecting_domain_tells_where_to},
    CU_TEST_INFO_NULL,
};
