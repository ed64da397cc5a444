/* SPDX-License-Identifier: MIT */
/* From names of hosts to stores. */
#include "fake_tables.h"
#include "manager/host_name.h"
#include "manager/manager_internal.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define HOSTNAMES "store_hostnames"
#define DOMAINS   "custom_domains_lookup"
#define ROW_A     "40570000-0000-4000-8000-00000000000a"
#define ROW_B     "40570000-0000-4000-8000-00000000000b"
#define ROW_C     "d0a10000-0000-4000-8000-00000000000c"
#define GOOD      ",\"is_verified\":true,\"is_active\":true,\"is_redirect\":false,\"redirect_to\":null"

static void names_are_written_in_one_way(void)
{
    static const char label63[] = "a23456789012345678901234567890123456789012345678901234567890123";
    static const struct {
        const char *text, *name; /* NULL: refused */
    } rows[] = {
        {"shop.example", "shop.example"},
        {"SHOP.Example", "shop.example"},
        {"shop.example:8443", "shop.example"},
        {"shop.example.", "shop.example"},
        {"shop.example.:80", "shop.example"},
        {"localhost", "localhost"},
        {"xn--caf-dma.example", "xn--caf-dma.example"},
        {"_x.a-b.example", "_x.a-b.example"},
        {"127.0.0.1", "127.0.0.1"},
        {label63, label63},
        {"", NULL},
        {".", NULL},
        {":80", NULL},
        {"shop.example..", NULL},
        {"shop..example", NULL},
        {".shop.example", NULL},
        {"-shop.example", NULL},
        {"shop-.example", NULL},
        {"shop.example:", NULL},
        {"shop.example:x", NULL},
        {"shop.example:123456", NULL},
        {"shop.example:80:80", NULL},
        {"shop example", NULL},
        {"shop.example/", NULL},
        {"shop.example?x", NULL},
        {"user@shop.example", NULL},
        {"caf\xC3\xA9.example", NULL},
        {"[::1]:80", NULL},
        {"shop.exa\nmple", NULL},
        {"shop,example", NULL},
        {"*.example", NULL},
    };
    char name[HOST_NAME_SIZE], text[400];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int is_name = host_name_read(rows[i].text, name);

        CU_ASSERT_EQUAL(is_name, rows[i].name != NULL);
        if (is_name && rows[i].name != NULL)
            CU_ASSERT_STRING_EQUAL(name, rows[i].name);
    }
    CU_ASSERT_FALSE(host_name_read(NULL, name));
    snprintf(text, sizeof text, "a%s", label63);
    CU_ASSERT_FALSE(host_name_read(text, name));
    snprintf(text, sizeof text, "%s.%s.%s.%.61s", label63, label63, label63, label63);
    CU_ASSERT(host_name_read(text, name));
    snprintf(text, sizeof text, "%s.%s.%s.%.62s", label63, label63, label63, label63);
    CU_ASSERT_FALSE(host_name_read(text, name));
}

static supa_manager *manager_over(struct fake_tables *fake, int32_t sources)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;

    fake_start(fake);
    for (size_t i = 1; i < 5; i++)
        fake_put_store(fake, i, (int)i);
    fake_put_host(fake, HOSTNAMES, ROW_A, "a.example", 1, "");
    fake_put_host(fake, DOMAINS, ROW_C, "c.example", 2, GOOD);
    fake->server_us += 3600 * INT64_C(1000000);
    options.refresh_ms = 0;
    options.host_sources = sources;
    return fake_manager(fake, options);
}

static void end(struct fake_tables *fake, supa_manager *manager)
{
    supa_manager_free(manager);
    fake_end(fake);
}

/* The store's number, or −code. */
static int store_of(supa_manager *manager, const char *name)
{
    supa_host host = SUPA_HOST_INIT;
    supa_error error;
    int number = 0, code = supa_manager_resolve_host(manager, name, &host, &error);

    CU_ASSERT_EQUAL(code, error.code);
    if (code != SUPA_OK)
        return -code;
    sscanf(host.store_id + 24, "%x", (unsigned *)&number);
    return number;
}

