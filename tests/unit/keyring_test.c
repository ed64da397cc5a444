/* SPDX-License-Identifier: MIT */
#include "manager/keyring.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"

#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8

extern CU_TestInfo keyring_tests[];

/* The bytes 00…1f, and 32 times ff. */
#define COUNTING "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define ALL_ONES "//////////////////////////////////////////8="

static unsigned char counting[SUPA_KEY_BYTES];

static const unsigned char *counting_key(void)
{
    for (size_t i = 0; i < sizeof counting; i++)
        counting[i] = (unsigned char)i;
    return counting;
}

static int countdown;

static int nth_fails(void)
{
    return countdown > 0 && --countdown == 0;
}

/* The signal that a child dies of when it reads @byte, or 0. */
static int signal_of_reading(const volatile unsigned char *byte)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGSEGV, SIG_DFL);
        (void)*byte;
        _exit(0);
    }
    CU_ASSERT_FATAL(child > 0);
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Whether six bytes in a row of @secret stand anywhere in @error. */
static int tells(const supa_error *error, const void *secret, size_t length)
{
    const unsigned char *from = (const unsigned char *)error;
    const unsigned char *bytes = secret;

    for (size_t i = 0; i + 6 <= length; i++) {
        for (size_t at = 0; at + 6 <= sizeof *error; at++) {
            if (memcmp(from + at, bytes + i, 6) == 0)
                return 1;
        }
    }
    return 0;
}

static void check_no_key(const supa_error *error)
{
    CU_ASSERT_FALSE(tells(error, COUNTING, strlen(COUNTING)));
    CU_ASSERT_FALSE(tells(error, ALL_ONES, strlen(ALL_ONES)));
    CU_ASSERT_FALSE(tells(error, counting_key() + 1, SUPA_KEY_BYTES - 1));
}

static void check_error(const supa_error *error, supa_code code, const char *says)
{
    CU_ASSERT_EQUAL(error->code, (int32_t)code);
    CU_ASSERT_EQUAL(error->outcome, SUPA_NOT_SENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, says));
    if (strstr(error->message, says) == NULL)
        fprintf(stderr, "says \"%s\", not \"%s\"\n", error->message, says);
    check_no_key(error);
}

static int key_is(const supa_keyring *keyring, const char *id, const void *bytes)
{
    struct keyring_key *key = keyring_find(keyring, id, strlen(id));
    const unsigned char *open = key == NULL ? NULL : keyring_key_open(key);
    int same;

    if (open == NULL)
        return 0;
    same = secret_same(open, bytes, SUPA_KEY_BYTES);
    keyring_key_close(key);
    return same;
}

static void adds_keys_in_order(void)
{
    unsigned char ones[SUPA_KEY_BYTES];
    supa_error error;
    supa_keyring *keyring = supa_keyring_new(&error);

    memset(ones, 0xFF, sizeof ones);
    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_PTR_NULL(keyring_first(keyring));
    CU_ASSERT_EQUAL(supa_keyring_add(keyring, "new", counting_key(), 32, &error), 0);
    CU_ASSERT_EQUAL(supa_keyring_add(keyring, "old", ones, 32, NULL), 0);
    CU_ASSERT_STRING_EQUAL(keyring_first(keyring)->id, "new");
    CU_ASSERT(key_is(keyring, "new", counting_key()));
    CU_ASSERT(key_is(keyring, "old", ones));
    CU_ASSERT_PTR_NULL(keyring_find(keyring, "ol", 2));
    CU_ASSERT_PTR_NULL(keyring_find(keyring, "older", 5));
    supa_keyring_free(keyring);
}

