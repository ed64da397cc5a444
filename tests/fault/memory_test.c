/* SPDX-License-Identifier: MIT */
/* What a core dump of a process that serves stores holds, and what never: another process is made to
 * open credentials, to fail at some, and to send requests, and its memory is searched from here. */
#include "memory_scan.h"
#include "peer.h"

#include <CUnit/CUnit.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/supa.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define STORE(n)     "6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c" #n
#define TYPE         "supabase"

enum { KEY_TEXT = 45, TEXT = 41, ENVELOPES = 5 };

/* All that is secret, new for each run, so that it is nowhere but where it was put. */
struct world {
    unsigned char key[SUPA_KEY_BYTES], key_v1[SUPA_KEY_BYTES];
    char key_text[KEY_TEXT], key_v1_text[KEY_TEXT];
    char master_key[TEXT], store_key[TEXT];
    char note[TEXT]; /* in the plaintexts: nobody reads it */
    char directory[32], keyring[48];
    char answers[ENVELOPES][2048];
    struct peer *master, *tenant;
};

/* The process under test. */
struct resident {
    pid_t id;
    FILE *to, *from;
};

static const char *const stores[ENVELOPES] = {STORE(1), STORE(2), STORE(3), STORE(4), STORE(5)};

static void random_text(char out[TEXT])
{
    unsigned char bytes[(TEXT - 1) / 2];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, TEXT, bytes, sizeof bytes);
}

static void random_key(unsigned char key[SUPA_KEY_BYTES], char text[KEY_TEXT])
{
    randombytes_buf(key, SUPA_KEY_BYTES);
    sodium_bin2base64(text, KEY_TEXT, key, SUPA_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
}

static void write_keyring(struct world *world)
{
    FILE *file;

    strcpy(world->directory, "/tmp/memory.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(world->directory));
    snprintf(world->keyring, sizeof world->keyring, "%s/keyring", world->directory);
    file = fopen(world->keyring, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "k1:%s\n", world->key_text);
    CU_ASSERT_EQUAL(fclose(file), 0);
    CU_ASSERT_EQUAL(chmod(world->keyring, 0600), 0);
}

/* The master's answer: the row of a store whose credentials are @plaintext. A changed one opens to
 * plaintext that is not to be trusted. */
static void write_answer(struct world *world, size_t i, int version, const char *key, int change)
{
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_file(world->keyring, &error);
    char plaintext[512], *envelope;

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_EQUAL(supa_keyring_add_v1(keyring, world->key_v1, SUPA_KEY_BYTES, &error), SUPA_OK);
    snprintf(
        plaintext, sizeof plaintext,
        "{\"projectUrl\":\"%s\",\"note\":\"%s\",\"serviceRoleKey\":%s%s%s,\"more\":\"%s\"}",
        peer_url(world->tenant), world->note, *key ? "\"" : "", *key ? key : "7", *key ? "\"" : "",
        world->note);
    envelope = supa_envelope_seal_as(
        keyring, version, TYPE, stores[i], plaintext, strlen(plaintext), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
    if (change) {
        char *at = envelope + strlen(envelope) / 2;

        *at = *at == 'A' ? 'B' : 'A';
    }
    snprintf(
        world->answers[i], sizeof world->answers[i],
        "[{\"database_type\":\"" TYPE
        "\",\"connection_string_encrypted\":\"%s\",\"is_active\":true,"
        "\"stores\":{\"status\":\"active\",\"is_active\":true}}]",
        envelope);
    supa_text_free(envelope);
    supa_keyring_free(keyring);
}

/* Stores: one of each version; credentials that are wrong; envelopes that are changed. */
static void world_start(struct world *world)
{
    random_key(world->key, world->key_text);
    random_key(world->key_v1, world->key_v1_text);
    random_text(world->master_key);
    random_text(world->store_key);
    random_text(world->note);
    write_keyring(world);
    world->tenant = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\":1}]"), PEER_LOOP));
    CU_ASSERT_PTR_NOT_NULL_FATAL(world->tenant);
    write_answer(world, 0, SUPA_ENVELOPE_V2, world->store_key, 0);
    write_answer(world, 1, SUPA_ENVELOPE_V1, world->store_key, 0);
    write_answer(world, 2, SUPA_ENVELOPE_V2, "", 0);
    write_answer(world, 3, SUPA_ENVELOPE_V1, world->store_key, 1);
    write_answer(world, 4, SUPA_ENVELOPE_V2, world->store_key, 1);
    world->master = PEER_START(
        PEER_PLAIN, PEER_SCRIPT(
                        PEER_READ_REQUEST, PEER_ANSWER(200, world->answers[0]), PEER_READ_REQUEST,
                        PEER_ANSWER(200, world->answers[1]), PEER_READ_REQUEST,
                        PEER_ANSWER(200, world->answers[2]), PEER_READ_REQUEST,
                        PEER_ANSWER(200, world->answers[3]), PEER_READ_REQUEST,
                        PEER_ANSWER(200, world->answers[4]), PEER_STALL_FOREVER));
    CU_ASSERT_PTR_NOT_NULL_FATAL(world->master);
}

static void world_end(struct world *world)
{
    peer_stop(world->master);
    peer_stop(world->tenant);
    unlink(world->keyring);
    rmdir(world->directory);
}

/* fault/resident beside this program. */
static void resident_path(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 16);

    CU_ASSERT_FATAL(length > 0);
    path[length] = '\0';
    strcpy(strrchr(path, '/'), "/resident");
}

