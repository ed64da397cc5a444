/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *have(void *memory)
{
    if (memory == NULL) {
        fputs("supa: out of memory\n", stderr); /* nothing that would want memory itself */
        exit(EXIT_OTHER);
    }
    return memory;
}

char *copy_of(const char *bytes, size_t length)
{
    char *copy = have(malloc(length + 1));

    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

/* A copy and a wipe in place of realloc, which would leave a secret's old place as it was. */
static void make_room(struct text *text, size_t more)
{
    size_t capacity = text->capacity != 0 ? text->capacity : 256;
    char *data;

    if (text->length + more + 1 <= text->capacity)
        return;
    while (capacity < text->length + more + 1)
        capacity *= 2;
    data = have(malloc(capacity));
    if (text->data != NULL) {
        memcpy(data, text->data, text->length);
        explicit_bzero(text->data, text->capacity);
        free(text->data);
    }
    text->data = data;
    text->capacity = capacity;
}

void text_put(struct text *text, const char *bytes, size_t length)
{
    make_room(text, length);
    if (length != 0)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_puts(struct text *text, const char *bytes)
{
    text_put(text, bytes, strlen(bytes));
}

void text_putc(struct text *text, char c)
{
    text_put(text, &c, 1);
}

void text_put_json(struct text *text, const char *bytes, size_t length)
{
    char escape[8];

    text_putc(text, '"');
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)bytes[i];

        if (c == '"' || c == '\\') {
            text_putc(text, '\\');
            text_putc(text, (char)c);
        } else if (c < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", c);
            text_puts(text, escape);
        } else {
            text_putc(text, (char)c);
        }
    }
    text_putc(text, '"');
}

void text_clear(struct text *text)
{
    if (text->data != NULL) {
        explicit_bzero(text->data, text->length);
        text->data[0] = '\0';
    }
    text->length = 0;
}

void text_free(struct text *text)
{
    if (text->data != NULL)
        explicit_bzero(text->data, text->capacity);
    free(text->data);
    *text = (struct text){0};
}

int text_read(struct text *text, FILE *stream)
{
    char block[4096];
    size_t n;

    text_put(text, "", 0);
    while ((n = fread(block, 1, sizeof block, stream)) > 0)
        text_put(text, block, n);
    explicit_bzero(block, sizeof block);
    return ferror(stream) ? -1 : 0;
}

int text_read_file(struct text *text, const char *path)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    int result = stream != NULL ? text_read(text, stream) : -1;

    if (result != 0)
        trouble("%s: %s", path, strerror(errno));
    if (stream != NULL && stream != stdin)
        fclose(stream);
    return result;
}

/* The file as it is opened is looked at, so that nobody can put another in its place meanwhile. */
FILE *text_open_private(const char *path, int *status)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat facts;
    FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;

    *status = 0;
    if (stream == NULL || fstat(fd, &facts) != 0) {
        *status = errno == ENOENT ? 0 : trouble("%s: %s", path, strerror(errno));
        if (stream != NULL)
            fclose(stream);
        else if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (S_ISREG(facts.st_mode) && (facts.st_mode & 077) != 0) {
        *status = misuse("chmod 600 it", "%s: others than its owner may read or write it", path);
        fclose(stream);
        return NULL;
    }
    return stream;
}

int text_read_private(struct text *text, const char *path)
{
    int status;
    FILE *stream = text_open_private(path, &status);

    if (stream == NULL)
        return status != 0 ? status : trouble("%s: %s", path, strerror(ENOENT));
    if (text_read(text, stream) != 0)
        status = trouble("%s: %s", path, strerror(errno));
    fclose(stream);
    return status;
}

int text_is_uuid(const char *text)
{
    return strlen(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
           text[23] == '-' && strspn(text, "0123456789abcdefABCDEF-") == 36;
}

void text_trim(struct text *text)
{
    while (text->length != 0 && strchr(" \t\r\n", text->data[text->length - 1]) != NULL)
        text->data[--text->length] = '\0';
}
