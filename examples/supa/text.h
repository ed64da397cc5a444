/* SPDX-License-Identifier: MIT */
/* Texts that grow, and files as texts. The tool ends with EXIT_OTHER when memory is gone. */
#ifndef TOOL_TEXT_H
#define TOOL_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* Zeroed is an empty text. What has been put is followed by a NUL. */
struct text {
    char *data;
    size_t length, capacity;
};

void text_put(struct text *text, const char *bytes, size_t length);
void text_puts(struct text *text, const char *bytes);
void text_putc(struct text *text, char c);
/* As a JSON string, in quotes. */
void text_put_json(struct text *text, const char *bytes, size_t length);
/* Empty again, keeping its room; the bytes are wiped. */
void text_clear(struct text *text);
/* Wiped and freed. */
void text_free(struct text *text);

/* Memory that is there, or the end. */
void *have(void *memory);
char *copy_of(const char *bytes, size_t length);

/* All of a stream. 0, or -1 with errno. */
int text_read(struct text *text, FILE *stream);
/* All of a file, "-" being standard input. 0, or -1 and the trouble is told. */
int text_read_file(struct text *text, const char *path);
/*
 * A file for reading that its owner alone may read or write; what is no regular file is its giver's affair. NULL with
 * *status 0 when there is none, or with an exit status and the trouble is told.
 */
FILE *text_open_private(const char *path, int *status);
/* All of such a file. 0, or an exit status and the trouble is told. */
int text_read_private(struct text *text, const char *path);
int text_is_uuid(const char *text);
/* Without the white space at the end. */
void text_trim(struct text *text);

#endif
