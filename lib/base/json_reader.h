/* SPDX-License-Identifier: MIT */
/* What json.c is made of: a reader's state, and how it reads values that have no parts. */
#ifndef BASE_JSON_READER_H
#define BASE_JSON_READER_H

#include "base/inlining.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/json_shape.h"
#include "base/json_string.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <string.h>

#define COUNT_MAX (UINT32_MAX >> 5)

/* An open container. */
struct frame {
    uint32_t node;
    uint32_t count;               /* values in it so far */
    struct json_shape *shape;     /* an object's, while it looks like it; or NULL */
    struct json_context *context; /* an object's own, a list's elements'; or NULL */
    char closes;                  /* } or ] */
};

struct reader {
    const char *text, *end;
    struct json_node *nodes, *limit; /* the tape's memory */
    struct frame *bottom, *top;      /* the frame below the first container's, and the innermost */
    struct frame *highest;
    struct json_shapes *shapes; /* or NULL */
    int escaped;
    int part;             /* the value may end before the text does */
    const char *wrong_at; /* where and what the mistake is; what is NULL when memory is gone */
    const char *what;
};

static APART const char *wrong(struct reader *reader, const char *at, const char *what)
{
    reader->wrong_at = at;
    reader->what = what;
    return NULL;
}

/* What is wrong at a place where something else must stand. */
static APART const char *missing(struct reader *reader, const char *at, const char *what)
{
    return wrong(reader, at, at == reader->end ? "the text ends too early" : what);
}

/* Makes room for more nodes behind @node, the next free one, and returns where that is then. No value
 * takes more nodes than bytes, the comma behind it included, and two more may be wanted. */
static APART struct json_node *
grow(struct reader *reader, const struct json_node *node, const char *at)
{
    size_t used = (size_t)(node - reader->nodes);
    size_t capacity = (size_t)(reader->limit - reader->nodes);
    size_t most = used + (size_t)(reader->end - at) / 2 + 4;
    size_t size;
    struct json_node *nodes;

    capacity = capacity < 16 ? (size_t)(reader->end - reader->text) / 8 + 16 : capacity * 2;
    capacity = capacity > most ? most : capacity;
    if (capacity > JSON_NONE || size_multiply(capacity, sizeof *nodes, &size) != 0)
        return NULL;
    nodes = memory_grow(reader->nodes, size);
    if (nodes == NULL)
        return NULL;
    reader->nodes = nodes;
    reader->limit = nodes + capacity;
    return nodes + used;
}

static APART const char *skip_some_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* There are few, mostly one, so more are looked for out of the way. */
static INLINE const char *skip_blanks(const char *at, const char *end)
{
    if (at < end && *at == ' ')
        at++;
    return RARELY(at < end && (unsigned char)*at <= ' ') ? skip_some_blanks(at, end) : at;
}

/* Where the reader is: in the text, NULL after a mistake, and on the tape. By value, so that both stay
 * in registers. */
struct spot {
    const char *at;
    struct json_node *node;
};

static inline struct spot spot_of(const char *at, struct json_node *node)
{
    return (struct spot){at, node};
}

/* Steps over one escape; @saved grows by the bytes that decoding it saves. */
static INLINE const char *skip_escape(struct reader *reader, const char *at, uint32_t *saved)
{
    size_t decoded, used;

    if (reader->end - at >= 2 && (at[1] == '"' || at[1] == 'n' || at[1] == '\\')) {
        *saved += 1;
        return at + 2;
    }
    used = json_escape(at, reader->end, &decoded);
    if (used == 0 && reader->end - at < 2)
        return missing(reader, reader->end, NULL);
    if (used == 0)
        return wrong(
            reader, at, at[1] == 'u' ? "an escape that is no character" : "an unknown escape");
    *saved += (uint32_t)(used - decoded);
    return at + used;
}

/* Steps over a character beyond ASCII. */
static INLINE const char *skip_utf8(struct reader *reader, const char *at)
{
    size_t n;

    if ((unsigned char)*at >= 0xC2 && (unsigned char)*at <= 0xDF && reader->end - at >= 2 &&
        ((unsigned char)at[1] & 0xC0) == 0x80)
        return at + 2;
    n = text_utf8_length(at, (size_t)(reader->end - at));
    return n != 0 ? at + n : wrong(reader, at, "broken UTF-8");
}

/* From the first byte of a string that is not plain to its closing quote. */
static APART const char *skip_special(struct reader *reader, const char *at, uint32_t *saved)
{
    while (at < reader->end && *at != '"') {
        if (*at == '\\')
            at = skip_escape(reader, at, saved);
        else if ((unsigned char)*at >= 0x80)
            at = skip_utf8(reader, at);
        else
            return wrong(reader, at, "a control character in a string");
        if (at == NULL)
            return NULL;
        if (at < reader->end && (unsigned char)*at < 0x80)
            at = json_skip_plain(at, reader->end);
    }
    return at < reader->end ? at : missing(reader, at, NULL);
}

/* The string behind the quote at @at. */
static APART struct spot read_string(struct reader *reader, struct spot spot)
{
    const char *start = spot.at + 1;
    const char *at = json_skip_plain(start, reader->end);
    struct json_node *node = spot.node;
    uint32_t saved = 0;

    if (RARELY(at == reader->end || *at != '"')) {
        at = skip_special(reader, at, &saved);
        if (at == NULL)
            return spot_of(NULL, node);
        reader->escaped |= saved != 0;
    }
    node->start = (uint32_t)(start - reader->text);
    node->end = (uint32_t)(at - reader->text);
    node->size = (uint32_t)(at - start) - saved;
    node->info = JSON_STRING | (saved != 0 ? JSON_ESCAPED : 0);
    return spot_of(at + 1, node + 1);
}

static INLINE struct spot
end_scalar(const struct reader *reader, struct spot spot, const char *behind, enum json_kind kind)
{
    spot.node->start = (uint32_t)(spot.at - reader->text);
    spot.node->end = (uint32_t)(behind - reader->text);
    spot.node->info = (uint32_t)kind;
    return spot_of(behind, spot.node + 1);
}

static APART struct spot read_number(struct reader *reader, struct spot spot)
{
    const char *stop = spot.at;
    const char *behind = number_skip(spot.at, reader->end, &stop);

    if (RARELY(behind == NULL))
        return spot_of(missing(reader, stop, "a number without a digit here"), spot.node);
    return end_scalar(reader, spot, behind, JSON_NUMBER);
}

static INLINE struct spot read_word(struct reader *reader, struct spot spot)
{
    static const char words[3][6] = {"null", "false", "true"};
    enum json_kind kind = *spot.at == 'n' ? JSON_NULL : *spot.at == 't' ? JSON_TRUE : JSON_FALSE;
    size_t length = kind == JSON_FALSE ? 5 : 4;
    const char *at = spot.at;

    if (RARELY((size_t)(reader->end - at) < length || memcmp(at, words[kind], length) != 0)) {
        for (const char *word = words[kind]; at < reader->end && *at == *word; word++)
            at++;
        return spot_of(missing(reader, at, "a value must stand here"), spot.node);
    }
    return end_scalar(reader, spot, at + length, kind);
}

#endif
