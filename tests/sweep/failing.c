/* SPDX-License-Identifier: MIT */
#include "failing.h"

#include "base/memory.h"
#include "base/secret.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

const char *const failing_names[FAILING_KINDS] = {"ours", "libcurl's", "cJSON's"};

static pthread_t swept;
static int is_on; /* the thread's own to set and read */
static enum failing_whose whose;
static size_t asked, first;
static int goes_on;
static atomic_long blocks, curl_blocks, cjson_blocks;

static int fails(enum failing_whose kind)
{
    if (!pthread_equal(pthread_self(), swept) || !is_on || kind != whose)
        return 0;
    asked++;
    return asked == first || (goes_on && asked > first);
}

static int ours_fail(void)
{
    return fails(FAILING_OURS);
}

/* The linker puts these in the places of the program's calls, the library's among them (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

void *__wrap_malloc(size_t size)
{
    void *block = __real_malloc(size);

    blocks += block != NULL;
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block = __real_calloc(count, size);

    blocks += block != NULL;
    return block;
}

void *__wrap_realloc(void *block, size_t size)
{
    void *grown = __real_realloc(block, size);

    blocks += grown != NULL && block == NULL;
    return grown;
}

void __wrap_free(void *block)
{
    blocks -= block != NULL;
    __real_free(block);
}

static void *curl_get(size_t size)
{
    void *block = fails(FAILING_CURL) ? NULL : __real_malloc(size);

    curl_blocks += block != NULL;
    return block;
}

static void *curl_zero(size_t count, size_t size)
{
    void *block = fails(FAILING_CURL) ? NULL : __real_calloc(count, size);

    curl_blocks += block != NULL;
    return block;
}

static void *curl_grow(void *block, size_t size)
{
    void *grown = fails(FAILING_CURL) ? NULL : __real_realloc(block, size);

    curl_blocks += grown != NULL && block == NULL;
    return grown;
}

static void curl_give_back(void *block)
{
    curl_blocks -= block != NULL;
    __real_free(block);
}

static char *curl_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = curl_get(size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

static void *cjson_get(size_t size)
{
    void *block = fails(FAILING_CJSON) ? NULL : __real_malloc(size);

    cjson_blocks += block != NULL;
    return block;
}

static void cjson_give_back(void *block)
{
    cjson_blocks -= block != NULL;
    __real_free(block);
}

int failing_start(void)
{
    cJSON_Hooks hooks = {cjson_get, cjson_give_back};

    swept = pthread_self();
    cJSON_InitHooks(&hooks);
    memory_fails = ours_fail;
    return curl_global_init_mem(
               CURL_GLOBAL_DEFAULT, curl_get, curl_give_back, curl_grow, curl_text, curl_zero) ==
                   CURLE_OK
               ? 0
               : -1;
}

void failing_at(enum failing_whose kind, size_t nth, int and_on)
{
    whose = kind;
    first = nth;
    goes_on = and_on;
    asked = 0;
    is_on = 1;
}

size_t failing_end(void)
{
    is_on = 0;
    return asked;
}

static int count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

struct live failing_live(void)
{
    return (struct live){blocks, curl_blocks, cjson_blocks, secret_count(), count_descriptors()};
}