static void refuses_arguments_that_are_missing(void)
{
    supa_error error;
    supa_keyring *keyring = supa_keyring_new(&error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_EQUAL(supa_keyring_add(NULL, "k", counting_key(), 32, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_keyring_add(keyring, "k", NULL, 32, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(
        supa_keyring_add(keyring, NULL, counting_key(), 32, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_PTR_NULL(supa_keyring_from_text(NULL, &error));
    check_error(&error, SUPA_ERROR_ARGUMENT, "text is required");
    CU_ASSERT_PTR_NULL(supa_keyring_from_file(NULL, &error));
    check_error(&error, SUPA_ERROR_ARGUMENT, "path");
    CU_ASSERT_PTR_NULL(supa_keyring_from_file("", &error));
    check_error(&error, SUPA_ERROR_ARGUMENT, "path");
    supa_keyring_free(keyring);
    supa_keyring_free(NULL);
}

static void refuses_keys_of_another_length(void)
{
    static const size_t lengths[] = {0, 1, 16, 31, 33, 64};
    unsigned char key[64] = "sixty-four bytes";
    supa_error error;
    supa_keyring *keyring = supa_keyring_new(&error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        CU_ASSERT_EQUAL(
            supa_keyring_add(keyring, "k", key, lengths[i], &error), SUPA_ERROR_ARGUMENT);
        check_error(&error, SUPA_ERROR_ARGUMENT, "32 bytes");
    }
    CU_ASSERT_PTR_NULL(keyring_first(keyring));
    supa_keyring_free(keyring);
}

static void knows_the_grammar_of_ids(void)
{
    static const struct {
        const char *id;
        int valid;
    } rows[] = {
        {"a", 1},
        {"Z", 1},
        {"0", 1},
        {"_", 1},
        {"-", 1},
        {"2024-05_Key", 1},
        {"abcdefghijklmnopqrstuvwxyz012345", 1},
        {"abcdefghijklmnopqrstuvwxyz0123456", 0},
        {"", 0},
        {"a.b", 0},
        {"a:b", 0},
        {"a b", 0},
        {"a/b", 0},
        {"a+b", 0},
        {"a\n", 0},
        {"k\xC3\xA9", 0},
        {"@", 0},
        {"[", 0},
        {"`", 0},
        {"{", 0},
    };
    supa_error error;
    char entry[80];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_keyring *keyring = supa_keyring_new(&error);
        int expected = rows[i].valid ? SUPA_OK : SUPA_ERROR_ARGUMENT;

        CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
        CU_ASSERT_EQUAL(
            supa_keyring_add(keyring, rows[i].id, counting_key(), 32, &error), expected);
        CU_ASSERT_EQUAL(supa_key_generate(rows[i].id, entry, sizeof entry, &error), expected);
        supa_keyring_free(keyring);
    }
}

static void keeps_one_key_of_version_1_beside_the_others(void)
{
    unsigned char ones[SUPA_KEY_BYTES];
    supa_error error;
    supa_keyring *keyring = supa_keyring_new(&error);
    const unsigned char *open;

    memset(ones, 0xFF, sizeof ones);
    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_PTR_NULL(keyring_v1(keyring));
    CU_ASSERT_EQUAL(supa_keyring_add_v1(keyring, counting_key(), 31, &error), SUPA_ERROR_ARGUMENT);
    check_error(&error, SUPA_ERROR_ARGUMENT, "32 bytes, not 31");
    CU_ASSERT_EQUAL(supa_keyring_add_v1(keyring, NULL, 32, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_keyring_add_v1(NULL, ones, 32, &error), SUPA_ERROR_ARGUMENT);
    CU_ASSERT_EQUAL(supa_keyring_add_v1(keyring, counting_key(), 32, &error), SUPA_OK);
    CU_ASSERT_EQUAL(supa_keyring_add_v1(keyring, ones, 32, &error), SUPA_ERROR_CONFLICT);
    check_error(&error, SUPA_ERROR_CONFLICT, "already has a key of version 1");
    CU_ASSERT_PTR_NULL(keyring_first(keyring)); /* it is none of those that seal */
    CU_ASSERT_EQUAL(supa_keyring_add(keyring, "v1", ones, 32, &error), SUPA_OK);
    CU_ASSERT(key_is(keyring, "v1", ones));
    CU_ASSERT_PTR_NULL(keyring_find(keyring, "", 0));
    CU_ASSERT_EQUAL(signal_of_reading(keyring_v1(keyring)->bytes), SIGSEGV);
    open = keyring_key_open(keyring_v1(keyring));
    CU_ASSERT(open != NULL && secret_same(open, counting_key(), SUPA_KEY_BYTES));
    keyring_key_close(keyring_v1(keyring));
    CU_ASSERT_EQUAL(signal_of_reading(keyring_v1(keyring)->bytes), SIGSEGV);
    supa_keyring_free(keyring);
}

static void refuses_an_id_twice(void)
{
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_text("k1:" COUNTING, &error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_EQUAL(
        supa_keyring_add(keyring, "k1", counting_key(), 32, &error), SUPA_ERROR_CONFLICT);
    check_error(&error, SUPA_ERROR_CONFLICT, "key k1");
    CU_ASSERT_EQUAL(supa_keyring_add(keyring, "K1", counting_key(), 32, &error), 0);
    supa_keyring_free(keyring);
}

static void reads_texts(void)
{
    static const struct {
        const char *text;
        const char *ids; /* each with a blank behind it */
    } rows[] = {
        {"k1:" COUNTING, "k1 "},
        {"k1:" COUNTING "\n", "k1 "},
        {"k1:" COUNTING ",k2:" ALL_ONES, "k1 k2 "},
        {"b:" COUNTING "\na:" ALL_ONES "\n", "b a "},
        {"b:" COUNTING "\r\na:" ALL_ONES "\r\n", "b a "},
        {"\n\n  \t k1:" COUNTING " \t \n\n , ,k2:" ALL_ONES " ,\n", "k1 k2 "},
        {"# since May, 2024: k0\nk1:" COUNTING "\n  # old:\nk2:" ALL_ONES "\n#end", "k1 k2 "},
        {"#k0:" ALL_ONES ",k1:" COUNTING "\nk2:" COUNTING, "k2 "},
        {"a:" COUNTING ",b:" COUNTING "\nc:" COUNTING ",d:" COUNTING, "a b c d "},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_error error;
        supa_keyring *keyring = supa_keyring_from_text(rows[i].text, &error);
        char ids[64] = "";

        CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
        for (struct keyring_key *key = keyring_first(keyring); key != NULL; key = key->next) {
            strcat(ids, key->id);
            strcat(ids, " ");
        }
        CU_ASSERT_STRING_EQUAL(ids, rows[i].ids);
        supa_keyring_free(keyring);
    }
}

static void decodes_the_keys_of_texts(void)
{
    unsigned char ones[SUPA_KEY_BYTES];
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_text("a:" COUNTING ",b:" ALL_ONES, &error);

    memset(ones, 0xFF, sizeof ones);
    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT(key_is(keyring, "a", counting_key()));
    CU_ASSERT(key_is(keyring, "b", ones));
    CU_ASSERT_FALSE(key_is(keyring, "b", counting_key()));
    supa_keyring_free(keyring);
}

static void refuses_malformed_texts(void)
{
    static const struct {
        const char *text;
        supa_code code;
        const char *says;
    } rows[] = {
        {"", SUPA_ERROR_ARGUMENT, "no key in the keyring text"},
        {" \n,, \n# k1:" COUNTING, SUPA_ERROR_ARGUMENT, "no key in the keyring text"},
        {COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 is not id:base64"},
        {COUNTING ":k1", SUPA_ERROR_ARGUMENT, "entry 1 is not id:base64"},
        {":" COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 is not id:base64"},
        {"k 1:" COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 is not id:base64"},
        {"k1 :" COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 is not id:base64"},
        {"abcdefghijklmnopqrstuvwxyz0123456:" COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 is not id"},
        {"k1:" COUNTING ",#k2:" COUNTING, SUPA_ERROR_ARGUMENT, "entry 2 is not id:base64"},
        {"k1:" COUNTING " k2:" COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 (k1) is not 32 bytes"},
        {"k1: " COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 (k1) is not 32 bytes"},
        {"k1:", SUPA_ERROR_ARGUMENT, "entry 1 (k1) is not 32 bytes"},
        {"k1:" COUNTING "=", SUPA_ERROR_ARGUMENT, "entry 1 (k1) is not 32 bytes"},
        {"k1:" COUNTING COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 (k1) is not 32 bytes"},
        {"k1::" COUNTING, SUPA_ERROR_ARGUMENT, "entry 1 (k1) is not 32 bytes"},
        /* without padding, with trailing bits, url-safe, with a stranger inside */
        {"k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", SUPA_ERROR_ARGUMENT, "1 (k1) is not"},
        {"k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", SUPA_ERROR_ARGUMENT, "1 (k1) is not"},
        {"k1:__________________________________________8=", SUPA_ERROR_ARGUMENT, "1 (k1) is not"},
        {"k1:AAECAwQFBgcI*QoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", SUPA_ERROR_ARGUMENT, "1 (k1) is not"},
        {"k1:\xFF/////////////////////////////////////////8=", SUPA_ERROR_ARGUMENT,
         "1 (k1) is not"},
        /* 31 and 33 bytes */
        {"k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", SUPA_ERROR_ARGUMENT, "1 (k1) is not"},
        {"k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", SUPA_ERROR_ARGUMENT, "1 (k1) is not"},
        {"k1:" COUNTING ",\n# k2\n,k3:AAAA", SUPA_ERROR_ARGUMENT, "entry 2 (k3) is not 32 bytes"},
        {"a:" COUNTING "\nb:" COUNTING ",a:" ALL_ONES, SUPA_ERROR_CONFLICT, "entry 3 (a) has the"},
    };
    size_t before = secret_count();

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        supa_error error;

        CU_ASSERT_PTR_NULL(supa_keyring_from_text(rows[i].text, &error));
        check_error(&error, rows[i].code, rows[i].says);
        CU_ASSERT_PTR_NULL(supa_keyring_from_text(rows[i].text, NULL));
    }
    CU_ASSERT_EQUAL(secret_count(), before);
}

/* A file of its own for each test, and the directory around it. */
struct file {
    char directory[32];
    char path[48];
};

static void file_make(struct file *file, const void *bytes, size_t length, mode_t mode)
{
    FILE *stream;

    strcpy(file->directory, "/tmp/keyring.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(file->directory));
    snprintf(file->path, sizeof file->path, "%s/keys", file->directory);
    stream = fopen(file->path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, length, stream), length);
    CU_ASSERT_EQUAL(fclose(stream), 0);
    CU_ASSERT_EQUAL(chmod(file->path, mode), 0);
}

static void file_remove(struct file *file)
{
    unlink(file->path);
    rmdir(file->directory);
}

static void reads_files_of_their_owner(void)
{
    static const char text[] = "# the keys\nk1:" COUNTING "\nk2:" ALL_ONES "\n";
    static const mode_t modes[] = {0600, 0400, 0700};

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        size_t before = secret_count();
        struct file file;
        supa_error error;
        supa_keyring *keyring;

        file_make(&file, text, strlen(text), modes[i]);
        keyring = supa_keyring_from_file(file.path, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
        CU_ASSERT_EQUAL(secret_count(), before + 2);
        CU_ASSERT(key_is(keyring, "k1", counting_key()));
        supa_keyring_free(keyring);
        CU_ASSERT_EQUAL(secret_count(), before);
        file_remove(&file);
    }
}

static void refuses_files_that_others_may_use(void)
{
    static const mode_t modes[] = {0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666};
    static const char text[] = "k1:" COUNTING;

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct file file;
        supa_error error;

        file_make(&file, text, strlen(text), modes[i]);
        CU_ASSERT_PTR_NULL(supa_keyring_from_file(file.path, &error));
        check_error(&error, SUPA_ERROR_ARGUMENT, file.path);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "others"));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.hint, "chmod 600 /tmp/"));
        file_remove(&file);
    }
}

static void reads_pipes(void)
{
    static const char text[] = "k1:" COUNTING "\n";
    int ends[2];
    char path[32];
    supa_error error;
    supa_keyring *keyring;

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    CU_ASSERT_EQUAL(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    keyring = supa_keyring_from_file(path, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT(key_is(keyring, "k1", counting_key()));
    supa_keyring_free(keyring);
    close(ends[0]);
}

static void says_why_a_file_is_refused(void)
{
    static const char nul[] = "k1:" COUNTING "\0\n";
    static const char wrong[] = "k1:" COUNTING "\nk2:" COUNTING "x\n";
    static const struct {
        const char *bytes;
        size_t length;
        const char *says;
    } rows[] = {
        {"", 0, "is empty"},
        {"\n# none\n", 8, "no key in the keyring file /tmp/"},
        {"\0", 1, "NUL byte"},
        {nul, sizeof nul - 1, "NUL byte"},
        {wrong, sizeof wrong - 1,
         "entry 2 (k2) is not 32 bytes in standard base64 with padding, in /tmp/"},
    };
    size_t before = secret_count();

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct file file;
        supa_error error;

        file_make(&file, rows[i].bytes, rows[i].length, 0600);
        CU_ASSERT_PTR_NULL(supa_keyring_from_file(file.path, &error));
        check_error(&error, SUPA_ERROR_ARGUMENT, rows[i].says);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, file.path));
        file_remove(&file);
    }
    CU_ASSERT_EQUAL(secret_count(), before);
}

static void says_why_a_file_cannot_be_read(void)
{
    supa_error error;

    CU_ASSERT_PTR_NULL(supa_keyring_from_file("/nowhere/keys", &error));
    check_error(&error, SUPA_ERROR_ARGUMENT, "No such file or directory, /nowhere/keys");
    CU_ASSERT_PTR_NULL(supa_keyring_from_file("/dev/null/keys", &error));
    check_error(&error, SUPA_ERROR_ARGUMENT, "Not a directory, /dev/null/keys");
    CU_ASSERT_PTR_NULL(supa_keyring_from_file("/tmp", &error));
    check_error(&error, SUPA_ERROR_ARGUMENT, "Is a directory, /tmp");
    CU_ASSERT_PTR_NULL(supa_keyring_from_file("/dev/null", &error));
    check_error(&error, SUPA_ERROR_ARGUMENT, "is empty, /dev/null");
}

static void takes_files_up_to_64_KiB(void)
{
    static const char entry[] = "\nk1:" COUNTING;
    size_t size = 65537;
    char *bytes = malloc(size);

    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    memset(bytes, '#', size);
    for (size_t length = 65535; length <= size; length++) {
        struct file file;
        supa_error error;
        supa_keyring *keyring;

        memset(bytes + length - sizeof entry, '#', sizeof entry);
        memcpy(bytes + length - strlen(entry), entry, strlen(entry));
        file_make(&file, bytes, length, 0600);
        keyring = supa_keyring_from_file(file.path, &error);
        CU_ASSERT_EQUAL(keyring != NULL, length <= 65536);
        if (keyring == NULL)
            check_error(&error, SUPA_ERROR_ARGUMENT, "more than 64 KiB");
        supa_keyring_free(keyring);
        file_remove(&file);
    }
    free(bytes);
}

static void generates_entries(void)
{
    static const char id[] = "abcdefghijklmnopqrstuvwxyz012345";
    char one[80], two[80];
    supa_error error;
    supa_keyring *keyring;

    CU_ASSERT_EQUAL(supa_key_generate(id, one, sizeof one, &error), 0);
    CU_ASSERT_EQUAL(supa_key_generate(id, two, sizeof two, &error), 0);
    CU_ASSERT_STRING_NOT_EQUAL(one, two);
    CU_ASSERT_EQUAL(strlen(one), 32 + 1 + 44);
    keyring = supa_keyring_from_text(one, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_STRING_EQUAL(keyring_first(keyring)->id, id);
    supa_keyring_free(keyring);
}

static void generates_no_further_than_its_room(void)
{
    char entry[80];
    supa_error error;

    CU_ASSERT_EQUAL(supa_key_generate("k", NULL, 80, &error), SUPA_ERROR_ARGUMENT);
    for (size_t size = 0; size < 47; size++) {
        memset(entry, '!', sizeof entry);
        CU_ASSERT_EQUAL(supa_key_generate("k", entry, size, &error), SUPA_ERROR_ARGUMENT);
        CU_ASSERT_EQUAL(entry[0], '!');
    }
    CU_ASSERT_EQUAL(supa_key_generate("k", entry, 47, &error), 0);
    CU_ASSERT_EQUAL(entry[46], '\0');
    CU_ASSERT_EQUAL(entry[47], '!');
}

static void lives_until_its_last_reference(void)
{
    size_t before = secret_count();
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_text("k1:" COUNTING, &error);

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    CU_ASSERT_PTR_EQUAL(keyring_ref(keyring), keyring);
    supa_keyring_free(keyring);
    CU_ASSERT_EQUAL(secret_count(), before + 1);
    CU_ASSERT(key_is(keyring, "k1", counting_key()));
    supa_keyring_free(keyring);
    CU_ASSERT_EQUAL(secret_count(), before);
}

static void an_idle_key_cannot_be_read(void)
{
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_text("a:" COUNTING ",b:" ALL_ONES, &error);
    struct keyring_key *a, *b;

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    a = keyring_first(keyring);
    b = a->next;
    CU_ASSERT_EQUAL(signal_of_reading(a->bytes), SIGSEGV);
    CU_ASSERT_EQUAL(signal_of_reading(a->bytes + 31), SIGSEGV);
    CU_ASSERT_PTR_NOT_NULL(keyring_key_open(a));
    CU_ASSERT_PTR_NOT_NULL(keyring_key_open(a));
    CU_ASSERT_EQUAL(signal_of_reading(a->bytes), 0);
    CU_ASSERT_EQUAL(signal_of_reading(b->bytes), SIGSEGV);
    keyring_key_close(a);
    CU_ASSERT_EQUAL(signal_of_reading(a->bytes), 0);
    keyring_key_close(a);
    CU_ASSERT_EQUAL(signal_of_reading(a->bytes), SIGSEGV);
    supa_keyring_free(keyring);
}

static void *use_often(void *given)
{
    supa_keyring *keyring = keyring_ref(given);
    size_t wrong = 0;

    for (int i = 0; i < 2000; i++)
        wrong += !key_is(keyring, "k1", counting);
    supa_keyring_free(keyring);
    return wrong == 0 ? NULL : given;
}

static void many_threads_use_one_key(void)
{
    supa_error error;
    supa_keyring *keyring = supa_keyring_from_text("k1:" COUNTING, &error);
    pthread_t threads[THREADS];
    void *wrong;

    CU_ASSERT_PTR_NOT_NULL_FATAL(keyring);
    counting_key();
    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, use_often, keyring), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        CU_ASSERT_PTR_NULL(wrong);
    }
    CU_ASSERT_EQUAL(keyring_first(keyring)->users, 0);
    CU_ASSERT_EQUAL(signal_of_reading(keyring_first(keyring)->bytes), SIGSEGV);
    supa_keyring_free(keyring);
}

static const char *sweep_path;

static int make_by_adding(supa_error *error)
{
    supa_keyring *keyring = supa_keyring_new(error);
    int code;

    if (keyring == NULL)
        return error->code;
    code = supa_keyring_add(keyring, "k1", counting, 32, error);
    if (code == 0)
        code = supa_keyring_add(keyring, "k2", counting, 32, error);
    supa_keyring_free(keyring);
    return code;
}

static int make_from_text(supa_error *error)
{
    supa_keyring *keyring = supa_keyring_from_text("a:" COUNTING ",b:" ALL_ONES, error);

    supa_keyring_free(keyring);
    return keyring == NULL ? error->code : 0;
}

static int make_from_file(supa_error *error)
{
    supa_keyring *keyring = supa_keyring_from_file(sweep_path, error);

    supa_keyring_free(keyring);
    return keyring == NULL ? error->code : 0;
}

static int make_an_entry(supa_error *error)
{
    char entry[80];

    return supa_key_generate("k1", entry, sizeof entry, error);
}

/* Fails the first allocation, the second, … until none is left to fail; their number. */
static int sweep(int (*make)(supa_error *error))
{
    size_t before = secret_count();

    for (int n = 1;; n++) {
        supa_error error = {0};
        int code, failed;

        countdown = n;
        memory_fails = nth_fails;
        code = make(&error);
        memory_fails = NULL;
        failed = countdown == 0;
        CU_ASSERT_EQUAL(code, failed ? SUPA_ERROR_NO_MEMORY : SUPA_OK);
        CU_ASSERT_EQUAL(secret_count(), before);
        check_no_key(&error);
        if (!failed)
            return n - 1;
    }
}

static void survives_every_failed_allocation(void)
{
    static const char text[] = "a:" COUNTING "\nb:" ALL_ONES "\n";
    struct file file;

    file_make(&file, text, strlen(text), 0600);
    sweep_path = file.path;
    counting_key();
    CU_ASSERT_EQUAL(sweep(make_by_adding), 5);
    CU_ASSERT_EQUAL(sweep(make_from_text), 5);
    CU_ASSERT_EQUAL(sweep(make_from_file), 6);
    CU_ASSERT_EQUAL(sweep(make_an_entry), 1);
    file_remove(&file);
}

CU_TestInfo keyring_tests[] = {
    {"keys are added in order and found by id", adds_keys_in_order},
    {"arguments that are missing are refused", refuses_arguments_that_are_missing},
    {"keys of another length are refused", refuses_keys_of_another_length},
    {"ids are 1 to 32 characters of their grammar", knows_the_grammar_of_ids},
    {"keeps one key of version 1, hidden, beside the others",
     keeps_one_key_of_version_1_beside_the_others},
    {"an id is refused twice, and case matters", refuses_an_id_twice},
    {"texts have commas, lines, blanks and comments", reads_texts},
    {"texts give the keys that are written in them", decodes_the_keys_of_texts},
    {"a malformed text is refused by entry and id, never by key", refuses_malformed_texts},
    {"files of their owner alone are read", reads_files_of_their_owner},
    {"files that others may use are refused, with the remedy", refuses_files_that_others_may_use},
    {"a pipe is read whatever its mode", reads_pipes},
    {"a file that is wrong inside is refused by its path", says_why_a_file_is_refused},
    {"a file that cannot be read is refused by the system's reason",
     says_why_a_file_cannot_be_read},
    {"files are taken up to 64 KiB", takes_files_up_to_64_KiB},
    {"a generated entry is new each time and makes a keyring", generates_entries},
    {"a generated entry needs its room and takes no more", generates_no_further_than_its_room},
    {"a keyring lives until its last reference", lives_until_its_last_reference},
    {"a process that reads an idle key dies", an_idle_key_cannot_be_read},
    {"many threads use one key, and it is hidden after the last", many_threads_use_one_key},
    {"every failed allocation is told, and nothing leaks", survives_every_failed_allocation},
    CU_TEST_INFO_NULL};
