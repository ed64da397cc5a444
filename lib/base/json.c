/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define COUNT_ONE (1u << 5)
#define COUNT_MAX (UINT32_MAX >> 5)

#if defined(__GNUC__)
#define RARELY(condition) __builtin_expect((condition) != 0, 0)
#define APART             __attribute__((noinline))
#define INLINE            inline __attribute__((always_inline))
#else
#define RARELY(condition) (condition)
#define APART
#define INLINE inline
#endif

struct reader {
    const char *text, *end;
    struct json_node *nodes, *limit; /* the tape's memory */
    uint32_t open;  /* the innermost open container; its own next is the one around it */
    uint32_t depth; /* of open containers */
    int escaped;
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

/* Makes room for more nodes behind @node, the next free one, and returns where that is then. */
static APART struct json_node *grow(struct reader *reader, const struct json_node *node)
{
    size_t used = (size_t)(node - reader->nodes);
    size_t capacity = (size_t)(reader->limit - reader->nodes);
    size_t size;
    struct json_node *nodes;

    capacity = capacity < 16 ? (size_t)(reader->end - reader->text) / 8 + 16 : capacity * 2;
    if (capacity > JSON_NONE || size_multiply(capacity, sizeof *nodes, &size) != 0)
        return NULL;
    nodes = memory_grow(reader->nodes, size);
    if (nodes == NULL)
        return NULL;
    reader->nodes = nodes;
    reader->limit = nodes + capacity;
    return nodes + used;
}

static inline void begin_node(
    const struct reader *reader, struct json_node *node, const char *start, enum json_kind kind)
{
    node->start = (uint32_t)(start - reader->text);
    node->info = (uint32_t)kind;
}

static APART const char *skip_some_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* There are few, so they are looked for out of the way. */
static inline const char *skip_blanks(const char *at, const char *end)
{
    return RARELY(at < end && (unsigned char)*at <= ' ') ? skip_some_blanks(at, end) : at;
}

/* The top bit of each byte that ends a run of plain characters: quotes, backslashes, control
 * characters and everything beyond ASCII. Bytes behind the first such one may be marked wrongly. */
static inline uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    uint64_t quote = word ^ ones * '"';
    uint64_t backslash = word ^ ones * '\\';
    uint64_t control = word - ones * 0x20;

    return ((((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | (control & ~word)) |
            word) &
           tops;
}

static inline uint64_t load_word(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline int is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Runs of plain characters, eight at a time; with SSE2 sixteen, where characters beyond ASCII count
 * as control characters since bytes are signed there. */
static inline const char *skip_plain(const char *at, const char *end)
{
#if defined(__SSE2__)
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        __m128i other = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
        int special = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), other));

        if (special != 0)
            return at + __builtin_ctz((unsigned)special);
        at += 16;
    }
#endif
    while (end - at >= 8) {
        uint64_t special = special_bytes(load_word(at));

        if (special != 0)
            return at + (__builtin_ctzll(special) >> 3);
        at += 8;
    }
    while (at < end && is_plain(*at))
        at++;
    return at;
}

static int hex_digit(char c)
{
    if (number_digit(c))
        return c - '0';
    c = text_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number of four hexadecimal digits, or −1. */
static int hex4(const char *at, const char *end)
{
    int number = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        number = number * 16 + digit;
    }
    return number;
}

static int is_high(int unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static int is_low(int unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* The character that the \u at @at stands for and, in @used, the bytes it takes there (6, or 12 for
 * a pair); −1 when it is not one. */
static int32_t unicode_escape(const char *at, const char *end, size_t *used)
{
    int high = hex4(at + 2, end);
    int low;

    *used = 6;
    if (!is_high(high))
        return is_low(high) ? -1 : high;
    if (end - at < 12 || at[6] != '\\' || at[7] != 'u')
        return -1;
    low = hex4(at + 8, end);
    if (!is_low(low))
        return -1;
    *used = 12;
    return 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00);
}

static size_t utf8_size(int32_t character)
{
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

static size_t utf8_put(int32_t character, char *out)
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = utf8_size(character);

    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    out[0] = (char)(marks[size] | character);
    return size;
}

static int is_escape(char c)
{
    return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' ||
           c == 't';
}

/* Steps over one escape; @saved grows by the bytes that decoding it saves. */
static APART const char *skip_escape(struct reader *reader, const char *at, uint32_t *saved)
{
    size_t used;
    int32_t character;

    if (reader->end - at < 2)
        return missing(reader, reader->end, NULL);
    if (at[1] != 'u') {
        if (!is_escape(at[1]))
            return wrong(reader, at, "an unknown escape");
        *saved += 1;
        return at + 2;
    }
    character = unicode_escape(at, reader->end, &used);
    if (character < 0)
        return wrong(reader, at, "an escape that is no character");
    *saved += (uint32_t)(used - utf8_size(character));
    return at + used;
}

/* Steps over the characters beyond ASCII. */
static APART const char *skip_utf8(struct reader *reader, const char *at)
{
    do {
        size_t n = text_utf8_length(at, (size_t)(reader->end - at));

        if (n == 0)
            return wrong(reader, at, "broken UTF-8");
        at += n;
    } while (at < reader->end && (unsigned char)*at >= 0x80);
    return at;
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
        at = skip_plain(at, reader->end);
    }
    return at < reader->end ? at : missing(reader, at, NULL);
}

