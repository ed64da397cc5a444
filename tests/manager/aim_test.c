/* SPDX-License-Identifier: MIT */
/* Rows that aim the service at its own network, and servers that send it elsewhere. The gateway itself
 * listens where the rows point to, and every connection that the process begins is written down. */
#include "dial.h"
#include "fault/resolver.h"
#include "field.h"
#include "main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AIMED = 7000, MOVED = 7001 };

/* Each is the loopback, or an address of no public host. */
static const char *const hosts[] = {
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7f000001",
    "0x7F.0.0.1",
    "0x7f.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[2001:db8::1]",
    "0.0.0.0",
    "0",
    "0.1.2.3",
    "10.0.0.1",
    "167772161",
    "012.0.0.1",
    "0xa.0.0.1",
    "100.64.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "2852039166",
    "0xA9FEA9FE",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
};
enum { HOSTS = sizeof hosts / sizeof hosts[0] };

/* What a name is found to be. */
static const char *const answers[][2] = {
    {"127.0.0.1", NULL},
    {"::1", NULL},
    {"10.1.2.3", NULL},
    {"192.168.0.10", NULL},
    {"169.254.169.254", NULL},
    {"::ffff:127.0.0.1", NULL},
    {"64:ff9b::a9fe:a9fe", NULL},
    {"fd00:ec2::254", NULL},
    {"0.0.0.0", NULL},
    {"127.0.0.1", "10.0.0.1"},
};
enum { ANSWERS = sizeof answers / sizeof answers[0] };

static const char *const proxies[] = {"http_proxy",  "https_proxy", "all_proxy",
                                      "HTTPS_PROXY", "ALL_PROXY",   "HTTP_PROXY"};
enum { PROXIES = sizeof proxies / sizeof proxies[0] };

static supa_manager *aimed_manager(int allow_private)
{
    supa_manager_options options = SUPA_MANAGER_OPTIONS_INIT;
    supa_client_options tenant = SUPA_CLIENT_OPTIONS_INIT;

    options.refresh_ms = options.sweep_ms = 0;
    tenant.allow_plain_http = 1; /* so that nothing but the address is a reason */
    tenant.allow_private = allow_private;
    tenant.connect_timeout_ms = 2000;
    return field_manager_of(options, field_master(), tenant);
}

static int port_of_tenant(int n)
{
    return field_port(stack_tenant_value(n, "URL"));
}

/* The row of the store leads to this host, at the gateway's own port and with its key. */
static supa_client *lease_at(supa_manager *manager, const char *host, supa_error *error)
{
    char id[40], url[128], *envelope;

    field_store(AIMED, id);
    snprintf(url, sizeof url, "http://%s:%d", host, port_of_tenant(1));
    envelope = field_seal(id, url, stack_tenant_value(1, "SERVICE_KEY"), NULL);
    field_write(id, envelope);
    supa_text_free(envelope);
    supa_manager_forget(manager, id);
    return supa_manager_lease(manager, id, error);
}

static supa_query *question(supa_client *shop)
{
    return supa_limit(supa_any_store(supa_select(supa_from(shop, "products"), "id")), 1);
}

static int ask_at(supa_manager *manager, const char *host)
{
    supa_error error = {0};
    supa_client *shop = lease_at(manager, host, &error);
    int code = shop != NULL ? supa_exec(question(shop), NULL) : error.code;

    supa_client_unref(shop);
    return code;
}

static void keep(void *user, supa_response *response)
{
    const supa_error *error = supa_response_error(response);

    *(int *)user = error != NULL ? error->code : SUPA_OK;
    supa_response_free(response);
}

/* By connections and a memory of names that nobody has used. */
static int ask_anew(supa_client *shop)
{
    supa_multi *multi = supa_multi_new(NULL, NULL);
    int code = -1;

    supa_multi_add(multi, question(shop), keep, &code);
    CU_ASSERT_EQUAL(supa_multi_run(multi), 0);
    supa_multi_free(multi);
    return code;
}

/* How many are refused. */
static size_t refuse_all(supa_manager *manager)
{
    size_t refused = 0;

    for (size_t i = 0; i < HOSTS; i++) {
        int code = ask_at(manager, hosts[i]);

        if (code == SUPA_ERROR_HOST_REFUSED)
            refused++;
        else
            printf("\n    %s: %s", hosts[i], supa_code_name((supa_code)code));
    }
    return refused;
}

