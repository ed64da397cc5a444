/* SPDX-License-Identifier: MIT */
/* What a store's client costs the process, measured as a normal user whom the system lets lock 8 MB. */
#include "base/slab.h"
#include "client_internal.h"

#include <CUnit/CUnit.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 20000, MAPPINGS = 65530, BYTES_MAX = 4096, MEMLOCK = 8 << 20, NOBODY = 65534 };

struct usage {
    size_t bytes; /* resident */
    size_t mappings;
};

static int usage_now(struct usage *usage)
{
    FILE *rollup = fopen("/proc/self/smaps_rollup", "r");
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4352];
    size_t kilobytes = 0;

    usage->mappings = 0;
    while (rollup != NULL && fgets(line, sizeof line, rollup) != NULL)
        sscanf(line, "Rss: %zu kB", &kilobytes);
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        usage->mappings++;
    if (rollup != NULL)
        fclose(rollup);
    if (maps != NULL)
        fclose(maps);
    usage->bytes = kilobytes * 1024;
    return usage->bytes != 0 && usage->mappings != 0 ? 0 : -1;
}

/* As long as Supabase's: a key is a JWT of some 220 characters. */
static supa_client *client_of(size_t number)
{
    char url[64], key[256], store[40];
    struct client_identity identity = {SUPA_SIDE_TENANT, store, NULL, NULL};
    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;
    static struct transport nowhere;

    snprintf(url, sizeof url, "https://abcdefghijklmn%06zu.supabase.co", number);
    snprintf(key, sizeof key, "eyJ%0216zu", number);
    snprintf(store, sizeof store, "6f1c2b3a-0d4e-4f5a-8b6c-7d8e%08zx", number);
    options.url = url;
    options.key = key;
    return client_new(&options, &identity, &nowhere, NULL);
}

/* Capabilities would let us lock without a limit. */
static int become_a_normal_user(void)
{
    const struct rlimit memlock = {MEMLOCK, MEMLOCK};

    if (setrlimit(RLIMIT_MEMLOCK, &memlock) != 0)
        return -1;
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return -1;
    return prctl(PR_SET_DUMPABLE, 1); /* or /proc/self is not ours to read */
}

/* Each client has its own headers still, and they are its own. */
static int is_whole(const supa_client *client, size_t number)
{
    char key[256];

    snprintf(key, sizeof key, "eyJ%0216zu", number);
    return strcmp(client->target.secrets[0], key) == 0;
}

/* In the child: 0, or the number of the step that went wrong. */
static int measure(void)
{
    supa_client **clients = calloc(CLIENTS, sizeof(supa_client *));
    struct usage before, after;
    struct slab_stats stats;

    if (clients == NULL || become_a_normal_user() != 0)
        return 1;
    memset(clients, 0xFF, CLIENTS * sizeof(supa_client *)); /* resident from here on */
    if (usage_now(&before) != 0)
        return 2;
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = client_of(i);
        if (clients[i] == NULL)
            return 3;
    }
    if (usage_now(&after) != 0)
        return 4;
    slab_stats(&stats);
    printf(
        "%d clients: %zu bytes each, %zu mappings, %zu of %zu KiB locked ", CLIENTS,
        (after.bytes - before.bytes) / CLIENTS, after.mappings - before.mappings,
        stats.locked_bytes / 1024, stats.bytes / 1024);
    fflush(stdout);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (!is_whole(clients[i], i))
            return 5;
    }
    if (after.mappings > MAPPINGS / 8)
        return 6;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they add to each block */
    if ((after.bytes - before.bytes) / CLIENTS >= BYTES_MAX - 512) /* the cache's entry is beside */
        return 7;
    if (stats.locked_bytes == 0 || stats.locked_bytes > MEMLOCK)
        return 8;
#endif
    return 0;
}

/* The child's own status is valgrind's to give, so the result comes by a pipe. */
static void stores_cost_few_mappings_and_under_4_KB_each(void)
{
    int ends[2], result = -1;
    pid_t child;

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        result = measure();
        _exit(write(ends[1], &result, sizeof result) != sizeof result);
    }
    CU_ASSERT_FATAL(child > 0);
    close(ends[1]);
    CU_ASSERT_EQUAL(read(ends[0], &result, sizeof result), sizeof result);
    CU_ASSERT_EQUAL(result, 0);
    CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
    close(ends[0]);
}

extern CU_TestInfo capacity_tests[];
CU_TestInfo capacity_tests[] = {
    {"20,000 stores cost few mappings and under 4 KB each",
     stores_cost_few_mappings_and_under_4_KB_each},
    CU_TEST_INFO_NULL};
