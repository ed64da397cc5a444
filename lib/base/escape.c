/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include "base/text.h"
#include "base/word.h"

#include <string.h>

#define CHUNK 1024 /* bytes that are written into room for the worst of them */

static char *encode(char *out, unsigned char byte)
{
    static const char hex[] = "0123456789ABCDEF";

    out[0] = '%';
    out[1] = hex[byte >> 4];
    out[2] = hex[byte & 15];
    return out + 3;
}

/* @length bytes, at most CHUNK, in one pass: each is copied, and encoded over it where it has to be. */
static inline void
put_chunk(struct buffer *url, const char *text, size_t length, unsigned char class)
{
    char *room = buffer_room(url, 3 * length), *out = room;

    if (room == NULL)
        return;
    for (size_t i = 0; i < length; i++) {
        *out = text[i];
        out = word_byte(text[i], class) ? out + 1 : encode(out, (unsigned char)text[i]);
    }
    buffer_took(url, (size_t)(out - room));
}

static inline void put(struct buffer *url, const char *text, size_t length, unsigned char class)
{
    for (; length > CHUNK; text += CHUNK, length -= CHUNK)
        put_chunk(url, text, CHUNK, class);
    put_chunk(url, text, length, class);
}

void escape_plain(struct buffer *url, const char *text, size_t length)
{
    put(url, text, length, WORD_QUERY);
}

static void put_quoted_chunk(struct buffer *url, const char *text, size_t length)
{
    char *room = buffer_room(url, 6 * length), *out = room;

    if (room == NULL)
        return;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            out = encode(out, '\\');
        *out = text[i];
        out = word_byte(text[i], WORD_QUERY) ? out + 1 : encode(out, (unsigned char)text[i]);
    }
    buffer_took(url, (size_t)(out - room));
}

static void put_quoted(struct buffer *url, const char *text, size_t length)
{
    buffer_puts(url, "%22");
    for (; length > CHUNK; text += CHUNK, length -= CHUNK)
        put_quoted_chunk(url, text, CHUNK);
    put_quoted_chunk(url, text, length);
    buffer_puts(url, "%22");
}

/* Appends the text if all of it, and some, is of this class. */
static inline int put_if(struct buffer *url, const char *text, size_t length, unsigned char class)
{
    char *room = buffer_room(url, length);
    size_t i = 0;

    if (room == NULL)
        return 1; /* the buffer has failed, so that nothing else is to be tried */
    for (; i < length && word_byte(text[i], class); i++)
        room[i] = text[i];
    if (i < length || length == 0) {
        *room = '\0';
        return 0;
    }
    buffer_took(url, length);
    return 1;
}

void escape_element(struct buffer *url, const char *text, size_t length)
{
    if (!put_if(url, text, length, WORD_BARE))
        put_quoted(url, text, length);
}

void escape_quoted(struct buffer *url, const char *text, size_t length)
{
    put_quoted(url, text, length);
}

void escape_operand(struct buffer *url, const char *text, size_t length)
{
    escape_element(url, text, length);
}

void escape_array(struct buffer *array, const char *text, size_t length)
{
    size_t start = 0;

    buffer_putc(array, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '"' && text[i] != '\\')
            continue;
        buffer_put(array, text + start, i - start);
        buffer_putc(array, '\\');
        start = i;
    }
    buffer_put(array, text + start, length - start);
    buffer_putc(array, '"');
}

void escape_segment(struct buffer *url, const char *text, size_t length)
{
    put(url, text, length, WORD_SEGMENT);
}

/* A gateway may decode %2F and resolve dots before it matches its routes, so that an encoded slash
 * would leave its place after all. */
const char *escape_segment_mistake(const char *text)
{
    size_t length;

    if (text == NULL)
        return "the name is NULL";
    length = strlen(text);
    if (length == 0)
        return "the name is empty";
    if (text_has_control(text, length))
        return "the name contains a control character";
    if (!text_is_utf8(text, length))
        return "the name is not valid UTF-8";
    if (strchr(text, '/') != NULL)
        return "the name contains a slash, which gateways take for a path";
    if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return "the name is a path's dots";
    return NULL;
}

/* The server takes a bare name as pieces with hyphens between them: none may be empty, and it drops
 * the blanks around each. */
static int is_bare_name(const char *text, size_t length)
{
    char before = ' ';

    for (size_t i = 0; i < length; i++) {
        if (!word_byte(text[i], WORD_NAME) && text[i] != ' ' && text[i] != '-')
            return 0;
        if ((text[i] == '-' && (before == ' ' || before == '-')) ||
            (text[i] == ' ' && (before == '-' || i == 0)))
            return 0;
        before = text[i];
    }
    return length != 0 && before != ' ' && before != '-';
}

void escape_name(struct buffer *url, const char *text, size_t length)
{
    if (is_bare_name(text, length))
        escape_plain(url, text, length);
    else
        put_quoted(url, text, length);
}

