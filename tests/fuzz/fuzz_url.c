/* SPDX-License-Identifier: MIT */
/* URLs and UUIDs: what is taken for a server's URL means the same server to libcurl, and what is shown
 * of a URL shows no filter's value. */
#include "base/text.h"
#include "base/url.h"
#include "fuzz.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

const char *const fuzz_name = "url";

static int is_one_of(const char *text, size_t length, const char *set)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0' || strchr(set, text[i]) == NULL)
            return 0;
    }
    return 1;
}

static void check_part(CURLU *parsed, CURLUPart part, const char *wanted, size_t length)
{
    char *found = NULL;

    if (curl_url_get(parsed, part, &found, 0) != CURLUE_OK)
        FUZZ_REQUIRE(wanted == NULL);
    else
        FUZZ_REQUIRE(wanted != NULL && text_same(found, strlen(found), wanted, length));
    curl_free(found);
}

/* libcurl writes hosts that are numbers in its own way, and IPv6 addresses too. */
static int is_rewritten(const struct url *url)
{
    return is_one_of(url->host, url->host_length, "0123456789abcdefABCDEFxX.:");
}

/* What libcurl, which will be asked to reach it, makes of the same text. */
static void check_with_curl(const char *text, const struct url *url)
{
    CURLU *parsed = curl_url();

    if (parsed == NULL)
        abort();
    if (curl_url_set(parsed, CURLUPART_URL, text, 0) == CURLUE_OK) {
        check_part(
            parsed, CURLUPART_SCHEME, url->is_https ? "https" : "http", url->is_https ? 5 : 4);
        if (!is_rewritten(url))
            check_part(parsed, CURLUPART_HOST, url->host, url->host_length);
        check_part(parsed, CURLUPART_USER, NULL, 0);
        check_part(parsed, CURLUPART_PASSWORD, NULL, 0);
        check_part(parsed, CURLUPART_QUERY, NULL, 0);
        check_part(parsed, CURLUPART_FRAGMENT, NULL, 0);
    }
    curl_url_cleanup(parsed);
}

static void check_read(const char *text)
{
    struct url url;
    const char *mistake = url_read(text, &url);
    size_t length = strlen(text);

    if (mistake != NULL) {
        FUZZ_REQUIRE(*mistake != '\0');
        return;
    }
    FUZZ_REQUIRE(url.length <= length && url.origin_length <= url.length);
    FUZZ_REQUIRE(url.host_length > 0 && url.host >= text + (url.is_https ? 8 : 7));
    FUZZ_REQUIRE(url.host + url.host_length <= text + url.origin_length);
    FUZZ_REQUIRE(strncmp(text, url.is_https ? "https://" : "http://", url.is_https ? 8 : 7) == 0);
    FUZZ_REQUIRE(url.length == 0 || text[url.length - 1] != '/');
    FUZZ_REQUIRE(is_one_of(text + url.length, length - url.length, "/"));
    FUZZ_REQUIRE(
        strpbrk(text, "?#@\\% \"<>") == NULL || strchr(text, '@') > text + url.origin_length);
    FUZZ_REQUIRE(strstr(text + url.origin_length, "/../") == NULL);
    FUZZ_REQUIRE(url_path_mistake(text + url.origin_length) == NULL);
    check_with_curl(text, &url);
}

static int is_shown(const char *part, size_t length)
{
    static const char *const keys[] = {"select", "order", "limit", "offset"};
    size_t key = strcspn(part, "=&");

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (key <= length && strlen(keys[i]) == key && memcmp(keys[i], part, key) == 0)
            return 1;
    }
    return 0;
}

/* Each part behind the question mark is there as it was, or up to its key and "=…". */
static void check_shown(const char *text)
{
    static const char hidden[] = "=\xE2\x80\xA6";
    struct buffer out = BUFFER_INIT;
    const char *shown, *at = text + strcspn(text, "?");

    url_shown(&out, text);
    shown = buffer_text(&out);
    FUZZ_REQUIRE(strncmp(shown, text, (size_t)(at - text)) == 0);
    shown += at - text;
    while (*at != '\0') {
        size_t length = strcspn(at + 1, "&"), kept = length;

        FUZZ_REQUIRE(*shown == *at);
        if (!is_shown(at + 1, length))
            kept = strcspn(at + 1, "=&");
        FUZZ_REQUIRE(strncmp(shown, at, kept + 1) == 0);
        shown += kept + 1;
        if (!is_shown(at + 1, length)) {
            FUZZ_REQUIRE(strncmp(shown, hidden, sizeof hidden - 1) == 0);
            shown += sizeof hidden - 1;
        }
        at += length + 1;
    }
    FUZZ_REQUIRE(*shown == '\0');
    buffer_free(&out);
}

static void check_uuid(const char *text)
{
    char uuid[UUID_LENGTH + 1], again[UUID_LENGTH + 1];

    if (!text_uuid(text, uuid))
        return;
    FUZZ_REQUIRE(strlen(text) == UUID_LENGTH && strlen(uuid) == UUID_LENGTH);
    FUZZ_REQUIRE(is_one_of(uuid, UUID_LENGTH, "0123456789abcdef-"));
    FUZZ_REQUIRE(text_same(uuid, UUID_LENGTH, text, UUID_LENGTH));
    FUZZ_REQUIRE(text_uuid(uuid, again) && strcmp(uuid, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    char *text = fuzz_text(bytes.at, size);

    check_read(text);
    check_shown(text);
    check_uuid(text);
    free(text);
    return 0;
}
