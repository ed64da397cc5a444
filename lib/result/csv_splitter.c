/* SPDX-License-Identifier: MIT */
#include "result/csv_splitter.h"

#include <string.h>

void csv_splitter_init(struct csv_splitter *splitter, size_t line_max)
{
    memset(splitter, 0, sizeof *splitter);
    splitter->line_max = line_max;
}

void csv_splitter_free(struct csv_splitter *splitter)
{
    held_free(&splitter->held);
}

static enum csv_split bad(struct csv_splitter *splitter, enum csv_problem problem, const char *what)
{
    splitter->problem = problem;
    splitter->what = what;
    return CSV_BAD;
}

size_t csv_splitter_feed(struct csv_splitter *splitter, const char *bytes, size_t n)
{
    size_t moved;

    if (splitter->problem != CSV_PROBLEM_NONE)
        return n;
    if (held_append(&splitter->held, bytes, n, &moved) != 0) {
        bad(splitter, CSV_PROBLEM_NO_MEMORY, "out of memory");
        return 0;
    }
    splitter->at -= moved;
    return n;
}

void csv_splitter_end(struct csv_splitter *splitter)
{
    splitter->ended = 1;
}

size_t csv_splitter_unread(const struct csv_splitter *splitter)
{
    return splitter->held.behind - splitter->held.front;
}

const char *csv_splitter_problem(const struct csv_splitter *splitter)
{
    return splitter->what;
}

/* What follows a byte that is not the end of a line; −1 when nothing may. */
static int place_behind(enum csv_place place, char c)
{
    switch (place) {
    case CSV_PLACE_QUOTED:
        return c == '"' ? CSV_PLACE_QUOTE : CSV_PLACE_QUOTED;
    case CSV_PLACE_QUOTE:
        if (c == '"')
            return CSV_PLACE_QUOTED;
        return c == ',' ? CSV_PLACE_FIELD : c == '\r' ? CSV_PLACE_RETURN : -1;
    case CSV_PLACE_RETURN:
        return -1;
    case CSV_PLACE_FIELD:
        if (c == '"')
            return CSV_PLACE_QUOTED;
        break;
    case CSV_PLACE_PLAIN:
        break;
    }
    return c == ',' ? CSV_PLACE_FIELD : CSV_PLACE_PLAIN;
}

/* The rest of a quoted field holds nothing that matters up to a quote. */
static size_t skip_quoted(const struct held *held, size_t at)
{
    const char *quote = memchr(held->bytes + at, '"', held->behind - at);

    return quote != NULL ? (size_t)(quote - held->bytes) : held->behind;
}

/* Looks for the end of the line: 1 when the place is before it, 0 when more bytes are needed, −1 when
 * something is wrong. Quotes mean nothing in the header, where names stand as they are. */
static int find_end(struct csv_splitter *splitter)
{
    const struct held *held = &splitter->held;

    for (; splitter->at < held->behind; splitter->at++) {
        char c = held->bytes[splitter->at];
        int place;

        if (c == '\n' && splitter->place != CSV_PLACE_QUOTED)
            return 1;
        if (!splitter->begun)
            continue;
        place = place_behind(splitter->place, c);
        if (place < 0) {
            bad(splitter, CSV_PROBLEM_MALFORMED, "a comma must stand behind a quoted field");
            return -1;
        }
        splitter->place = (enum csv_place)place;
        if (place == CSV_PLACE_QUOTED && c != '"')
            splitter->at = skip_quoted(held, splitter->at) - 1;
    }
    return 0;
}

static enum csv_split give_line(struct csv_splitter *splitter, const char **line, size_t *length)
{
    struct held *held = &splitter->held;
    enum csv_split split = splitter->begun ? CSV_LINE : CSV_HEADER;

    *line = held->bytes + held->front;
    *length = splitter->at - held->front;
    if (*length > 0 && (*line)[*length - 1] == '\r')
        --*length;
    if (splitter->at < held->behind)
        splitter->at++;
    held->front = splitter->at;
    splitter->place = CSV_PLACE_FIELD;
    splitter->begun = 1;
    return split;
}

enum csv_split csv_splitter_next(struct csv_splitter *splitter, const char **line, size_t *length)
{
    int found = splitter->problem == CSV_PROBLEM_NONE ? find_end(splitter) : -1;

    if (found < 0)
        return CSV_BAD;
    if (splitter->at - splitter->held.front > splitter->line_max)
        return bad(splitter, CSV_PROBLEM_TOO_LARGE, "a line is longer than it may be");
    if (found > 0)
        return give_line(splitter, line, length);
    if (!splitter->ended)
        return CSV_MORE;
    if (splitter->place == CSV_PLACE_QUOTED)
        return bad(splitter, CSV_PROBLEM_CUT, "the answer ended before it was whole");
    return csv_splitter_unread(splitter) == 0 ? CSV_END : give_line(splitter, line, length);
}

const char *csv_field_at(const char *at, const char *end, struct csv_field *field)
{
    field->quoted = at < end && *at == '"';
    field->bytes = at;
    if (!field->quoted) {
        const char *comma = at < end ? memchr(at, ',', (size_t)(end - at)) : NULL;

        comma = comma != NULL ? comma : end;
        field->length = (size_t)(comma - at);
        return comma;
    }
    field->bytes = ++at;
    while (at < end && (*at != '"' || (at + 1 < end && at[1] == '"')))
        at += *at == '"' ? 2 : 1;
    field->length = (size_t)(at - field->bytes);
    return at < end ? at + 1 : end;
}

int csv_field(const char *line, size_t length, size_t index, struct csv_field *field)
{
    const char *end = line + length;
    const char *at = csv_field_at(line, end, field);

    while (index-- > 0) {
        if (at == end)
            return 0;
        at = csv_field_at(at + 1, end, field);
    }
    return 1;
}

size_t csv_decode(const struct csv_field *field, char *out)
{
    const char *at = field->bytes, *end = at + field->length;
    char *start = out;

    while (at < end) {
        char c = *at++;

        *out++ = c;
        if (field->quoted && (c == '"' || c == '\\') && at < end && *at == c)
            at++;
    }
    return (size_t)(out - start);
}
