/* SPDX-License-Identifier: MIT */
#include "query/select.h"

#include "base/text.h"
#include "base/word.h"

#include <string.h>

#define MAX_DEPTH 32
#define MAX_PATH  1024

const char SELECT_NO_MEMORY[] = "out of memory";

struct reader {
    struct arena *arena;
    struct select *select;
    const char *text;
    size_t length, at;
    struct embed **last;
    const struct embed *open[MAX_DEPTH]; /* of each open parenthesis */
    char path[MAX_PATH];
    size_t path_length;
    size_t depth;
    size_t lengths[MAX_DEPTH]; /* of the path outside of each open parenthesis */
};

/* A piece of the text. */
struct span {
    const char *text;
    size_t length;
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
        if (word_byte(text[i], WORD_SAFE)) {
            out[used++] = text[i];
        } else if (text[i] == '"') {
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

/* Its parenthesis is the innermost that is open. */
static const char *add_embed(struct reader *reader, struct span key, struct span name)
{
    struct embed *embed = arena_get(reader->arena, sizeof *embed);

    if (embed == NULL)
        return SELECT_NO_MEMORY;
    embed->next = NULL;
    embed->parent = reader->depth > 1 ? reader->open[reader->depth - 2] : NULL;
    embed->kept = 0;
    embed->name_length = name.length;
    embed->name = unquoted(reader->arena, name.text, &embed->name_length);
    embed->key_length = key.length;
    embed->key = unquoted(reader->arena, key.text, &embed->key_length);
    embed->path = arena_text(reader->arena, reader->path, reader->path_length);
    embed->path_length = reader->path_length;
    if (embed->name == NULL || embed->key == NULL || embed->path == NULL)
        return SELECT_NO_MEMORY;
    reader->open[reader->depth - 1] = embed;
    *reader->last = embed;
    reader->last = &embed->next;
    return NULL;
}

static inline int is_next(const struct reader *reader, const char *what)
{
    size_t n = strlen(what);

    return reader->length - reader->at >= n && memcmp(reader->text + reader->at, what, n) == 0;
}

static inline int skip(struct reader *reader, const char *what)
{
    if (!is_next(reader, what))
        return 0;
    reader->at += strlen(what);
    return 1;
}

/* A quoted name, or what stands before one of @ends. */
static struct span read_until(struct reader *reader, const char *ends)
{
    const char *start = reader->text + reader->at;
    size_t n = word_run(start, WORD_SAFE), left = reader->length - reader->at;

    if (left != 0 && *start == '"')
        n = skip_quoted(start, left, 0);
    else
        while (n < left && strchr(ends, start[n]) == NULL)
            n++;
    reader->at += n;
    return (struct span){start, n};
}

/* A hyphen belongs to a name unless it begins an arrow. */
static struct span read_name(struct reader *reader)
{
    struct span name = read_until(reader, ",():!.\"-*");

    while (name.length != 0 && *name.text != '"' && is_next(reader, "-") &&
           !is_next(reader, "->")) {
        reader->at++;
        read_until(reader, ",():!.\"-*");
        name.length = (size_t)(reader->text + reader->at - name.text);
    }
    return name;
}

static const char *read_path(struct reader *reader)
{
    while (skip(reader, "->")) {
        struct span key;

        skip(reader, ">");
        if (is_next(reader, "-")) { /* an index from the end */
            reader->at++;
            key = read_until(reader, ",():!.\"->");
            if (strspn(key.text, "0123456789") < key.length)
                return "a JSON path's key with a hyphen stands in quotes";
        } else {
            key = read_until(reader, ",():!.\"->");
        }
        if (key.length == 0)
            return "a JSON path has no key here";
    }
    return NULL;
}

static const char *read_cast(struct reader *reader)
{
    if (skip(reader, "::") && read_until(reader, ",():!.\"->").length == 0)
        return "a cast names no type here";
    return NULL;
}

static const char *read_aggregate(struct reader *reader)
{
    static const char *const names[] = {"sum()", "avg()", "count()", "max()", "min()"};

    if (!skip(reader, "."))
        return NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (skip(reader, names[i])) {
            reader->select->has_aggregate |= reader->depth == 0;
            return read_cast(reader);
        }
    }
    return "behind a dot stands one of sum() avg() count() max() min(); columns of embedded "
           "resources "
           "stand in their parentheses";
}

/* `name!hint(`: what comes now is its select. */
static const char *open_embed(struct reader *reader, struct span path_name, struct span name)
{
    const char *mistake;

    while (skip(reader, "!")) {
        if (read_name(reader).length == 0)
            return "a hint is missing behind the `!`";
    }
    if (!skip(reader, "("))
        return "an embedded resource has no parentheses";
    if (reader->depth == MAX_DEPTH)
        return "it is nested too deeply";
    reader->lengths[reader->depth++] = reader->path_length;
    mistake = extend_path(reader, path_name.text, path_name.length);
    return mistake != NULL ? mistake : add_embed(reader, path_name, name);
}

static const char *read_field(struct reader *reader)
{
    const char *mistake = read_path(reader);

    if (mistake == NULL)
        mistake = read_cast(reader);
    return mistake != NULL ? mistake : read_aggregate(reader);
}

static const char *read_item(struct reader *reader)
{
    int spread;
    struct span alias, name;

    if (skip(reader, "*"))
        return NULL;
    spread = skip(reader, "...");
    alias = name = read_name(reader);
    if (name.length != 0 && is_next(reader, ":") && !is_next(reader, "::")) {
        reader->at++;
        name = read_name(reader);
    }
    if (name.length == 0)
        return "a name is missing here";
    if (name.length == 5 && memcmp(name.text, "count", 5) == 0 && skip(reader, "()")) {
        reader->select->has_aggregate |= reader->depth == 0;
        return read_cast(reader);
    }
    if (spread || is_next(reader, "!") || is_next(reader, "("))
        return open_embed(reader, alias, name);
    return read_field(reader);
}

/* Closes what ends here. An embedded resource may choose nothing: `rel()`. */
static const char *read_ends(struct reader *reader)
{
    while (skip(reader, ")")) {
        if (reader->depth == 0)
            return "a parenthesis closes that was never opened";
        reader->path_length = reader->lengths[--reader->depth];
    }
    return NULL;
}

static const char *read_items(struct reader *reader)
{
    const char *mistake = NULL;

    for (;;) {
        size_t depth = reader->depth;

        mistake = read_item(reader);
        if (mistake != NULL)
            return mistake;
        if (reader->depth > depth && !is_next(reader, ")"))
            continue; /* into the embedded resource */
        mistake = read_ends(reader);
        if (mistake != NULL)
            return mistake;
        if (reader->at == reader->length)
            return reader->depth == 0 ? NULL : "a parenthesis is not closed";
        if (!skip(reader, ","))
            return "a comma is missing here";
    }
}

/* The length of a list of plain names and stars, which is what most texts are, and which needs no
 * second look; 0 for any other. */
static size_t plain_length(const char *text)
{
    for (size_t at = 0;; at++) {
        size_t n = text[at] == '*' ? 1 : word_run(text + at, WORD_SAFE);

        at += n;
        if (n == 0 || (text[at] != ',' && text[at] != '\0'))
            return 0;
        if (text[at] == '\0')
            return at;
    }
}

static const char *read_whole(struct select *select, const char *text, struct arena *arena)
{
    struct reader reader;
    const char *mistake;

    if (!text_is_utf8(text, strlen(text)))
        return "it is not valid UTF-8";
    mistake = strip(select, text, arena);
    if (mistake != NULL)
        return mistake;
    if (text_has_control(select->text, select->length))
        return "it contains a control character";
    reader.arena = arena;
    reader.select = select;
    reader.text = select->text;
    reader.length = select->length;
    reader.at = reader.path_length = reader.depth = 0;
    reader.last = &select->embeds;
    mistake = read_items(&reader);
    select->mistake_at = reader.at;
    return mistake;
}

const char *select_read(struct select *select, const char *text, struct arena *arena)
{
    *select = (struct select){.text = NULL};
    if (text == NULL)
        return "it is NULL";
    select->length = plain_length(text);
    if (select->length == 0)
        return read_whole(select, text, arena);
    select->is_plain = 1;
    select->text = strcmp(text, "*") == 0 ? "*" : arena_text(arena, text, select->length);
    return select->text != NULL ? NULL : SELECT_NO_MEMORY;
}