static void a_host_is_found_in_both_tables(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    supa_host host = SUPA_HOST_INIT;

    CU_ASSERT_EQUAL(supa_manager_resolve_host(manager, "A.example:443", &host, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(host.source, SUPA_HOSTS_STORE_HOSTNAMES);
    CU_ASSERT_STRING_EQUAL(host.store_id, "5f0e0000-0000-4000-8000-000000000001");
    CU_ASSERT_EQUAL(host.is_redirect, 0);
    CU_ASSERT_EQUAL(supa_manager_resolve_host(manager, "c.example.", &host, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(host.source, SUPA_HOSTS_CUSTOM_DOMAINS);
    CU_ASSERT_EQUAL(store_of(manager, "x.example"), -SUPA_ERROR_HOST_NOT_FOUND);
    CU_ASSERT_EQUAL(store_of(manager, "no host"), -SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(store_of(manager, NULL), -SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(store_of(NULL, "a.example"), -SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(
        supa_manager_resolve_host(manager, "a.example", NULL, NULL), SUPA_ERROR_ARGUMENT);
    end(&fake, manager);
}

static void a_host_leads_to_its_stores_client(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    supa_client *client = supa_manager_lease_host(manager, "c.example", NULL);
    supa_error error;

    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    CU_ASSERT_STRING_EQUAL(client->options.key, "key-2");
    supa_client_unref(client);
    CU_ASSERT_PTR_NULL(supa_manager_lease_host(manager, "x.example", &error));
    CU_ASSERT_EQUAL(error.code, SUPA_ERROR_HOST_NOT_FOUND);
    end(&fake, manager);
}

static void only_active_and_verified_domains_count(void)
{
    static const char *const bad[] = {
        ",\"is_verified\":false,\"is_active\":true", ",\"is_verified\":true,\"is_active\":false",
        ",\"is_verified\":null,\"is_active\":true", ""};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fake_tables fake;
        supa_manager *manager = manager_over(&fake, 3);

        fake_put_host(&fake, DOMAINS, ROW_C, "c.example", 2, bad[i]);
        CU_ASSERT_EQUAL(store_of(manager, "c.example"), -SUPA_ERROR_HOST_NOT_FOUND);
        end(&fake, manager);
    }
}

static void a_redirect_is_told_and_not_followed(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    supa_host host = SUPA_HOST_INIT;

    fake_put_host(
        &fake, DOMAINS, ROW_C, "c.example", 2,
        ",\"is_verified\":true,\"is_active\":true,\"is_redirect\":true,"
        "\"redirect_to\":\"a.example\"");
    CU_ASSERT_EQUAL(supa_manager_resolve_host(manager, "c.example", &host, NULL), SUPA_OK);
    CU_ASSERT_EQUAL(host.is_redirect, 1);
    CU_ASSERT_STRING_EQUAL(host.redirect_to, "a.example");
    CU_ASSERT_STRING_EQUAL(host.store_id, "5f0e0000-0000-4000-8000-000000000002");
    end(&fake, manager);
}

static void each_source_can_be_switched_off(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, SUPA_HOSTS_STORE_HOSTNAMES);

    CU_ASSERT_EQUAL(store_of(manager, "a.example"), 1);
    CU_ASSERT_EQUAL(store_of(manager, "c.example"), -SUPA_ERROR_HOST_NOT_FOUND);
    CU_ASSERT_EQUAL(fake.calls, 2);
    supa_manager_refresh(manager, NULL);
    CU_ASSERT_EQUAL(fake.asked[3], 0);
    end(&fake, manager);
    manager = manager_over(&fake, 0);
    CU_ASSERT_EQUAL(store_of(manager, "a.example"), -SUPA_ERROR_HOST_NOT_FOUND);
    CU_ASSERT_EQUAL(fake.calls, 0);
    end(&fake, manager);
}

static void names_are_cached_for_five_minutes_and_unknown_ones_for_five_seconds(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);

    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(store_of(manager, "a.example"), 1);
    CU_ASSERT_EQUAL(fake.calls, 1);
    fake_turn(&fake, 299999);
    store_of(manager, "a.example");
    CU_ASSERT_EQUAL(fake.calls, 1);
    fake_turn(&fake, 1);
    store_of(manager, "a.example");
    CU_ASSERT_EQUAL(fake.calls, 2);
    for (int i = 0; i < 10; i++)
        store_of(manager, "x.example");
    CU_ASSERT_EQUAL(fake.calls, 4);
    fake_turn(&fake, 5000);
    store_of(manager, "x.example");
    CU_ASSERT_EQUAL(fake.calls, 6);
    end(&fake, manager);
}

static void refresh(struct fake_tables *fake, supa_manager *manager)
{
    CU_ASSERT_EQUAL(supa_manager_refresh(manager, NULL), SUPA_OK);
    fake_turn(fake, 1000);
}

static void what_moves_is_noticed(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);

    CU_ASSERT_EQUAL(store_of(manager, "a.example"), 1);
    CU_ASSERT_EQUAL(store_of(manager, "c.example"), 2);
    CU_ASSERT_EQUAL(store_of(manager, "b.example"), -SUPA_ERROR_HOST_NOT_FOUND);
    fake_turn(&fake, 1000);
    fake_put_host(&fake, DOMAINS, ROW_C, "c.example", 3, GOOD); /* to another store */
    refresh(&fake, manager);
    CU_ASSERT_EQUAL(store_of(manager, "c.example"), 3);
    fake_put_host(&fake, HOSTNAMES, ROW_A, "b.example", 1, ""); /* another name */
    refresh(&fake, manager);
    CU_ASSERT_EQUAL(store_of(manager, "a.example"), -SUPA_ERROR_HOST_NOT_FOUND);
    CU_ASSERT_EQUAL(store_of(manager, "b.example"), 1);
    fake_put_host(&fake, HOSTNAMES, ROW_B, "c.example", 4, ""); /* the first table comes first */
    refresh(&fake, manager);
    CU_ASSERT_EQUAL(store_of(manager, "c.example"), 4);
    end(&fake, manager);
}

static void a_domain_that_is_switched_off_is_noticed(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);

    CU_ASSERT_EQUAL(store_of(manager, "c.example"), 2);
    fake_turn(&fake, 1000);
    fake_put_host(
        &fake, DOMAINS, ROW_C, "other.example", 2, ",\"is_verified\":true,\"is_active\":false");
    refresh(&fake, manager);
    CU_ASSERT_EQUAL(store_of(manager, "c.example"), -SUPA_ERROR_HOST_NOT_FOUND);
    end(&fake, manager);
}

static void a_row_that_was_only_touched_forgets_no_name(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    size_t calls;

    store_of(manager, "a.example");
    store_of(manager, "c.example");
    fake_turn(&fake, 1000);
    fake_stamp(&fake, fake_find(&fake, HOSTNAMES, ROW_A), 0);
    fake_stamp(&fake, fake_find(&fake, DOMAINS, ROW_C), 0);
    refresh(&fake, manager);
    calls = fake.calls;
    CU_ASSERT_EQUAL(store_of(manager, "a.example"), 1);
    CU_ASSERT_EQUAL(store_of(manager, "c.example"), 2);
    CU_ASSERT_EQUAL(fake.calls, calls);
    end(&fake, manager);
}

static void forgetting_a_store_forgets_its_names(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    size_t calls;

    store_of(manager, "a.example");
    store_of(manager, "c.example");
    calls = fake.calls;
    supa_manager_forget(manager, "5f0e0000-0000-4000-8000-000000000001");
    store_of(manager, "c.example");
    CU_ASSERT_EQUAL(fake.calls, calls);
    store_of(manager, "a.example");
    CU_ASSERT_EQUAL(fake.calls, calls + 1);
    supa_manager_forget(manager, NULL);
    store_of(manager, "a.example");
    CU_ASSERT_EQUAL(fake.calls, calls + 2);
    end(&fake, manager);
}

static void strange_names_do_not_push_out_used_ones(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    size_t calls;
    char name[64];

    store_of(manager, "a.example");
    store_of(manager, "a.example");
    for (int i = 0; i < 40000; i++) {
        snprintf(name, sizeof name, "x%d.example", i);
        store_of(manager, name);
        if (i % 500 == 0)
            store_of(manager, "a.example");
    }
    calls = fake.calls;
    store_of(manager, "a.example");
    CU_ASSERT_EQUAL(fake.calls, calls);
    end(&fake, manager);
}

static void *resolve(void *manager)
{
    store_of(manager, "a.example");
    return NULL;
}

static void however_many_ask_a_name_is_looked_up_once(void)
{
    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);

    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, resolve, manager), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(fake.calls, 1);
    end(&fake, manager);
}

