/* SPDX-License-Identifier: MIT */
#include "transport/address.h"

#include <arpa/inet.h>
#include <CUnit/CUnit.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int is_special(const char *text)
{
    struct sockaddr_storage address;
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    memset(&address, 0, sizeof address);
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memcpy(&address, &in, sizeof in);
    } else {
        CU_ASSERT_EQUAL(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
        memcpy(&address, &in6, sizeof in6);
    }
    return address_is_special((const struct sockaddr *)&address);
}

static void check(const char *text, int expected)
{
    if (is_special(text) != expected)
        fprintf(stderr, "\n    %s is taken for %s\n", text, expected ? "public" : "special");
    CU_ASSERT_EQUAL(is_special(text), expected);
    CU_ASSERT_EQUAL(address_text_is_special(text), expected);
}

static void refuses_special_ipv4(void)
{
    static const char *const rows[] = {
        "0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",
        "100.64.0.0",      "100.127.255.255", "127.0.0.1",       "127.255.255.255",
        "169.254.0.0",     "169.254.169.254", "169.254.255.255", "172.16.0.0",
        "172.31.255.255",  "192.0.0.1",       "192.0.0.170",     "192.0.2.1",
        "192.88.99.1",     "192.168.0.0",     "192.168.255.255", "198.18.0.0",
        "198.19.255.255",  "198.51.100.1",    "203.0.113.255",   "224.0.0.1",
        "239.255.255.255", "240.0.0.1",       "255.255.255.255"};

    for (size_t i = 0; i < COUNT(rows); i++)
        check(rows[i], 1);
}

static void allows_public_ipv4(void)
{
    static const char *const rows[] = {
        "1.0.0.0",        "1.1.1.1",        "8.8.8.8",      "9.255.255.255",   "11.0.0.0",
        "100.63.255.255", "100.128.0.0",    "126.0.0.1",    "128.0.0.1",       "169.253.255.255",
        "169.255.0.0",    "172.15.255.255", "172.32.0.0",   "191.255.255.255", "192.0.1.0",
        "192.0.3.0",      "192.88.98.255",  "192.88.100.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0",     "198.51.99.1",  "198.51.101.1",    "203.0.112.1",
        "203.0.114.0",    "223.255.255.255"};

    for (size_t i = 0; i < COUNT(rows); i++)
        check(rows[i], 0);
}

static void refuses_special_ipv6(void)
{
    static const char *const rows[] = {
        "::",
        "::1",
        "::7f00:1",
        "::8.8.8.8",
        "100::1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:10::1",
        "2001:1ff:ffff::1",
        "2001:db8::1",
        "2001:db8:ffff::1",
        "2002::1",
        "2002:0808:0808::1",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "1fff::1"};

    for (size_t i = 0; i < COUNT(rows); i++)
        check(rows[i], 1);
}

static void allows_public_ipv6(void)
{
    static const char *const rows[] = {"2000::1",         "2001:200::1", "2001:4860:4860::8888",
                                       "2001:db7::1",     "2001:db9::1", "2003::1",
                                       "2606:4700::1111", "2a00::1",     "3ffe::1",
                                       "3fff:1000::1"};

    for (size_t i = 0; i < COUNT(rows); i++)
        check(rows[i], 0);
}

/* A name server of the caller's choice hands these out. */
static void looks_into_ipv6_forms_of_ipv4(void)
{
    static const struct {
        const char *text;
        int special;
    } rows[] = {
        {"::ffff:8.8.8.8", 0},         {"::ffff:127.0.0.1", 1},  {"::ffff:10.1.2.3", 1},
        {"::ffff:169.254.169.254", 1}, {"::ffff:0.0.0.0", 1},    {"::ffff:192.168.1.1", 1},
        {"::ffff:0:127.0.0.1", 1},     {"::ffff:0:8.8.8.8", 1},  {"64:ff9b::8.8.8.8", 0},
        {"64:ff9b::127.0.0.1", 1},     {"64:ff9b::10.0.0.1", 1}, {"64:ff9b::169.254.169.254", 1},
        {"64:ff9b::1:8.8.8.8", 1},     {"2002:7f00:1::", 1},     {"2002:a00:1::1", 1},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        check(rows[i].text, rows[i].special);
}

static void other_families_are_special(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    CU_ASSERT_TRUE(address_is_special((const struct sockaddr *)&un));
    un.sun_family = AF_UNSPEC;
    CU_ASSERT_TRUE(address_is_special((const struct sockaddr *)&un));
}

/* What libcurl says it is connected to is asked again, and is refused when it cannot be read. */
static void texts_that_are_no_address_are_special(void)
{
    static const char *const rows[] = {NULL,           "",          " 8.8.8.8",  "8.8.8.8 ",
                                       "8.8.8",        "8.8.8.8.8", "256.1.1.1", "[2000::1]",
                                       "2000::1%eth0", "2000::1::", "/tmp/sock", "localhost"};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_TRUE(address_text_is_special(rows[i]));
}

extern CU_TestInfo address_tests[];
CU_TestInfo address_tests[] = {
    {"refuses special IPv4", refuses_special_ipv4},
    {"allows public IPv4", allows_public_ipv4},
    {"refuses special IPv6", refuses_special_ipv6},
    {"allows public IPv6", allows_public_ipv6},
    {"looks into IPv6 forms of IPv4", looks_into_ipv6_forms_of_ipv4},
    {"other families are special", other_families_are_special},
    {"texts that are no address are special", texts_that_are_no_address_are_special},
    CU_TEST_INFO_NULL,
};