static void rows_that_lead_inside_are_refused(void)
{
    supa_manager *manager;
    size_t from, refused;

    field_put(AIMED, 2);
    manager = aimed_manager(0);
    from = field_log_lines();
    dial_reset();
    refused = refuse_all(manager);
    printf(
        "\n    %zu of %d forms of loopback, private and special addresses refused: %zu "
        "connections, "
        "%zu requests",
        refused, HOSTS, dial_count(NULL, port_of_tenant(1)), field_asked_of(1, from, ""));
    CU_ASSERT_EQUAL(refused, HOSTS);
    CU_ASSERT_EQUAL(dial_count(NULL, port_of_tenant(1)), 0);
    CU_ASSERT_EQUAL(field_asked_of(1, from, ""), 0);
    supa_manager_free(manager);
}

/* Or else the refusals above would say nothing. */
static void the_same_rows_lead_there_where_it_is_allowed(void)
{
    static const char *const forms[] = {"localhost",    "127.0.0.1",  "127.1",      "2130706433",
                                        "017700000001", "0177.0.0.1", "0x7f000001", "0x7f.1"};
    supa_manager *manager = aimed_manager(1);
    size_t served = 0, from = field_log_lines();

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        served += ask_at(manager, forms[i]) == SUPA_OK;
    printf(
        "\n    where private addresses are allowed, %zu forms of the loopback are served", served);
    CU_ASSERT_EQUAL(served, sizeof forms / sizeof forms[0]);
    CU_ASSERT_EQUAL(field_asked_of(1, from, "/products"), served);
    supa_manager_free(manager);
}

static void names_that_lead_inside_are_refused(void)
{
    supa_manager *manager = aimed_manager(0);
    size_t refused = 0;

    dial_reset();
    for (size_t i = 0; i < ANSWERS; i++) {
        char name[32];
        int code;

        snprintf(name, sizeof name, "inside-%zu.test", i);
        resolver_answer(answers[i], answers[i][1] != NULL ? 2 : 1);
        code = ask_at(manager, name);
        refused += code == SUPA_ERROR_HOST_REFUSED;
        if (code != SUPA_ERROR_HOST_REFUSED)
            printf("\n    %s: %s", answers[i][0], supa_code_name((supa_code)code));
    }
    printf(
        "\n    %zu of %d names of such addresses refused: asked for %zu times, %zu connections",
        refused, ANSWERS, resolver_calls(), dial_count(NULL, port_of_tenant(1)));
    CU_ASSERT_EQUAL(refused, ANSWERS);
    CU_ASSERT(resolver_calls() >= ANSWERS);
    CU_ASSERT_EQUAL(dial_count(NULL, port_of_tenant(1)), 0);
    resolver_reset();
    supa_manager_free(manager);
}

/* Public when it is looked at first, and private when it is used. */
static void a_name_that_changes_its_mind_is_refused(void)
{
    static const char *const outside[] = {DIAL_PUBLIC}, *const inside[] = {"127.0.0.1"},
                             *const both[] = {"127.0.0.1", DIAL_PUBLIC};
    supa_manager *manager = aimed_manager(0);
    const int port = port_of_tenant(1);
    supa_client *shop;
    int first, second, third;

    dial_reset();
    resolver_answer(outside, 1);
    shop = lease_at(manager, "rebinding.test", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shop);
    first = supa_exec(question(shop), NULL);
    resolver_answer(inside, 1);
    second = ask_anew(shop);
    resolver_answer(both, 2);
    third = ask_anew(shop);
    printf(
        "\n    a name that is public first: %s, then private: %s; %zu connections outside, %zu "
        "inside",
        supa_code_name((supa_code)first), supa_code_name((supa_code)second),
        dial_count(DIAL_PUBLIC, port), dial_count("127.0.0.1", port));
    CU_ASSERT_EQUAL(first, SUPA_OK);
    CU_ASSERT_EQUAL(second, SUPA_ERROR_HOST_REFUSED);
    CU_ASSERT(third == SUPA_OK || third == SUPA_ERROR_HOST_REFUSED);
    CU_ASSERT(dial_count(DIAL_PUBLIC, port) >= 1);
    CU_ASSERT_EQUAL(dial_count("127.0.0.1", port), 0);
    supa_client_unref(shop);
    resolver_reset();
    supa_manager_free(manager);
}

