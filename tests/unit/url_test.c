/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include "world.h"

#include <CUnit/CUnit.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void reads_plain_urls(void)
{
    static const struct {
        const char *text, *host;
        int is_https;
        size_t origin_length, length;
    } rows[] = {
        {"https://abc.supabase.co", "abc.supabase.co", 1, 23, 23},
        {"https://abc.supabase.co/", "abc.supabase.co", 1, 23, 23},
        {"https://abc.supabase.co///", "abc.supabase.co", 1, 23, 23},
        {"http://localhost:54321", "localhost", 0, 22, 22},
        {"https://h:1", "h", 1, 11, 11},
        {"https://h:65535/x", "h", 1, 15, 17},
        {"https://h/a/b-c_d.e~f/", "h", 1, 9, 21},
        {"https://h/a..b/.c/...", "h", 1, 9, 21},
        {"https://h/$!'()*+,;=:@", "h", 1, 9, 22},
        {"https://ABC.Example.COM", "ABC.Example.COM", 1, 23, 23},
        {"https://under_score.h", "under_score.h", 1, 21, 21},
        {"https://127.0.0.1:8443", "127.0.0.1", 1, 22, 22},
        {"https://[::1]", "::1", 1, 13, 13},
        {"https://[2001:DB8::1]:443/x", "2001:DB8::1", 1, 25, 27},
        {"https://[::ffff:127.0.0.1]", "::ffff:127.0.0.1", 1, 26, 26},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct url url;

        CU_ASSERT_PTR_NULL(url_read(rows[i].text, &url));
        CU_ASSERT_EQUAL(url.is_https, rows[i].is_https);
        CU_ASSERT_EQUAL(url.host_length, strlen(rows[i].host));
        CU_ASSERT_EQUAL(memcmp(url.host, rows[i].host, url.host_length), 0);
        CU_ASSERT_EQUAL(url.origin_length, rows[i].origin_length);
        CU_ASSERT_EQUAL(url.length, rows[i].length);
    }
}

static void refuses_what_is_not_plainly_right(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {NULL, "NULL"},
        {"", "scheme"},
        {"abc.supabase.co", "scheme"},
        {"//abc.supabase.co", "scheme"},
        {"ftp://h", "scheme"},
        {"file:///etc/passwd", "scheme"},
        {"HTTPS://h", "scheme"},
        {" https://h", "scheme"},
        {"https:/h", "scheme"},
        {"https:\\\\h", "scheme"},
        {"javascript:https://h", "scheme"},
        {"https://user@h", "user name"},
        {"https://user:password@h", "user name"},
        {"https://good.example@evil.example/", "user name"},
        {"https://", "host is missing"},
        {"https:///x", "host is missing"},
        {"https://:443", "host is missing"},
        {"https://?x", "host is missing"},
        {"https://h:", "port"},
        {"https://h:0", "port"},
        {"https://h:65536", "port"},
        {"https://h:99999999999", "port"},
        {"https://h:-1", "port"},
        {"https://h:x", "port"},
        {"https://h:80x", "no place"},
        {"https://h:80:80", "no place"},
        {"https://h\\evil", "no place"},
        {"https://h evil", "no place"},
        {"https://h%2eevil", "no place"},
        {"https://h,evil", "no place"},
        {"https://\xC3\xA9.h", "host is missing"},
        {"https://h\xC3\xA9", "no place"},
        {"https://[]", "IPv6"},
        {"https://[::1", "IPv6"},
        {"https://[::1%25lo]", "IPv6"},
        {"https://[fe80::1%eth0]", "IPv6"},
        {"https://[h]", "IPv6"},
        {"https://[::1]x", "no place"},
        {"https://h/..", "dot segments"},
        {"https://h/a/../b", "dot segments"},
        {"https://h/./b", "dot segments"},
        {"https://h/a/.", "dot segments"},
        {"https://h/%2e%2e/", "not plain"},
        {"https://h/a b", "not plain"},
        {"https://h/a\\b", "not plain"},
        {"https://h/\xC3\xA9", "not plain"},
        {"https://h/a\"", "not plain"},
        {"https://h?x=1", "query"},
        {"https://h/?x=1", "query"},
        {"https://h/a?", "query"},
        {"https://h#x", "query or a fragment"},
        {"https://h/a#", "query or a fragment"},
        {"https://h\n", "control"},
        {"https://h/\r\nX: y", "control"},
        {"https://h/\t", "control"},
        {"https://h/\x7F", "control"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct url url;

        CU_ASSERT(world_holds(url_read(rows[i].text, &url), rows[i].why));
    }
}

