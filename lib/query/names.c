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
        if (buffer_failed(name))
            return OPERAND_NO_MEMORY;
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

const char *names_read(const char **out, const char *text, struct arena *arena)
{
    struct buffer names = BUFFER_INIT, name = BUFFER_INIT;
    const char *mistake;

    if (text == NULL)
        return "the names are NULL";
    if (text_has_control(text, strlen(text)) || !text_is_utf8(text, strlen(text)))
        return "the names contain a control character or are not valid UTF-8";
    mistake = read_all(&names, &name, text);
    *out = NULL;
    if (!buffer_failed(&names) && !buffer_failed(&name) && mistake == NULL)
        *out = arena_text(arena, buffer_text(&names), names.length);
    if (*out == NULL && mistake == NULL)
        mistake = OPERAND_NO_MEMORY;
    buffer_free(&names);
    buffer_free(&name);
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