static void become_resident(const struct world *world, const char *path)
{
    setenv("MASTER_SUPABASE_URL", peer_url(world->master), 1);
    setenv("MASTER_SUPABASE_SERVICE_KEY", world->master_key, 1);
    setenv("SUPA_KEYRING_FILE", world->keyring, 1);
    setenv("ENCRYPTION_KEY", world->key_v1_text, 1);
    setenv("SUPA_ALLOW_PLAIN_HTTP", "1", 1);
    setenv("SUPA_ALLOW_PRIVATE", "1", 1);
    unsetenv("SUPA_KEYRING");
    execl(path, path, stores[0], stores[1], stores[2], stores[3], stores[4], (char *)NULL);
    _exit(127);
}

static void resident_start(struct resident *resident, const struct world *world)
{
    int to[2], from[2];
    char path[1024];

    resident_path(path, sizeof path);
    CU_ASSERT_FATAL(pipe(to) == 0 && pipe(from) == 0);
    resident->id = fork();
    CU_ASSERT_FATAL(resident->id >= 0);
    if (resident->id == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        for (int i = 0; i < 2; i++) {
            close(to[i]);
            close(from[i]);
        }
        become_resident(world, path);
    }
    close(to[0]);
    close(from[1]);
    resident->to = fdopen(to[1], "w");
    resident->from = fdopen(from[0], "r");
}

/* 1 when it says @word next. */
static int says(struct resident *resident, const char *word)
{
    char line[64] = "";

    if (fgets(line, sizeof line, resident->from) == NULL)
        return 0;
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, word) != 0)
        fprintf(stderr, "the resident says \"%s\", not \"%s\"\n", line, word);
    return strcmp(line, word) == 0;
}

static void go_on(struct resident *resident)
{
    fputs("\n", resident->to);
    fflush(resident->to);
}

static void resident_end(struct resident *resident)
{
    int status = -1;

    go_on(resident);
    CU_ASSERT_EQUAL(waitpid(resident->id, &status, 0), resident->id);
    CU_ASSERT_EQUAL(status, 0);
    fclose(resident->to);
    fclose(resident->from);
}

enum { RAW, BASE64, RAW_V1, NOTE, STORE_KEY, MASTER_KEY, BASE64_V1, NEEDLES };

static void fill_needles(const struct world *world, struct needle needles[NEEDLES])
{
    const struct needle all[NEEDLES] = {
        [RAW] = {world->key, SUPA_KEY_BYTES, 0, 0},
        [BASE64] = {world->key_text, KEY_TEXT - 1, 0, 0},
        [RAW_V1] = {world->key_v1, SUPA_KEY_BYTES, 0, 0},
        [NOTE] = {world->note, TEXT - 1, 0, 0},
        [STORE_KEY] = {world->store_key, TEXT - 1, 0, 0},
        [MASTER_KEY] = {world->master_key, TEXT - 1, 0, 0},
        [BASE64_V1] = {world->key_v1_text, KEY_TEXT - 1, 0, 0},
    };

    memcpy(needles, all, sizeof all);
}

static void scan_resident(const struct resident *resident, const char *when, struct needle *needles)
{
    struct scan scan;

    CU_ASSERT_EQUAL_FATAL(memory_scan(resident->id, needles, NEEDLES, &scan), 0);
    CU_ASSERT(scan.dumped_bytes > 1 << 20);
    printf(
        "\n    %s, in %zu KiB that a core dump can show: keyring %zu, plaintexts %zu, store's key "
        "%zu, master's key %zu, ENCRYPTION_KEY's text %zu; guarded: store's key %zu",
        when, scan.dumped_bytes / 1024, needles[RAW].dumped + needles[BASE64].dumped,
        needles[NOTE].dumped, needles[STORE_KEY].dumped, needles[MASTER_KEY].dumped,
        needles[BASE64_V1].dumped, needles[STORE_KEY].guarded);
    CU_ASSERT_EQUAL(needles[RAW].dumped, 0);
    CU_ASSERT_EQUAL(needles[BASE64].dumped, 0);
    CU_ASSERT_EQUAL(needles[RAW_V1].dumped, 0);
    CU_ASSERT_EQUAL(needles[NOTE].dumped, 0);
    CU_ASSERT_EQUAL(needles[NOTE].guarded, 0); /* wiped wherever it was */
}

static void a_core_dump_shows_neither_the_keyring_nor_an_opened_envelope(void)
{
    struct needle needles[NEEDLES];
    struct resident resident;
    struct world world;

    world_start(&world);
    fill_needles(&world, needles);
    resident_start(&resident, &world);
    CU_ASSERT_FATAL(says(&resident, "ok") && says(&resident, "ok"));
    for (int i = 0; i < 3; i++)
        CU_ASSERT_FATAL(says(&resident, "credentials"));
    CU_ASSERT_FATAL(says(&resident, "held"));
    scan_resident(&resident, "with two stores held", needles);
    CU_ASSERT(needles[STORE_KEY].guarded >= 4); /* the search does find what is there */
    CU_ASSERT(needles[MASTER_KEY].dumped >= 1); /* in the environment */
    go_on(&resident);
    CU_ASSERT_FATAL(says(&resident, "ended"));
    scan_resident(&resident, "after the end", needles);
    CU_ASSERT_EQUAL(needles[STORE_KEY].guarded + needles[RAW].guarded, 0);
    CU_ASSERT_EQUAL(needles[RAW_V1].guarded + needles[MASTER_KEY].guarded, 0);
    resident_end(&resident);
    world_end(&world);
    printf("\n    ");
}

extern CU_TestInfo memory_tests[];
CU_TestInfo memory_tests[] = {
    {"a core dump shows neither the keyring nor an opened envelope",
     a_core_dump_shows_neither_the_keyring_nor_an_opened_envelope},
    CU_TEST_INFO_NULL};
