/* SPDX-License-Identifier: MIT */
#include "result/stream.h"

#include "base/error.h"

#include <string.h>

#define UNREAD_MAX ((size_t)48 * 1024) /* libcurl gives at most 16 KiB more at once */

static int take(struct sink *sink, const char *bytes, size_t length)
{
    struct stream *stream = (struct stream *)sink;

    if (splitter_unread(&stream->splitter) > UNREAD_MAX && stream->rows_ready)
        return 1;
    stream->rows_ready = 1;
    return splitter_feed(&stream->splitter, bytes, length) == length ? 0 : -1;
}

void stream_init(struct stream *stream, int64_t row_max)
{
    memset(stream, 0, sizeof *stream);
    stream->sink.take = take;
    splitter_init(&stream->splitter, row_max < 0 ? SIZE_MAX : (size_t)row_max);
}

void stream_free(struct stream *stream)
{
    splitter_free(&stream->splitter);
    document_free(&stream->document);
}

static supa_code code_of(enum splitter_problem problem)
{
    switch (problem) {
    case SPLITTER_TOO_LARGE:
        return SUPA_ERROR_TOO_LARGE;
    case SPLITTER_NO_MEMORY:
        return SUPA_ERROR_NO_MEMORY;
    case SPLITTER_NONE:
    case SPLITTER_MALFORMED:
    case SPLITTER_CUT:
        break;
    }
    return SUPA_ERROR_MALFORMED;
}

static enum stream_step bad_text(struct stream *stream)
{
    const char *what = splitter_problem(&stream->splitter);

    error_set(
        &stream->error, code_of(stream->splitter.problem), SUPA_ANSWERED,
        "row %lld of the answer: %s, near byte %llu", (long long)stream->rows + 1,
        what != NULL ? what : "broken", (unsigned long long)splitter_offset(&stream->splitter));
    return STREAM_BAD;
}

enum stream_step stream_next(struct stream *stream, supa_row *row)
{
    if (stream->error.code != SUPA_OK)
        return STREAM_BAD;
    switch (document_next_row(&stream->document, &stream->splitter)) {
    case SPLIT_ROW:
        stream->rows++;
        *row = document_row(&stream->document, 0);
        return STREAM_ROW;
    case SPLIT_MORE:
        stream->rows_ready = 0;
        return STREAM_MORE;
    case SPLIT_END:
        stream->rows_ready = 0;
        return STREAM_END;
    case SPLIT_BAD:
        break;
    }
    return bad_text(stream);
}

int stream_finish(struct stream *stream)
{
    if (stream->error.code == SUPA_OK && splitter_finish(&stream->splitter) != 0)
        bad_text(stream);
    return (int)stream->error.code;
}

void stream_limit(struct stream *stream, int64_t row_max)
{
    stream->splitter.row_max = row_max < 0 ? SIZE_MAX : (size_t)row_max;
}