/* A proxy would look the name up itself, and no rule about addresses would hold. */
static void a_proxy_in_the_environment_has_no_say(void)
{
    static const char *const outside[] = {DIAL_PUBLIC};
    const int proxy = port_of_tenant(2);
    supa_manager *manager;
    char url[64];
    size_t refused;
    int served;

    snprintf(url, sizeof url, "http://127.0.0.1:%d", proxy);
    for (size_t i = 0; i < PROXIES; i++)
        setenv(proxies[i], url, 1);
    manager = aimed_manager(0);
    dial_reset();
    refused = refuse_all(manager);
    resolver_answer(outside, 1);
    served = ask_at(manager, "outside.test");
    for (size_t i = 0; i < PROXIES; i++)
        unsetenv(proxies[i]);
    printf(
        "\n    with a proxy in the environment: %zu of %d refused, a public name: %s; %zu "
        "connections "
        "to the proxy",
        refused, HOSTS, supa_code_name((supa_code)served), dial_count(NULL, proxy));
    CU_ASSERT_EQUAL(refused, HOSTS);
    CU_ASSERT_EQUAL(served, SUPA_OK);
    CU_ASSERT_EQUAL(dial_count(DIAL_PUBLIC, port_of_tenant(1)), 1);
    CU_ASSERT_EQUAL(dial_count(NULL, proxy), 0);
    resolver_reset();
    supa_manager_free(manager);
}

static supa_client *lease_moved(supa_manager *manager, const char *code)
{
    char id[40], path[32], *envelope;

    field_store(MOVED, id);
    snprintf(path, sizeof path, "/moved/%s", code);
    envelope =
        field_seal(id, stack_tenant_value(1, "URL"), stack_tenant_value(1, "SERVICE_KEY"), path);
    field_write(id, envelope);
    supa_text_free(envelope);
    supa_manager_forget(manager, id);
    return supa_manager_lease(manager, id, NULL);
}

/* The gateway sends /moved/CODE to the same table on its port with TLS. */
static void an_answer_that_sends_elsewhere_is_an_error(void)
{
    static const char *const codes[] = {"301", "302", "303", "307", "308"};
    const int port = port_of_tenant(1), elsewhere = field_port(stack_tenant_value(1, "TLS_URL"));
    supa_manager *manager = aimed_manager(1);
    size_t from = field_log_lines(), errors = 0;

    dial_reset();
    for (size_t i = 0; i < 5; i++) {
        supa_client *shop = lease_moved(manager, codes[i]);
        supa_query *write = supa_insert(supa_from(shop, "customers"), "{\"email\":\"moved@x\"}");
        supa_error error = {0};

        errors += supa_exec(question(shop), &error) == SUPA_ERROR_GATEWAY &&
                  error.http_status == atoi(codes[i]) && error.outcome == SUPA_ANSWERED;
        errors += supa_exec(write, &error) == SUPA_ERROR_GATEWAY && error.outcome == SUPA_ANSWERED;
        supa_client_unref(shop);
    }
    printf(
        "\n    10 answers that send elsewhere: %zu errors, %zu requests, %zu connections there",
        errors, field_asked_of(1, from, ""), dial_count(NULL, elsewhere));
    CU_ASSERT_EQUAL(errors, 10);
    CU_ASSERT_EQUAL(field_asked_of(1, from, ""), 10);
    CU_ASSERT_EQUAL(field_asked_of(1, from, "/moved/30"), 10);
    CU_ASSERT_EQUAL(dial_count(NULL, elsewhere), 0);
    CU_ASSERT(dial_count(NULL, port) <= 2);
    supa_manager_free(manager);
}

CU_TestInfo aim_tests[] = {
    {"rows that lead inside are refused", rows_that_lead_inside_are_refused},
    {"the same rows lead there where it is allowed", the_same_rows_lead_there_where_it_is_allowed},
    {"names that lead inside are refused", names_that_lead_inside_are_refused},
    {"a name that changes its mind is refused", a_name_that_changes_its_mind_is_refused},
    {"a proxy in the environment has no say", a_proxy_in_the_environment_has_no_say},
    {"an answer that sends elsewhere is an error", an_answer_that_sends_elsewhere_is_an_error},
    CU_TEST_INFO_NULL,
};
