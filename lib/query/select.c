/* SPDX-License-Identifier: MIT */
#include "query/select.h"

#include "base/text.h"

#include <string.h>

#define MAX_DEPTH 32
#define MAX_PATH  1024

const char SELECT_NO_MEMORY[] = "out of memory";

struct reader {
    struct arena *arena;
    const char *text;
    size_t length;
    struct embed **last;
    char path[MAX_PATH];
    size_t path_length;
    size_t depth;
    size_t lengths[MAX_DEPTH]; /* of the path outside of each open parenthesis */
};

/* The place behind a quoted name that begins at @at, or 0 when it does not end. */
static size_t skip_quoted(const char *text, size_t length, size_t at)
{
    for (size_t i = at + 1; i < length; i++) {
        if (text[i] == '\\')
            i++;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static const char *strip(struct select *select, const char *text, struct arena *arena)
{
    size_t length = strlen(text), used = 0;
    char *out = arena_get(arena, length + 1);

    if (out == NULL)
        return SELECT_NO_MEMORY;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') {
            size_t end = skip_quoted(text, length, i);

            if (end == 0)
                return "a quoted name does not end";
            memcpy(out + used, text + i, end - i);
            used += end - i;
            i = end - 1;
        } else if (!is_blank(text[i])) {
            out[used++] = text[i];
        }
    }
    out[used] = '\0';
    select->text = out;
    select->length = used;
    return used == 0 ? "it is empty; \"*\" is every column" : NULL;
}

/* The first @wanted outside of quotes, but not doubled (`::` is a cast); @length when there is none. */
static size_t find(const char *text, size_t length, char wanted)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') {
            size_t end = skip_quoted(text, length, i);

            i = end != 0 ? end - 1 : length;
        } else if (text[i] == wanted) {
            if (i + 1 < length && text[i + 1] == wanted)
                i++;
            else
                return i;
        }
    }
    return length;
}

static int is_aggregate(const char *name, size_t length, int is_empty)
{
    return is_empty &&
           ((length == 5 && memcmp(name, "count", 5) == 0) || find(name, length, '.') != length);
}

/* A quoted name as the name that it is. */
static char *unquoted(struct arena *arena, const char *name, size_t *length)
{
    char *out = arena_text(arena, name, *length);
    size_t used = 0;

    if (out == NULL || *length < 2 || name[0] != '"')
        return out;
    for (size_t i = 1; i + 1 < *length; i++) {
        if (name[i] == '\\' && i + 2 < *length)
            i++;
        out[used++] = name[i];
    }
    out[used] = '\0';
    *length = used;
    return out;
}

static const char *extend_path(struct reader *reader, const char *part, size_t length)
{
    size_t dot = reader->path_length != 0;

    if (length > MAX_PATH - 1 || reader->path_length + dot + length > MAX_PATH - 1)
        return "the path of an embedded resource is too long";
    if (dot)
        reader->path[reader->path_length++] = '.';
    memcpy(reader->path + reader->path_length, part, length);
    reader->path_length += length;
    return NULL;
}

static const char *add_embed(struct reader *reader, const char *name, size_t length)
{
    struct embed *embed = arena_get(reader->arena, sizeof *embed);

    if (embed == NULL)
        return SELECT_NO_MEMORY;
    embed->next = NULL;
    embed->name_length = length;
    embed->name = unquoted(reader->arena, name, &embed->name_length);
    embed->path = arena_text(reader->arena, reader->path, reader->path_length);
    embed->path_length = reader->path_length;
    if (embed->name == NULL || embed->path == NULL)
        return SELECT_NO_MEMORY;
    *reader->last = embed;
    reader->last = &embed->next;
    return NULL;
}

/* What stands before a parenthesis: `[...][alias:]name[!hint]…`, or an aggregate. */
static const char *open(struct reader *reader, size_t start, size_t at)
{
    const char *name = reader->text + start;
    size_t length = at - start, colon, alias_length;
    const char *alias, *mistake;

    if (reader->depth == MAX_DEPTH)
        return "it is nested too deeply";
    reader->lengths[reader->depth++] = reader->path_length;
    if (length >= 3 && memcmp(name, "...", 3) == 0) {
        name += 3;
        length -= 3;
    }
    alias = name;
    colon = find(name, length, ':');
    alias_length = colon;
    if (colon < length) {
        name += colon + 1;
        length -= colon + 1;
    }
    if (is_aggregate(name, length, reader->text[at + 1] == ')'))
        return NULL;
    length = find(name, length, '!');
    if (alias + alias_length >= name)
        alias_length = length;
    if (length == 0 || alias_length == 0)
        return "a parenthesis stands without a name before it";
    mistake = extend_path(reader, alias, alias_length);
    return mistake != NULL ? mistake : add_embed(reader, name, length);
}

static const char *read_embeds(struct reader *reader)
{
    size_t start = 0;

    for (size_t i = 0; i < reader->length; i++) {
        const char *mistake = NULL;

        switch (reader->text[i]) {
        case '"':
            i = skip_quoted(reader->text, reader->length, i) - 1;
            break;
        case '(':
            mistake = open(reader, start, i);
            start = i + 1;
            break;
        case ')':
            if (reader->depth == 0)
                return "a parenthesis closes that was never opened";
            reader->path_length = reader->lengths[--reader->depth];
            break;
        case ',':
            start = i + 1;
            break;
        default:
            break;
        }
        if (mistake != NULL)
            return mistake;
    }
    return reader->depth == 0 ? NULL : "a parenthesis is not closed";
}

const char *select_read(struct select *select, const char *text, struct arena *arena)
{
    struct reader reader;
    const char *mistake;

    *select = (struct select){NULL, 0, NULL};
    if (text == NULL)
        return "it is NULL";
    if (!text_is_utf8(text, strlen(text)))
        return "it is not valid UTF-8";
    mistake = strip(select, text, arena);
    if (mistake != NULL)
        return mistake;
    if (text_has_control(select->text, select->length))
        return "it contains a control character";
    memset(&reader, 0, sizeof reader);
    reader.arena = arena;
    reader.text = select->text;
    reader.length = select->length;
    reader.last = &select->embeds;
    return read_embeds(&reader);
}
