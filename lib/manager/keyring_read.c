/* SPDX-License-Identifier: MIT */
/* Keyrings from text and from files. */
#include "base/error.h"
#include "base/secret.h"
#include "manager/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536

/* A text of entries, and where it came from. */
struct reader {
    const char *at;
    const char *path;  /* NULL when it is not a file's */
    int line_begins;   /* at the beginning of a line */
    size_t number;     /* of the entry below, from 1 */
    const char *entry; /* without the blanks around it */
    size_t length;
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The text up to the next comma or line end, and of a comment up to the line end, as an entry. */
static void next_piece(struct reader *reader)
{
    const char *start = reader->at;
    const char *end;

    while (is_blank(*start))
        start++;
    end = start + strcspn(start, reader->line_begins && *start == '#' ? "\n" : ",\n");
    reader->at = *end == '\0' ? end : end + 1;
    if (reader->line_begins && *start == '#')
        start = end;
    while (end > start && is_blank(end[-1]))
        end--;
    reader->entry = start;
    reader->length = (size_t)(end - start);
}

/* 1 when there is one more entry. Comments and empty pieces are none. */
static int next_entry(struct reader *reader)
{
    while (*reader->at != '\0') {
        next_piece(reader);
        reader->line_begins = reader->at[-1] == '\n';
        if (reader->length != 0) {
            reader->number++;
            return 1;
        }
    }
    return 0;
}

/* An error about the reader's entry. Of the entry it tells a valid id, and never the rest. */
static int
entry_error(const struct reader *reader, supa_code code, const char *problem, supa_error *error)
{
    const char *colon = memchr(reader->entry, ':', reader->length);
    size_t length = colon == NULL ? 0 : (size_t)(colon - reader->entry);
    char id[KEYRING_ID_LENGTH + 4] = "";

    if (keyring_id_valid(reader->entry, length))
        snprintf(id, sizeof id, " (%.*s)", (int)length, reader->entry);
    return error_set(
        error, code, SUPA_NOT_SENT, "keyring entry %zu%s %s%s%s", reader->number, id, problem,
        reader->path != NULL ? ", in " : "", reader->path != NULL ? reader->path : "");
}

static int add_entry(supa_keyring *keyring, const struct reader *reader, supa_error *error)
{
    const char *colon = memchr(reader->entry, ':', reader->length);
    size_t id_length = colon == NULL ? 0 : (size_t)(colon - reader->entry);
    int code;

    if (colon == NULL || !keyring_id_valid(reader->entry, id_length))
        return entry_error(
            reader, SUPA_ERROR_ARGUMENT, "is not id:base64 with an id of " KEYRING_ID_GRAMMAR,
            error);
    if (keyring_find(keyring, reader->entry, id_length) != NULL)
        return entry_error(reader, SUPA_ERROR_CONFLICT, "has the id of an earlier entry", error);
    code = keyring_add_base64(
        keyring, reader->entry, id_length, colon + 1, reader->length - id_length - 1);
    if (code == SUPA_ERROR_NO_MEMORY)
        return error_no_memory(error);
    if (code != SUPA_OK)
        return entry_error(
            reader, SUPA_ERROR_ARGUMENT, "is not 32 bytes in standard base64 with padding", error);
    return SUPA_OK;
}

static supa_keyring *read_entries(const char *text, const char *path, supa_error *error)
{
    struct reader reader = {.at = text, .path = path, .line_begins = 1};
    supa_keyring *keyring = supa_keyring_new(error);
    int failed = keyring == NULL;

    while (!failed && next_entry(&reader))
        failed = add_entry(keyring, &reader, error) != 0;
    if (!failed && keyring_first(keyring) == NULL) {
        error_argument(
            error, "there is no key in the keyring %s%s", path != NULL ? "file " : "text",
            path != NULL ? path : "");
        failed = 1;
    }
    if (failed) {
        supa_keyring_free(keyring);
        return NULL;
    }
    return keyring;
}

supa_keyring *supa_keyring_from_text(const char *text, supa_error *error)
{
    if (text == NULL) {
        error_argument(error, "a keyring text is required");
        return NULL;
    }
    return read_entries(text, NULL, error);
}

/* strerror_r comes in two kinds: GNU's returns the text. */
static const char *reason_of(int number, char *buffer, size_t size)
{
#if defined(__GLIBC__) && defined(_GNU_SOURCE)
    return strerror_r(number, buffer, size);
#else
    if (strerror_r(number, buffer, size) != 0)
        snprintf(buffer, size, "error %d", number);
    return buffer;
#endif
}

/* @number is an errno. */
static int file_error(const char *path, int number, supa_error *error)
{
    char buffer[128];

    return error_argument(
        error, "the keyring file cannot be read: %s, %s", reason_of(number, buffer, sizeof buffer),
        path);
}

/* Pipes and the like pass: who may read them is decided elsewhere. */
static int check_owner_only(int file, const char *path, supa_error *error)
{
    struct stat status;

    if (fstat(file, &status) != 0)
        return file_error(path, errno, error);
    if (!S_ISREG(status.st_mode) || (status.st_mode & 077) == 0)
        return SUPA_OK;
    error_argument(
        error, "the keyring file is open to others than its owner (mode %03o), %s",
        (unsigned)status.st_mode & 0777U, path);
    error_hint(error, "chmod 600 %s", path);
    return SUPA_ERROR_ARGUMENT;
}

/* Up to @size bytes into @out; fewer when the file has no more. */
static int
read_all(int file, const char *path, char *out, size_t size, size_t *length, supa_error *error)
{
    *length = 0;
    while (*length < size) {
        ssize_t n = read(file, out + *length, size - *length);

        if (n == 0)
            break;
        if (n > 0)
            *length += (size_t)n;
        else if (errno != EINTR)
            return file_error(path, errno, error);
    }
    return SUPA_OK;
}

/* @text has room for FILE_MAX + 1 bytes: one more than allowed, or the NUL. */
static int read_text(int file, const char *path, char *text, supa_error *error)
{
    size_t length;

    if (check_owner_only(file, path, error) != 0)
        return SUPA_ERROR_ARGUMENT;
    if (read_all(file, path, text, FILE_MAX + 1, &length, error) != 0)
        return SUPA_ERROR_ARGUMENT;
    if (length > FILE_MAX)
        return error_argument(error, "the keyring file has more than 64 KiB, %s", path);
    if (length == 0)
        return error_argument(error, "the keyring file is empty, %s", path);
    if (memchr(text, '\0', length) != NULL)
        return error_argument(error, "the keyring file has a NUL byte in it, %s", path);
    text[length] = '\0';
    return SUPA_OK;
}

/* What supa_keyring_from_file does with its open file. */
static supa_keyring *read_file(int file, const char *path, supa_error *error)
{
    char *text = secret_get(FILE_MAX + 1);
    supa_keyring *keyring = NULL;

    if (text == NULL)
        error_no_memory(error);
    else if (read_text(file, path, text, error) == 0)
        keyring = read_entries(text, path, error);
    secret_free(text);
    return keyring;
}

supa_keyring *supa_keyring_from_file(const char *path, supa_error *error)
{
    supa_keyring *keyring;
    int file;

    if (path == NULL || path[0] == '\0') {
        error_argument(error, "the path of a keyring file is required");
        return NULL;
    }
    if (secret_start(error) != 0)
        return NULL;
    file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        file_error(path, errno, error);
        return NULL;
    }
    keyring = read_file(file, path, error);
    close(file);
    return keyring;
}
