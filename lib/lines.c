/* SPDX-License-Identifier: MIT */
/* The lines of one CSV answer, read as they come. */
#include "base/error.h"
#include "base/memory.h"
#include "incoming.h"

#include <pthread.h>
#include <string.h>
#include <supa/lines.h>

struct supa_lines {
    struct incoming incoming;
    int has_line;
    /* Where field @at_index of the line begins; NULL behind the last one. */
    const char *at;
    size_t at_index;
    struct buffer decoded; /* room for the line's fields, each at its place in the line */
    supa_error error;
};

/* It is large: filled in when it is needed, the library's file has nothing of it. */
static supa_lines none;

static void fill_none(void)
{
    error_no_memory(&none.error);
}

static supa_lines *lines_no_memory(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, fill_none);
    return &none;
}

static const char *mistake_of(const supa_query *q)
{
    if (q->media != MEDIA_JSON && q->media != MEDIA_CSV)
        return "the query asks for another form than CSV";
    if (q->explain || q->head || q->answer != ANSWER_ROWS || q->split)
        return "a plan, a head, a single row and parts have no lines";
    return NULL;
}

static supa_query *as_csv(supa_query *q)
{
    if (supa_query_error(q) != NULL)
        return q;
    if (mistake_of(q) != NULL)
        return query_mistake(q, SUPA_ERROR_ARGUMENT, "supa_lines_open", NULL, mistake_of(q));
    return q->media == MEDIA_CSV ? q : supa_csv(q);
}

supa_lines *supa_lines_open(supa_query *q)
{
    supa_lines *lines = memory_zero(sizeof *lines);

    if (lines == NULL) {
        supa_query_free(q);
        return lines_no_memory();
    }
    incoming_open(&lines->incoming, q != NULL ? as_csv(q) : NULL, STREAM_LINES);
    lines->error = lines->incoming.error;
    return lines;
}

static const struct stream *stream_of(const supa_lines *lines)
{
    return &lines->incoming.stream;
}

/* Only what stands in quotes can need to be decoded. */
static int make_room(supa_lines *lines)
{
    const struct stream *stream = stream_of(lines);

    buffer_clear(&lines->decoded);
    if (memchr(stream->line, '"', stream->line_length) == NULL ||
        buffer_room(&lines->decoded, stream->line_length) != NULL)
        return 0;
    error_set(&lines->error, SUPA_ERROR_NO_MEMORY, SUPA_ANSWERED, "out of memory");
    return -1;
}

int supa_lines_next(supa_lines *lines)
{
    supa_row row;

    if (lines == NULL || lines->error.code != SUPA_OK)
        return 0;
    lines->has_line = incoming_next(&lines->incoming, &row);
    if (!lines->has_line)
        lines->error = lines->incoming.error;
    else if (make_room(lines) != 0)
        lines->has_line = 0;
    lines->at = lines->has_line ? stream_of(lines)->line : NULL;
    lines->at_index = 0;
    return lines->has_line;
}

/* Goes to the field, from the one that was asked for last or from the first. */
static int find(supa_lines *lines, size_t index, struct csv_field *field)
{
    const struct stream *stream = stream_of(lines);
    const char *end = stream->line + stream->line_length;

    if (index < lines->at_index || lines->at == NULL) {
        lines->at = stream->line;
        lines->at_index = 0;
    }
    for (;;) {
        const char *behind = csv_field_at(lines->at, end, field);

        if (lines->at_index == index)
            return 1;
        lines->at = behind == end ? NULL : behind + 1;
        if (lines->at == NULL)
            return 0;
        lines->at_index++;
    }
}

static int is_plain(const struct csv_field *field)
{
    return !field->quoted || (memchr(field->bytes, '"', field->length) == NULL &&
                              memchr(field->bytes, '\\', field->length) == NULL);
}

supa_field supa_lines_field(supa_lines *lines, size_t index, const char **text, size_t *length)
{
    struct csv_field field;
    char *out;

    if (lines == NULL || !lines->has_line || !find(lines, index, &field))
        return SUPA_FIELD_MISSING;
    if (field.length == 0 && !field.quoted)
        return SUPA_FIELD_NULL;
    if (is_plain(&field)) {
        *text = field.bytes;
        *length = field.length;
        return SUPA_FIELD_VALUE;
    }
    out = lines->decoded.data + (field.bytes - stream_of(lines)->line);
    *length = csv_decode(&field, out);
    *text = out;
    return SUPA_FIELD_VALUE;
}

supa_field supa_lines_name(const supa_lines *lines, size_t index, const char **name, size_t *length)
{
    const struct buffer *header = lines != NULL ? &stream_of(lines)->header : NULL;
    const char *at, *end, *comma;

    if (header == NULL || header->length == 0)
        return SUPA_FIELD_MISSING;
    end = header->data + header->length;
    for (at = header->data; index > 0; index--) {
        at = memchr(at, ',', (size_t)(end - at));
        if (at == NULL)
            return SUPA_FIELD_MISSING;
        at++;
    }
    *name = at;
    comma = memchr(at, ',', (size_t)(end - at));
    *length = (size_t)((comma != NULL ? comma : end) - at);
    return SUPA_FIELD_VALUE;
}

const char *supa_lines_raw(const supa_lines *lines, size_t *length)
{
    const int has_line = lines != NULL && lines->has_line;

    if (length != NULL)
        *length = has_line ? stream_of(lines)->line_length : 0;
    return has_line ? stream_of(lines)->line : "";
}

const supa_error *supa_lines_error(const supa_lines *lines)
{
    return lines == NULL || lines->error.code == SUPA_OK ? NULL : &lines->error;
}

int supa_lines_close(supa_lines *lines, supa_error *error)
{
    const int code = lines != NULL ? (int)lines->error.code : SUPA_OK;

    error_clear(error);
    if (error != NULL && code != SUPA_OK)
        *error = lines->error;
    if (lines == NULL || lines == &none)
        return code;
    incoming_close(&lines->incoming);
    buffer_free(&lines->decoded);
    memory_free(lines);
    return code;
}
