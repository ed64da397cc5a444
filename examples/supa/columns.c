/* SPDX-License-Identifier: MIT */
#include "columns.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>

int columns_have(const struct columns *columns, const char *name, size_t length)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (strlen(columns->names[i]) == length && memcmp(columns->names[i], name, length) == 0)
            return 1;
    }
    return 0;
}

static void add(struct columns *columns, const char *name, size_t length)
{
    columns->names = have(realloc(columns->names, (columns->count + 1) * sizeof *columns->names));
    columns->names[columns->count++] = copy_of(name, length);
}

void columns_free(struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        free(columns->names[i]);
    free(columns->names);
}

/* How long the item is that begins here: up to a comma that stands in no quotes and no parentheses. */
static size_t item_length(const char *text)
{
    size_t n = 0;
    int depth = 0, is_quoted = 0;

    for (; text[n] != '\0' && (text[n] != ',' || depth > 0 || is_quoted); n++) {
        if (text[n] == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted)
            depth += (text[n] == '(') - (text[n] == ')');
    }
    return n;
}

enum relation { RELATION_NONE, RELATION_SAME, RELATION_OTHER, RELATION_SUM };

static int ends_in_call(const char *item, size_t length)
{
    const char *cast = memmem(item, length, "()::", 4);

    return cast != NULL || (length >= 2 && memcmp(item + length - 2, "()", 2) == 0);
}

/* What an item "alias:column->path::type" of a selection has to do with a column's name. */
static enum relation
relation_of(const char *item, size_t length, const char *name, size_t name_length)
{
    const char *cast, *colon;

    while (length != 0 && *item == ' ') {
        item++;
        length--;
    }
    while (length != 0 && item[length - 1] == ' ')
        length--;
    if (ends_in_call(item, length))
        return RELATION_SUM;
    if (length == 1 && *item == '*')
        return RELATION_SAME;
    if (length < name_length)
        return RELATION_NONE;
    cast = memmem(item, length, "::", 2);
    colon = memchr(item, ':', length);
    if (colon != NULL && colon != cast) /* an alias */
        return (size_t)(colon - item) == name_length && memcmp(item, name, name_length) == 0
                   ? RELATION_OTHER
                   : RELATION_NONE;
    if (cast != NULL)
        length = (size_t)(cast - item);
    return length == name_length && memcmp(item, name, length) == 0 ? RELATION_SAME : RELATION_NONE;
}

static int refuse(enum relation relation, const char *name, size_t length)
{
    if (relation == RELATION_SUM)
        return misuse(
            "--by - pages by offsets", "sums and counts have no rows of their own to page by");
    return misuse(
        "give it another name, or page by other columns: --by",
        "--select names another column \"%.*s\", by which pages are told apart", (int)length, name);
}

/* A column of @by: selected already, or added. */
static int need(
    const char *select, const char *name, size_t length, struct text *selected,
    struct columns *added)
{
    int is_there = 0;

    for (const char *item = select; *item != '\0';) {
        const size_t n = item_length(item);
        const enum relation relation = relation_of(item, n, name, length);

        if (relation == RELATION_OTHER || relation == RELATION_SUM)
            return refuse(relation, name, length);
        is_there = is_there || relation == RELATION_SAME;
        item += n + (item[n] == ',');
    }
    if (is_there || columns_have(added, name, length))
        return 0;
    add(added, name, length);
    text_putc(selected, ',');
    text_put(selected, name, length);
    return 0;
}

/* "name.desc" is the name's direction. */
static size_t name_length(const char *name, size_t length)
{
    if (length > 5 && memcmp(name + length - 5, ".desc", 5) == 0)
        return length - 5;
    return length > 4 && memcmp(name + length - 4, ".asc", 4) == 0 ? length - 4 : length;
}

int columns_to_page(
    const char *select, const char *by, struct text *selected, struct columns *added)
{
    int status = 0;

    text_puts(selected, select);
    while (status == 0 && *by != '\0') {
        const size_t n = strcspn(by, ",");
        const size_t blank = strspn(by, " ");

        status = need(select, by + blank, name_length(by + blank, n - blank), selected, added);
        by += n + (by[n] == ',');
    }
    return status;
}
