/* SPDX-License-Identifier: MIT */
#include "query/names.h"

#include "base/buffer.h"
#include "base/escape.h"
#include "base/text.h"
#include "query/operand.h"

#include <string.h>

static int is_plain(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text_lower(name[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$'))
            return 0;
    }
    return length != 0;
}

static void put_name(struct buffer *names, const char *name, size_t length)
{
    if (names->length != 0)
        buffer_putc(names, ',');
    if (is_plain(name, length))
        buffer_put(names, name, length);
    else
        escape_array(names, name, length); /* the same quoting: `\` before `"` and `\` */
}

/* A name in quotes; the place behind it, or NULL when it does not end. */
static const char *read_quoted(struct buffer *name, const char *at)
{
    for (at++; *at != '\0' && *at != '"'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        buffer_putc(name, *at);
    }
    return *at == '"' ? at + 1 : NULL;
}

static const char *read_bare(struct buffer *name, const char *at)
{
    size_t length = strcspn(at, ","), kept = length;

    while (kept > 0 && at[kept - 1] == ' ')
        kept--;
    buffer_put(name, at, kept);
    return at + length;
}

static const char *read_all(struct buffer *names, struct buffer *name, const char *at)
{
    for (;;) {
        buffer_clear(name);
        at += strspn(at, " ");
        at = *at == '"' ? read_quoted(name, at) : read_bare(name, at);
        if (at == NULL)
            return "a name in quotes does not end";
        if (name->length == 0)
            return "a name is empty";
        put_name(names, buffer_text(name), name->length);
        at += strspn(at, " ");
        if (*at == '\0')
            return NULL;
        if (*at != ',')
            return "something follows a name in quotes";
        at++;
    }
}

/* Each byte of a name becomes two at most, and each name gets quotes around it. */
const char *names_read(const char **out, const char *text, struct arena *arena)
{
    const size_t length = text != NULL ? strlen(text) : 0;
    struct buffer names, name;
    const char *mistake;
    char *memory;

    *out = NULL;
    if (text == NULL)
        return "the names are NULL";
    if (text_has_control(text, length) || !text_is_utf8(text, length))
        return "the names contain a control character or are not valid UTF-8";
    if (length > SIZE_MAX / 8 || (memory = arena_get(arena, 5 * length + 2)) == NULL)
        return OPERAND_NO_MEMORY;
    names = (struct buffer)BUFFER_OVER(memory, 4 * length + 1);
    name = (struct buffer)BUFFER_OVER(memory + 4 * length + 1, length + 1);
    mistake = read_all(&names, &name, text);
    *out = mistake == NULL ? memory : NULL;
    return mistake;
}

int names_has(const char *names, const char *name)
{
    const size_t n = strlen(name);
    int in_quotes = 0, begins = 1;

    for (const char *p = names != NULL ? names : ""; *p != '\0'; p++) {
        if (begins && !in_quotes && strncmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
            return 1;
        if (in_quotes && *p == '\\' && p[1] != '\0')
            p++;
        else if (*p == '"')
            in_quotes = !in_quotes;
        begins = !in_quotes && *p == ',';
    }
    return 0;
}
