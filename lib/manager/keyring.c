/* SPDX-License-Identifier: MIT */
#include "manager/keyring.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX   65536
#define ID_GRAMMAR "1 to 32 characters of A-Z a-z 0-9 _ -"

struct supa_keyring {
    atomic_uint references;
    struct keyring_key *first;
    struct keyring_key **end; /* where the next key goes */
};

/* A text of entries, and where it came from. */
struct reader {
    const char *at;
    const char *path;  /* NULL when it is not a file's */
    int line_begins;   /* at the beginning of a line */
    size_t number;     /* of the entry below, from 1 */
    const char *entry; /* without the blanks around it */
    size_t length;
};

supa_keyring *supa_keyring_new(supa_error *error)
{
    supa_keyring *keyring;

    if (secret_start(error) != 0)
        return NULL;
    keyring = memory_zero(sizeof *keyring);
    if (keyring == NULL) {
        error_no_memory(error);
        return NULL;
    }
    atomic_init(&keyring->references, 1);
    keyring->end = &keyring->first;
    return keyring;
}

supa_keyring *keyring_ref(supa_keyring *keyring)
{
    atomic_fetch_add_explicit(&keyring->references, 1, memory_order_relaxed);
    return keyring;
}

static void key_free(struct keyring_key *key)
{
    pthread_mutex_destroy(&key->lock);
    secret_free(key->bytes);
    memory_free(key);
}

void supa_keyring_free(supa_keyring *keyring)
{
    if (keyring == NULL)
        return;
    if (atomic_fetch_sub_explicit(&keyring->references, 1, memory_order_acq_rel) != 1)
        return;
    while (keyring->first != NULL) {
        struct keyring_key *key = keyring->first;

        keyring->first = key->next;
        key_free(key);
    }
    memory_free(keyring);
}

static int id_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

int keyring_id_valid(const char *id, size_t length)
{
    if (length < 1 || length > KEYRING_ID_LENGTH)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (!id_character(id[i]))
            return 0;
    }
    return 1;
}

static int id_text_valid(const char *id)
{
    return id != NULL && keyring_id_valid(id, strnlen(id, KEYRING_ID_LENGTH + 1));
}

struct keyring_key *keyring_first(const supa_keyring *keyring)
{
    return keyring->first;
}

struct keyring_key *keyring_find(const supa_keyring *keyring, const char *id, size_t length)
{
    struct keyring_key *key = keyring->first;

    while (key != NULL && (strlen(key->id) != length || memcmp(key->id, id, length) != 0))
        key = key->next;
    return key;
}

const unsigned char *keyring_key_open(struct keyring_key *key)
{
    const unsigned char *bytes = NULL;

    pthread_mutex_lock(&key->lock);
    if (key->users > 0 || secret_show(key->bytes) == 0) {
        key->users++;
        bytes = key->bytes;
    }
    pthread_mutex_unlock(&key->lock);
    return bytes;
}

void keyring_key_close(struct keyring_key *key)
{
    pthread_mutex_lock(&key->lock);
    if (--key->users == 0)
        secret_hide(key->bytes);
    pthread_mutex_unlock(&key->lock);
}

/* A key whose bytes are still to be written. @id is valid. */
static struct keyring_key *key_new(const char *id, size_t length)
{
    struct keyring_key *key = memory_zero(sizeof *key);

    if (key == NULL)
        return NULL;
    key->bytes = secret_get(SUPA_KEY_BYTES);
    if (key->bytes == NULL || pthread_mutex_init(&key->lock, NULL) != 0) {
        secret_free(key->bytes);
        memory_free(key);
        return NULL;
    }
    memcpy(key->id, id, length);
    return key;
}

/* Hides the key's bytes and hands it to the keyring. */
static int take_key(supa_keyring *keyring, struct keyring_key *key, supa_error *error)
{
    if (secret_hide(key->bytes) != 0) {
        key_free(key);
        return error_no_memory(error);
    }
    *keyring->end = key;
    keyring->end = &key->next;
    return SUPA_OK;
}