/* An index, from the front or (negative) from the end, is no key's name. */
static int is_index(const char *text, size_t length)
{
    size_t sign = length > 1 && text[0] == '-';

    return length != 0 && strspn(text + sign, "0123456789") >= length - sign;
}

static int is_edge(char c)
{
    return c == ' ' || (unsigned char)c >= 0x80;
}

/* The server drops blanks at a bare key's ends, those beyond ASCII too. */
static int is_bare_key(const char *text, size_t length)
{
    if (is_index(text, length))
        return 1;
    if (length == 0 || is_edge(text[0]) || is_edge(text[length - 1]))
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (strchr("(-:.,>)\"\\", text[i]) != NULL)
            return 0;
    }
    return 1;
}

/* The length of the quoted part at @text, its quotes included; 0 when it is none. */
static size_t quoted_length(const char *text, size_t length)
{
    if (length < 2 || text[0] != '"')
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (text[i] == '\\')
            i++;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

/* Where a part of a column ends: at an arrow, or at a dot where dots part. */
static size_t part_length(const char *text, size_t length, int dots)
{
    size_t quoted = quoted_length(text, length);

    if (quoted != 0)
        return quoted;
    for (size_t i = 0; i < length; i++) {
        if ((dots && text[i] == '.') || (text[i] == '-' && i + 1 < length && text[i + 1] == '>'))
            return i;
    }
    return length;
}

static void put_part(struct buffer *url, const char *text, size_t length, int is_key, int is_last)
{
    if (quoted_length(text, length) == length && length != 0)
        escape_plain(url, text, length);
    else if (
        is_key ? is_bare_key(text, length)
               : is_bare_name(text, length) && !(is_last && word_is_keyword(text, length)))
        escape_plain(url, text, length);
    else
        put_quoted(url, text, length);
}

/* Where the column of `resource(column)` begins, or 0 when it is no such term. */
static size_t inner_column(const char *text, size_t length)
{
    size_t n = quoted_length(text, length);

    while (n < length && text[n] != '(' &&
           !(text[n] == '-' && n + 1 < length && text[n + 1] == '>'))
        n++;
    return n != 0 && n + 2 < length && text[n] == '(' && text[length - 1] == ')' ? n + 1 : 0;
}

static void put_column(struct buffer *url, const char *text, size_t length, enum column_place place)
{
    size_t inner = place == COLUMN_ORDER ? inner_column(text, length) : 0;
    int is_key = 0;

    if (inner != 0) { /* ordered by a column of an embedded to-one resource */
        put_part(url, text, inner - 1, 0, 0);
        buffer_putc(url, '(');
        escape_column(url, text + inner, length - inner - 1, COLUMN_KEY);
        buffer_putc(url, ')');
        return;
    }
    for (;;) {
        size_t n = part_length(text, length, place != COLUMN_ORDER && !is_key);
        int ends = n == length || text[n] != '.';

        put_part(url, text, n, is_key, place == COLUMN_KEY && ends);
        text += n;
        length -= n;
        if (length == 0)
            return;
        if (text[0] == '.') {
            buffer_putc(url, '.');
            n = 1;
        } else {
            n = length > 2 && text[2] == '>' ? 3 : 2;
            escape_plain(url, text, n);
            is_key = 1;
        }
        text += n;
        length -= n;
    }
}

/* Mostly it is one plain name. */
void escape_column(struct buffer *url, const char *text, size_t length, enum column_place place)
{
    if ((place == COLUMN_KEY && word_is_keyword(text, length)) ||
        !put_if(url, text, length, WORD_SAFE))
        put_column(url, text, length, place);
}

/* A quoted part must be followed by the end, a dot or an arrow; and no part may be empty. */
static const char *parts_mistake(const char *text, size_t length)
{
    int is_key = 0;

    for (;;) {
        size_t n = part_length(text, length, !is_key);

        if (n == 0)
            return "a part of the column's name is empty";
        text += n;
        length -= n;
        if (length == 0)
            return NULL;
        if (text[0] == '.' && !is_key) {
            n = 1;
        } else if (text[0] == '-' && length > 1 && text[1] == '>') {
            n = length > 2 && text[2] == '>' ? 3 : 2;
            is_key = 1;
        } else {
            return "something follows a quoted part of the column's name";
        }
        text += n;
        length -= n;
    }
}

const char *escape_column_mistake(const char *text)
{
    size_t length;

    if (text == NULL)
        return "the column is NULL";
    length = strlen(text);
    if (length == 0)
        return "the column is empty";
    if (text_has_control(text, length))
        return "the column contains a control character";
    if (!text_is_utf8(text, length))
        return "the column is not valid UTF-8";
    return parts_mistake(text, length);
}

int escape_column_is_embedded(const char *text, size_t length)
{
    size_t n = part_length(text, length, 1);

    return n < length && text[n] == '.';
}
