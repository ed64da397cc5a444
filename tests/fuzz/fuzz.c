/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_MAX_BYTES 4096

void fuzz_require(int holds, const char *file, int line, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

struct fuzz_bytes fuzz_bytes_of(const uint8_t *data, size_t size)
{
    const char *at = size > 0 ? (const char *)data : "";

    return (struct fuzz_bytes){at, at + size};
}

unsigned fuzz_byte(struct fuzz_bytes *bytes)
{
    return bytes->at < bytes->end ? (unsigned char)*bytes->at++ : 0;
}

const char *fuzz_until(struct fuzz_bytes *bytes, char mark, size_t *length)
{
    const char *start = bytes->at;
    const char *found = memchr(start, mark, (size_t)(bytes->end - start));

    *length = (size_t)((found != NULL ? found : bytes->end) - start);
    bytes->at = found != NULL ? found + 1 : bytes->end;
    return start;
}

char *fuzz_copy(const char *bytes, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);

    if (copy == NULL)
        abort();
    memcpy(copy, bytes, length);
    return copy;
}

char *fuzz_text(const char *bytes, size_t length)
{
    char *text = malloc(length + 1);

    if (text == NULL)
        abort();
    memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

static void check_text(const char *text, size_t size, const char *const *secrets)
{
    size_t length = strnlen(text, size);

    FUZZ_REQUIRE(length < size);
    FUZZ_REQUIRE(text_is_utf8(text, length));
    FUZZ_REQUIRE(!text_has_control(text, length));
    for (; *secrets != NULL; secrets++)
        FUZZ_REQUIRE(strstr(text, *secrets) == NULL);
}

void fuzz_check_error(const supa_error *error, const char *const *secrets)
{
    FUZZ_REQUIRE(error->code != SUPA_OK);
    FUZZ_REQUIRE(strcmp(supa_code_name((supa_code)error->code), "unknown") != 0);
    FUZZ_REQUIRE(error->outcome >= SUPA_NOT_SENT && error->outcome <= SUPA_UNKNOWN);
    FUZZ_REQUIRE(error->retryable == 0 || error->retryable == 1);
    FUZZ_REQUIRE(error->message[0] != '\0');
    check_text(error->server_code, sizeof error->server_code, secrets);
    check_text(error->store_id, sizeof error->store_id, secrets);
    check_text(error->relation, sizeof error->relation, secrets);
    check_text(error->message, sizeof error->message, secrets);
    check_text(error->details, sizeof error->details, secrets);
    check_text(error->hint, sizeof error->hint, secrets);
}

#ifndef FUZZ_ENGINE

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t length = 0, room = 0;

    if (file == NULL) {
        perror(path);
        return -1;
    }
    do {
        room += 65536;
        bytes = realloc(bytes, room);
        if (bytes == NULL)
            abort();
        length += fread(bytes + length, 1, room - length, file);
    } while (length == room);
    fclose(file);
    bytes = realloc(bytes, length > 0 ? length : 1);
    if (bytes == NULL)
        abort();
    LLVMFuzzerTestOneInput((const uint8_t *)bytes, length);
    free(bytes);
    return 0;
}

/* A file, or all files of a folder. Whoever fails ends the process, so the path is said before. */
static int replay(const char *path, unsigned *passed)
{
    char inner[PATH_MAX_BYTES];
    struct stat found;
    struct dirent *entry;
    DIR *folder;
    int failed = 0;

    if (stat(path, &found) == 0 && !S_ISDIR(found.st_mode)) {
        if (getenv("VERBOSE") != NULL)
            fprintf(stderr, "%s\n", path);
        *passed += replay_file(path) == 0;
        return 0;
    }
    folder = opendir(path);
    if (folder == NULL) {
        perror(path);
        return -1;
    }
    while ((entry = readdir(folder)) != NULL) {
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            failed |= replay(inner, passed);
    }
    closedir(folder);
    return failed;
}

/* Replays the files and folders that are named, or else the committed corpus, which lies below
 * $srcdir when make runs the tests. */
int main(int argc, char **argv)
{
    const char *top = getenv("srcdir");
    char corpus[PATH_MAX_BYTES];
    unsigned passed = 0;
    int failed = 0;

    snprintf(corpus, sizeof corpus, "%s/fuzz/corpus/%s", top != NULL ? top : ".", fuzz_name);
    if (argc < 2)
        failed = replay(corpus, &passed);
    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i], &passed);
    failed = failed != 0 || passed == 0;
    printf("%u passed, %d failed\n", passed, failed);
    return failed;
}

#endif