/* The string behind the quote at @at. */
static INLINE const char *read_string(struct reader *reader, struct json_node *node, const char *at)
{
    const char *start = at + 1;
    uint32_t saved = 0;

    begin_node(reader, node, start, JSON_STRING);
    at = skip_plain(start, reader->end);
    if (RARELY(at == reader->end || *at != '"')) {
        at = skip_special(reader, at, &saved);
        if (at == NULL)
            return NULL;
    }
    node->end = (uint32_t)(at - reader->text);
    node->size = (uint32_t)(at - start) - saved;
    if (RARELY(saved != 0)) {
        node->info |= JSON_ESCAPED;
        reader->escaped = 1;
    }
    return at + 1;
}

static inline const char *read_number(struct reader *reader, struct json_node *node, const char *at)
{
    const char *stop;
    const char *behind = number_skip(at, reader->end, &stop);

    if (RARELY(behind == NULL))
        return missing(reader, stop, "a number without a digit here");
    begin_node(reader, node, at, JSON_NUMBER);
    node->end = (uint32_t)(behind - reader->text);
    return behind;
}

static const char *read_word(struct reader *reader, struct json_node *node, const char *at)
{
    static const char *const words[] = {
        [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};
    enum json_kind kind = *at == 'n' ? JSON_NULL : *at == 't' ? JSON_TRUE : JSON_FALSE;
    const char *start = at;

    for (const char *word = words[kind]; *word != '\0'; word++, at++) {
        if (RARELY(at == reader->end || *at != *word))
            return missing(reader, at, "a value must stand here");
    }
    begin_node(reader, node, start, kind);
    node->end = (uint32_t)(at - reader->text);
    return at;
}

static inline const char *read_scalar(struct reader *reader, struct json_node *node, const char *at)
{
    if (*at == '"')
        return read_string(reader, node, at);
    return *at == '-' || number_digit(*at) ? read_number(reader, node, at)
                                           : read_word(reader, node, at);
}

/* A key, its colon, and the blanks up to the value. */
static inline const char *read_key(struct reader *reader, struct json_node *node, const char *at)
{
    if (RARELY(at == reader->end || *at != '"'))
        return missing(reader, at, "a key must stand here");
    at = read_string(reader, node, at);
    if (RARELY(at == NULL))
        return NULL;
    at = skip_blanks(at, reader->end);
    if (RARELY(at == reader->end || *at != ':'))
        return missing(reader, at, "a colon must stand here");
    return skip_blanks(at + 1, reader->end);
}

/* Up to the first key or value, or to the end of an empty container. */
static inline const char *
open_container(struct reader *reader, struct json_node *node, const char *at)
{
    if (RARELY(++reader->depth > JSON_DEPTH))
        return wrong(reader, at, "nested too deeply");
    begin_node(reader, node, at, *at == '{' ? JSON_OBJECT : JSON_ARRAY);
    node->next = reader->open;
    reader->open = (uint32_t)(node - reader->nodes);
    return skip_blanks(at + 1, reader->end);
}

static inline const char *
close_container(struct reader *reader, const struct json_node *node, const char *at)
{
    struct json_node *container = &reader->nodes[reader->open];

    reader->open = container->next;
    reader->depth--;
    container->end = (uint32_t)(at + 1 - reader->text);
    container->next = (uint32_t)(node - reader->nodes);
    return at + 1;
}

/* Whether the innermost container ends here. */
static inline int is_closing(const struct reader *reader, const char *at)
{
    enum json_kind kind = json_kind_of(&reader->nodes[reader->open]);

    return at < reader->end && *at == (kind == JSON_OBJECT ? '}' : ']');
}

/* Closes what ends behind a value; up to the next key or value, or to the end of the root. */
static inline const char *
read_ends(struct reader *reader, const struct json_node *node, const char *at)
{
    while (reader->open != JSON_NONE) {
        at = skip_blanks(at, reader->end);
        if (RARELY(at == reader->end))
            return missing(reader, at, NULL);
        if (*at == ',')
            return skip_blanks(at + 1, reader->end);
        if (RARELY(!is_closing(reader, at)))
            return wrong(reader, at, "a comma or the end of a list must stand here");
        at = close_container(reader, node, at);
    }
    return at;
}

/* Counts one more element; in an object reads its key, for which *@node is taken. */
static inline const char *read_next(struct reader *reader, struct json_node **node, const char *at)
{
    struct json_node *container = &reader->nodes[reader->open];

    if (RARELY(json_count(container) == COUNT_MAX))
        return wrong(reader, at, "too many values in one list");
    container->info += COUNT_ONE;
    return json_kind_of(container) == JSON_OBJECT ? read_key(reader, (*node)++, at) : at;
}

/* The whole text; in *@count the nodes that it takes. A turn of the loop takes two at most: a
 * value's, and that of the key before the next one. */
static const char *read_document(struct reader *reader, uint32_t *count)
{
    const char *at = skip_blanks(reader->text, reader->end);
    struct json_node *node = reader->nodes;

    do {
        int opens;

        if (RARELY(reader->limit - node < 2) && (node = grow(reader, node)) == NULL)
            return wrong(reader, at, NULL);
        if (RARELY(at == reader->end))
            return missing(reader, at, NULL);
        opens = *at == '{' || *at == '[';
        at = opens ? open_container(reader, node, at) : read_scalar(reader, node, at);
        node++;
        if (at != NULL && (!opens || is_closing(reader, at)))
            at = read_ends(reader, node, at);
        if (at != NULL && reader->open != JSON_NONE)
            at = read_next(reader, &node, at);
    } while (at != NULL && reader->open != JSON_NONE);
    if (at == NULL)
        return NULL;
    *count = (uint32_t)(node - reader->nodes);
    at = skip_blanks(at, reader->end);
    return at == reader->end ? at : wrong(reader, at, "something stands behind the value");
}

static int parse(
    struct json_tape *tape, const char *text, size_t length, uint32_t depth,
    struct json_error *error)
{
    struct reader reader = {
        .text = text,
        .end = text + length,
        .nodes = tape->nodes,
        .limit = tape->nodes != NULL ? tape->nodes + tape->capacity : NULL,
        .open = JSON_NONE,
        .depth = depth};
    const char *end;

    tape->count = 0;
    if (length >= UINT32_MAX)
        end = wrong(&reader, text, "the text is too long");
    else
        end = read_document(&reader, &tape->count);
    tape->nodes = reader.nodes;
    tape->capacity = (uint32_t)(reader.limit - reader.nodes);
    tape->escaped = end != NULL && reader.escaped;
    if (end != NULL)
        return JSON_OK;
    tape->count = 0;
    error->what = reader.what != NULL ? reader.what : "out of memory";
    error->offset = (size_t)(reader.wrong_at - text);
    return reader.what != NULL ? JSON_MALFORMED : JSON_NO_MEMORY;
}

int json_parse(struct json_tape *tape, const char *text, size_t length, struct json_error *error)
{
    return parse(tape, text, length, 0, error);
}

int json_parse_element(
    struct json_tape *tape, const char *text, size_t length, struct json_error *error)
{
    return parse(tape, text, length, 1, error);
}

void json_tape_free(struct json_tape *tape)
{
    memory_free(tape->nodes);
    memset(tape, 0, sizeof *tape);
}

/* Decodes the escape at @at, which was checked before: up to 4 bytes in @out, their number returned;
 * *@used is what it takes in the text. */
static size_t decode_escape(const char *at, const char *end, char *out, size_t *used)
{
    static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    const char *letter;

    if (at[1] == 'u')
        return utf8_put(unicode_escape(at, end, used), out);
    letter = strchr(letters, at[1]);
    *out = letter != NULL ? bytes[letter - letters] : at[1];
    *used = 2;
    return 1;
}

void json_decode(const char *text, const struct json_node *string, char *out)
{
    const char *at = text + string->start, *end = text + string->end;

    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash != NULL ? backslash : end) - at);
        size_t used;

        memcpy(out, at, plain);
        out += plain;
        if (backslash == NULL)
            return;
        out += decode_escape(backslash, end, out, &used);
        at = backslash + used;
    }
}

int json_string_is(
    const char *text, const struct json_node *string, const char *bytes, size_t length)
{
    const char *at = text + string->start, *end = text + string->end;

    if (string->size != length)
        return 0;
    if ((string->info & JSON_ESCAPED) == 0)
        return length == 0 || memcmp(at, bytes, length) == 0;
    while (at < end) {
        char decoded[4] = {*at};
        size_t used = 1, n = 1;

        if (*at == '\\')
            n = decode_escape(at, end, decoded, &used);
        if (memcmp(decoded, bytes, n) != 0)
            return 0;
        bytes += n;
        at += used;
    }
    return 1;
}

uint32_t json_member(
    const struct json_tape *tape, const char *text, uint32_t object, const char *name,
    size_t length)
{
    uint32_t behind = tape->nodes[object].next;

    for (uint32_t key = object + 1; key < behind; key = json_next(tape, key + 1)) {
        if (json_string_is(text, &tape->nodes[key], name, length))
            return key + 1;
    }
    return JSON_NONE;
}
