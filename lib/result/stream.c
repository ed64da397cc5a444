/* SPDX-License-Identifier: MIT */
#include "result/stream.h"

#include "base/error.h"

#include <string.h>

#define UNREAD_MAX ((size_t)64 * 1024) /* a little more than libcurl receives at once */

static int is_lines(const struct stream *stream)
{
    return stream->form == STREAM_LINES;
}

int stream_feed(struct stream *stream, const char *bytes, size_t length)
{
    const size_t taken = is_lines(stream) ? csv_splitter_feed(&stream->lines, bytes, length)
                                          : splitter_feed(&stream->splitter, bytes, length);

    stream->rows_ready = 1;
    return taken == length ? 0 : -1;
}

static int take(struct sink *sink, const char *bytes, size_t length)
{
    struct stream *stream = (struct stream *)sink;
    const size_t unread =
        is_lines(stream) ? csv_splitter_unread(&stream->lines) : splitter_unread(&stream->splitter);

    if (unread + length > UNREAD_MAX && stream->rows_ready)
        return 1;
    return stream_feed(stream, bytes, length);
}

void stream_init(struct stream *stream, int64_t row_max)
{
    const size_t most = row_max < 0 ? SIZE_MAX : (size_t)row_max;

    memset(stream, 0, sizeof *stream);
    stream->sink.take = take;
    splitter_init(&stream->splitter, most);
    csv_splitter_init(&stream->lines, most);
}

void stream_free(struct stream *stream)
{
    splitter_free(&stream->splitter);
    csv_splitter_free(&stream->lines);
    buffer_free(&stream->header);
    document_free(&stream->document);
}

void stream_end(struct stream *stream)
{
    csv_splitter_end(&stream->lines);
    stream->has_ended = 1;
}

int stream_awaits_header(const struct stream *stream)
{
    return is_lines(stream) && !stream->lines.begun && csv_splitter_unread(&stream->lines) != 0;
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

static enum stream_step none_ready(struct stream *stream, enum stream_step step)
{
    stream->rows_ready = 0;
    return step;
}

static enum stream_step next_row(struct stream *stream, supa_row *row)
{
    switch (document_next_row(&stream->document, &stream->splitter)) {
    case SPLIT_ROW:
        stream->rows++;
        *row = document_row(&stream->document, 0);
        return STREAM_ROW;
    case SPLIT_MORE:
        return none_ready(stream, STREAM_MORE);
    case SPLIT_END:
        return none_ready(stream, STREAM_END);
    case SPLIT_BAD:
        break;
    }
    return bad_text(stream);
}

static enum stream_step bad_line(struct stream *stream)
{
    const enum csv_problem problem = stream->lines.problem;
    const supa_code code = problem == CSV_PROBLEM_NO_MEMORY   ? SUPA_ERROR_NO_MEMORY
                           : problem == CSV_PROBLEM_TOO_LARGE ? SUPA_ERROR_TOO_LARGE
                                                              : SUPA_ERROR_MALFORMED;
    const char *what = csv_splitter_problem(&stream->lines);

    error_set(
        &stream->error, code, SUPA_ANSWERED, "row %lld of the CSV: %s", (long long)stream->rows + 1,
        what != NULL ? what : "broken");
    return STREAM_BAD;
}

static enum stream_step next_line(struct stream *stream)
{
    switch (csv_splitter_next(&stream->lines, &stream->line, &stream->line_length)) {
    case CSV_HEADER:
        buffer_put(&stream->header, stream->line, stream->line_length);
        if (!buffer_failed(&stream->header))
            return next_line(stream);
        error_set(&stream->error, SUPA_ERROR_NO_MEMORY, SUPA_ANSWERED, "out of memory");
        return STREAM_BAD;
    case CSV_LINE:
        stream->rows++;
        return STREAM_ROW;
    case CSV_MORE:
        return none_ready(stream, STREAM_MORE);
    case CSV_END:
        return none_ready(stream, STREAM_END);
    case CSV_BAD:
        break;
    }
    return bad_line(stream);
}

enum stream_step stream_next(struct stream *stream, supa_row *row)
{
    if (stream->error.code != SUPA_OK)
        return STREAM_BAD;
    return is_lines(stream) ? next_line(stream) : next_row(stream, row);
}

/* Even no rows have a first line. */
static void finish_lines(struct stream *stream)
{
    if (!stream->lines.begun)
        error_set(&stream->error, SUPA_ERROR_MALFORMED, SUPA_ANSWERED, "the answer is empty");
}

int stream_finish(struct stream *stream)
{
    if (stream->error.code != SUPA_OK)
        return (int)stream->error.code;
    if (is_lines(stream))
        finish_lines(stream);
    else if (splitter_finish(&stream->splitter) != 0)
        bad_text(stream);
    return (int)stream->error.code;
}

void stream_limit(struct stream *stream, int64_t row_max)
{
    const size_t most = row_max < 0 ? SIZE_MAX : (size_t)row_max;

    stream->splitter.row_max = stream->lines.line_max = most;
}
