/* SPDX-License-Identifier: MIT */
#include "manager/ownership.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS    3
#define FUNCTION "rpc/"

/* What a manager reads of the master by itself. */
static const struct scope_listed managers_own[] = {
    {"custom_domains_lookup", OWNER_MASTER, 0},
    {"store_databases", OWNER_MASTER, 0},
    {"store_hostnames", OWNER_MASTER, 0},
    {"stores", OWNER_MASTER, 0},
};

#define OWN_COUNT (sizeof managers_own / sizeof managers_own[0])

struct word {
    const char *text;
    size_t length;
};

struct line {
    struct scope_listed listed; /* the first: lines are sorted as it is */
    size_t number;
};

struct lines {
    struct line *lines;
    size_t count;
};

struct reader {
    struct lines tables, functions;
    struct arena arena;
    size_t number; /* of the line */
    supa_error *error;
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static int is_word(struct word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* What a line contains is not shown: it may be a file of another kind, given by mistake. */
static int wrong(struct reader *reader, const char *mistake)
{
    error_argument(reader->error, "ownership, line %zu: %s", reader->number, mistake);
    error_hint(
        reader->error, "a line is \"name side store_id\" or \"name side -\", where the side is "
                       "master, tenant or both; or \"rpc/name side\" for a function");
    return SUPA_ERROR_ARGUMENT;
}

/* The words of a line, up to WORDS + 1 of them: the last one then is too many. */
static size_t read_words(struct word words[WORDS + 1], const char *line, size_t length)
{
    size_t count = 0, at = 0;

    while (at < length && count <= WORDS) {
        const size_t start = at;

        if (is_blank(line[at])) {
            at++;
            continue;
        }
        if (line[at] == '#')
            break;
        while (at < length && !is_blank(line[at]))
            at++;
        words[count++] = (struct word){line + start, at - start};
    }
    return count;
}

static enum scope_owner read_side(struct word word)
{
    if (is_word(word, "master"))
        return OWNER_MASTER;
    if (is_word(word, "tenant"))
        return OWNER_TENANT;
    return is_word(word, "both") ? OWNER_BOTH : (enum scope_owner)0;
}

static const char *name_mistake(struct word name)
{
    const char *star = memchr(name.text, '*', name.length);

    if (name.length == 0)
        return "there is no name";
    if (memchr(name.text, '/', name.length) != NULL)
        return "the name contains a slash";
    if (star == NULL)
        return NULL;
    if (name.length == 1)
        return "the name is a * alone; what is in no list has a mode of its own";
    return memchr(star + 1, '*', name.length - (size_t)(star + 1 - name.text)) != NULL
               ? "the name contains more than one *"
               : NULL;
}

static int is_function(struct word name)
{
    return name.length >= strlen(FUNCTION) && memcmp(name.text, FUNCTION, strlen(FUNCTION)) == 0;
}

static const char *line_mistake(struct word name, const struct word *words, size_t count)
{
    const int function = is_function(words[0]);
    const enum scope_owner owner = count > 1 ? read_side(words[1]) : (enum scope_owner)0;

    if (name_mistake(name) != NULL)
        return name_mistake(name);
    if (owner == 0)
        return "the side is none of master, tenant, both";
    if (count > WORDS)
        return "there are more than three words";
    if (count < WORDS)
        return function ? NULL : "whether the table has a store_id is missing";
    if (is_word(words[2], "-"))
        return NULL;
    if (!is_word(words[2], "store_id"))
        return "the third word is neither store_id nor -";
    if (function)
        return "a function has no store_id";
    return owner == OWNER_MASTER
               ? "nothing keeps the master's tables to a store: their third word is -"
               : NULL;
}

static int keep_line(struct reader *reader, const struct word *words, size_t count)
{
    const int function = is_function(words[0]);
    const size_t prefix = function ? strlen(FUNCTION) : 0;
    const struct word name = {words[0].text + prefix, words[0].length - prefix};
    const char *mistake = line_mistake(name, words, count);
    struct lines *lines = function ? &reader->functions : &reader->tables;
    struct line *line = &lines->lines[lines->count];

    if (mistake != NULL)
        return wrong(reader, mistake);
    line->number = reader->number;
    line->listed.name = arena_text(&reader->arena, name.text, name.length);
    line->listed.owner = (unsigned char)read_side(words[1]);
    line->listed.has_store_id = count == WORDS && is_word(words[2], "store_id");
    if (line->listed.name == NULL)
        return error_no_memory(reader->error);
    lines->count++;
    return SUPA_OK;
}

static int read_lines(struct reader *reader, const char *text, size_t length)
{
    const char *end = text + length;
    int code = SUPA_OK;

    for (reader->number = 1; code == SUPA_OK && text < end; reader->number++) {
        struct word words[WORDS + 1];
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const size_t n = newline != NULL ? (size_t)(newline - text) : (size_t)(end - text);
        const size_t count = read_words(words, text, n);

        if (count != 0)
            code = keep_line(reader, words, count);
        text += n + (newline != NULL);
    }
    return code;
}

/* Sorts the lines. */
static int check_twice(struct reader *reader, struct lines *lines, const char *what)
{
    qsort(lines->lines, lines->count, sizeof *lines->lines, scope_order);
    for (size_t i = 1; i < lines->count; i++) {
        const struct line *a = &lines->lines[i - 1], *b = &lines->lines[i];
        const size_t first = a->number < b->number ? a->number : b->number;

        if (scope_order(&a->listed, &b->listed) == 0)
            return error_argument(
                reader->error,
                "ownership, line %zu: the %s \"%.64s\" is listed in line %zu already",
                a->number + b->number - first, what, b->listed.name, first);
    }
    return SUPA_OK;
}

/* The manager's own tables are added where they are missing. There is room for them. */
static int add_managers_own(struct reader *reader)
{
    struct lines *tables = &reader->tables;
    const size_t listed = tables->count;

    for (size_t i = 0; i < OWN_COUNT; i++) {
        const struct line own = {managers_own[i], 0};
        const struct line *line =
            listed == 0 ? NULL
                        : bsearch(&own, tables->lines, listed, sizeof *tables->lines, scope_order);

        if (line == NULL) {
            tables->lines[tables->count++] = own;
        } else if ((line->listed.owner & OWNER_MASTER) == 0) {
            reader->number = line->number;
            return wrong(reader, "a manager reads this table of the master: it is not a tenant's");
        }
    }
    return SUPA_OK;
}

/* In place: what is listed, without the lines' numbers. */
static struct scope_list listed_of(struct lines *lines)
{
    struct scope_listed *listed = (struct scope_listed *)lines->lines;

    for (size_t i = 0; i < lines->count; i++) {
        const struct scope_listed one = lines->lines[i].listed;

        listed[i] = one;
    }
    return (struct scope_list){listed, lines->count};
}

static struct scope *make(struct reader *reader)
{
    const struct scope_list tables = listed_of(&reader->tables);
    const struct scope_list functions = listed_of(&reader->functions);
    struct scope *scope = scope_new("file", &tables, &functions);

    if (scope == NULL)
        error_no_memory(reader->error);
    return scope;
}

static size_t count_lines(const char *text, size_t length)
{
    size_t count = 1;

    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

static int begin(struct reader *reader, const char *text, size_t length)
{
    const size_t most = count_lines(text, length);

    reader->tables.lines = arena_get(&reader->arena, (most + OWN_COUNT) * sizeof(struct line));
    reader->functions.lines = arena_get(&reader->arena, most * sizeof(struct line));
    return reader->tables.lines != NULL && reader->functions.lines != NULL
               ? SUPA_OK
               : error_no_memory(reader->error);
}

static int check_text(const char *text, size_t length, supa_error *error)
{
    if (length > OWNERSHIP_MAX)
        return error_argument(error, "ownership: it has more than %d bytes", OWNERSHIP_MAX);
    if (memchr(text, '\0', length) != NULL || !text_is_utf8(text, length))
        return error_argument(error, "ownership: it is no text in UTF-8");
    return SUPA_OK;
}

struct scope *ownership_read(const char *text, size_t length, supa_error *error)
{
    struct reader reader = {.error = error};
    struct scope *scope = NULL;

    error_clear(error);
    if (check_text(text, length, error) != SUPA_OK)
        return NULL;
    arena_init(&reader.arena, 4096);
    if (begin(&reader, text, length) == SUPA_OK && read_lines(&reader, text, length) == SUPA_OK &&
        check_twice(&reader, &reader.tables, "table") == SUPA_OK &&
        check_twice(&reader, &reader.functions, "function") == SUPA_OK &&
        add_managers_own(&reader) == SUPA_OK)
        scope = make(&reader);
    arena_free(&reader.arena);
    return scope;
}

/* One byte more than is allowed tells that there is too much. */
static int read_all(FILE *file, struct buffer *text)
{
    char *room = buffer_room(text, OWNERSHIP_MAX + 1);

    if (room == NULL)
        return -1;
    buffer_took(text, fread(room, 1, OWNERSHIP_MAX + 1, file));
    return 0;
}

struct scope *ownership_read_file(const char *path, supa_error *error)
{
    FILE *file = fopen(path, "re");
    struct buffer text = BUFFER_INIT;
    struct scope *scope = NULL;

    error_clear(error);
    if (file == NULL) {
        error_argument(error, "the ownership file cannot be opened: %s", path);
        return NULL;
    }
    if (read_all(file, &text) != 0)
        error_no_memory(error);
    else if (ferror(file))
        error_argument(error, "the ownership file cannot be read: %s", path);
    else
        scope = ownership_read(buffer_text(&text), text.length, error);
    fclose(file);
    buffer_free(&text);
    return scope;
}