static void bounds_the_length(void)
{
    char text[4096] = "https://h/";
    struct url url;

    memset(text + 10, 'a', 2048 - 10);
    CU_ASSERT_PTR_NULL(url_read(text, &url));
    CU_ASSERT_EQUAL(url.length, 2048);
    text[2048] = 'a';
    CU_ASSERT(world_holds(url_read(text, &url), "too long"));
    memset(text + 8, 'h', 253);
    text[261] = '\0';
    CU_ASSERT_PTR_NULL(url_read(text, &url));
    memcpy(text + 261, "h", 2);
    CU_ASSERT(world_holds(url_read(text, &url), "too long"));
}

static void checks_a_path_alone(void)
{
    static const struct {
        const char *path;
        int is_good;
    } rows[] = {{NULL, 1},    {"", 1},       {"/", 1},     {"/rest/v1", 1}, {"/rest/v1/", 1},
                {"rest", 0},  {"/a?b", 0},   {"/a#b", 0},  {"/..", 0},      {"/a/..", 0},
                {"/%2e", 0},  {"/a\\b", 0},  {"/a b", 0},  {"/a\n", 0},     {"../x", 0},
                {"/a/.b", 1}, {"/a/..b", 1}, {"//evil", 1}};

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT_EQUAL(url_path_mistake(rows[i].path) == NULL, rows[i].is_good);
}

static uint64_t hash(const char *text)
{
    struct url url;

    CU_ASSERT_PTR_NULL(url_read(text, &url));
    return url_origin_hash(text, &url);
}

static void servers_are_told_apart_by_origin(void)
{
    CU_ASSERT_EQUAL(hash("https://h/a"), hash("https://H/b"));
    CU_ASSERT_NOT_EQUAL(hash("https://h"), hash("http://h"));
    CU_ASSERT_NOT_EQUAL(hash("https://h"), hash("https://h:444"));
    CU_ASSERT_NOT_EQUAL(hash("https://a.h"), hash("https://b.h"));
}

static void hides_the_values_of_filters(void)
{
    static const struct {
        const char *url, *shown;
    } rows[] = {
        {"https://h/t", "https://h/t"},
        {"https://h/t?select=id,b(c)&order=id.desc&limit=3&offset=4",
         "https://h/t?select=id,b(c)&order=id.desc&limit=3&offset=4"},
        {"https://h/t?id=eq.7", "https://h/t?id=…"},
        {"https://h/t?id=eq.7&select=id&name=eq.Ann", "https://h/t?id=…&select=id&name=…"},
        {"https://h/t?or=(a.eq.1)&and=(b.eq.2)", "https://h/t?or=…&and=…"},
        {"https://h/t?b.order=eq.secret&b.select=eq.secret", "https://h/t?b.order=…&b.select=…"},
        {"https://h/t?%22order%22=eq.secret", "https://h/t?%22order%22=…"},
        {"https://h/t?selected=eq.secret", "https://h/t?selected=…"},
        {"https://h/t?selec=eq.secret", "https://h/t?selec=…"},
        {"https://h/t?select", "https://h/t?select"},
        {"https://h/t?secret", "https://h/t?secret=…"},
        {"https://h/t?a=b=select=c", "https://h/t?a=…"},
        {"https://h/t?a=b?select=c", "https://h/t?a=…"},
        {"GET /t?id=eq.secret", "GET /t?id=…"},
        {"", ""},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buffer out = BUFFER_INIT;

        url_shown(&out, rows[i].url);
        CU_ASSERT(world_same(buffer_text(&out), rows[i].shown));
        buffer_free(&out);
    }
}

extern CU_TestInfo url_tests[];
CU_TestInfo url_tests[] = {
    {"reads plain URLs", reads_plain_urls},
    {"refuses what is not plainly right", refuses_what_is_not_plainly_right},
    {"bounds the length", bounds_the_length},
    {"checks a path alone", checks_a_path_alone},
    {"servers are told apart by origin", servers_are_told_apart_by_origin},
    {"hides the values of filters", hides_the_values_of_filters},
    CU_TEST_INFO_NULL,
};