int supa_keyring_add(
    supa_keyring *keyring, const char *id, const void *key, size_t length, supa_error *error)
{
    struct keyring_key *added;

    if (keyring == NULL || key == NULL)
        return error_argument(error, "a keyring and a key are required");
    if (!id_text_valid(id))
        return error_argument(error, "the id of a key is " ID_GRAMMAR);
    if (length != SUPA_KEY_BYTES)
        return error_argument(error, "a key has %d bytes, not %zu", SUPA_KEY_BYTES, length);
    if (keyring_find(keyring, id, strlen(id)) != NULL)
        return error_set(
            error, SUPA_ERROR_CONFLICT, SUPA_NOT_SENT, "the keyring already has a key %s", id);
    added = key_new(id, strlen(id));
    if (added == NULL)
        return error_no_memory(error);
    memcpy(added->bytes, key, length);
    return take_key(keyring, added, error);
}

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

/* Standard base64, with its padding and nothing else around it, of a whole key. */
static int decode_key(unsigned char *bytes, const char *text, size_t length)
{
    size_t decoded;

    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0x80) /* libsodium 1.0.18 takes it for a '/' */
            return -1;
    }
    if (sodium_base642bin(
            bytes, SUPA_KEY_BYTES, text, length, NULL, &decoded, NULL,
            sodium_base64_VARIANT_ORIGINAL) != 0)
        return -1;
    return decoded == SUPA_KEY_BYTES ? 0 : -1;
}

static int add_entry(supa_keyring *keyring, const struct reader *reader, supa_error *error)
{
    const char *colon = memchr(reader->entry, ':', reader->length);
    size_t id_length = colon == NULL ? 0 : (size_t)(colon - reader->entry);
    struct keyring_key *key;

    if (colon == NULL || !keyring_id_valid(reader->entry, id_length))
        return entry_error(
            reader, SUPA_ERROR_ARGUMENT, "is not id:base64 with an id of " ID_GRAMMAR, error);
    if (keyring_find(keyring, reader->entry, id_length) != NULL)
        return entry_error(reader, SUPA_ERROR_CONFLICT, "has the id of an earlier entry", error);
    key = key_new(reader->entry, id_length);
    if (key == NULL)
        return error_no_memory(error);
    if (decode_key(key->bytes, colon + 1, reader->length - id_length - 1) != 0) {
        key_free(key);
        return entry_error(
            reader, SUPA_ERROR_ARGUMENT, "is not 32 bytes in standard base64 with padding", error);
    }
    return take_key(keyring, key, error);
}

static supa_keyring *read_entries(const char *text, const char *path, supa_error *error)
{
    struct reader reader = {.at = text, .path = path, .line_begins = 1};
    supa_keyring *keyring = supa_keyring_new(error);
    int failed = keyring == NULL;

    while (!failed && next_entry(&reader))
        failed = add_entry(keyring, &reader, error) != 0;
    if (!failed && keyring->first == NULL) {
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

/* @key is for scratch. @size has been checked. */
static void write_entry(const char *id, unsigned char *key, char *out, size_t size)
{
    size_t length = strlen(id);

    randombytes_buf(key, SUPA_KEY_BYTES);
    memcpy(out, id, length);
    out[length] = ':';
    sodium_bin2base64(
        out + length + 1, size - length - 1, key, SUPA_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
}

int supa_key_generate(const char *id, char *out, size_t size, supa_error *error)
{
    size_t encoded = sodium_base64_ENCODED_LEN(SUPA_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
    unsigned char *key;

    if (!id_text_valid(id))
        return error_argument(error, "the id of a key is " ID_GRAMMAR);
    if (out == NULL || size < strlen(id) + 1 + encoded)
        return error_argument(error, "a keyring entry may need 80 bytes, not %zu", size);
    if (secret_start(error) != 0)
        return SUPA_ERROR_UNSUPPORTED;
    key = secret_get(SUPA_KEY_BYTES);
    if (key == NULL)
        return error_no_memory(error);
    write_entry(id, key, out, size);
    secret_free(key);
    return SUPA_OK;
}