static void an_outage_spares_what_is_cached(void)
{
    struct fake_tables fake;
    supa_manager *manager = manager_over(&fake, 3);
    char name[64];
    size_t calls;

    store_of(manager, "a.example");
    calls = fake.calls;
    fake.failing = SUPA_ERROR_NETWORK;
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "y%d.example", i);
        CU_ASSERT_EQUAL(store_of(manager, name), -SUPA_ERROR_NETWORK);
    }
    CU_ASSERT_EQUAL(fake.calls, calls + 1);
    CU_ASSERT_EQUAL(store_of(manager, "a.example"), 1);
    fake.failing = SUPA_OK;
    fake_turn(&fake, 1001);
    CU_ASSERT_EQUAL(store_of(manager, "c.example"), 2);
    end(&fake, manager);
}

CU_TestInfo hosts_tests[] = {
    {"names are written in one way", names_are_written_in_one_way},
    {"a host is found in both tables", a_host_is_found_in_both_tables},
    {"a host leads to its store's client", a_host_leads_to_its_stores_client},
    {"only active and verified domains count", only_active_and_verified_domains_count},
    {"a redirect is told and not followed", a_redirect_is_told_and_not_followed},
    {"each source can be switched off", each_source_can_be_switched_off},
    {"names are cached for five minutes, unknown ones for five seconds",
     names_are_cached_for_five_minutes_and_unknown_ones_for_five_seconds},
    {"what moves is noticed", what_moves_is_noticed},
    {"a domain that is switched off is noticed", a_domain_that_is_switched_off_is_noticed},
    {"a row that was only touched forgets no name", a_row_that_was_only_touched_forgets_no_name},
    {"forgetting a store forgets its names", forgetting_a_store_forgets_its_names},
    {"strange names do not push out used ones", strange_names_do_not_push_out_used_ones},
    {"however many ask, a name is looked up once", however_many_ask_a_name_is_looked_up_once},
    {"an outage spares what is cached", an_outage_spares_what_is_cached},
    CU_TEST_INFO_NULL,
};
