/* SPDX-License-Identifier: MIT */
#include "result/splitter.h"

#include "base/block.h"

#include <string.h>

void splitter_init(struct splitter *splitter, size_t row_max)
{
    memset(splitter, 0, sizeof *splitter);
    splitter->row_max = row_max;
}

void splitter_free(struct splitter *splitter)
{
    held_free(&splitter->held);
}

static enum split bad(struct splitter *splitter, enum splitter_problem problem, const char *what)
{
    splitter->problem = problem;
    splitter->what = what;
    return SPLIT_BAD;
}

size_t splitter_feed(struct splitter *splitter, const char *bytes, size_t n)
{
    size_t moved;

    if (splitter->problem != SPLITTER_NONE)
        return n;
    if (held_append(&splitter->held, bytes, n, &moved) != 0) {
        bad(splitter, SPLITTER_NO_MEMORY, "out of memory");
        return 0;
    }
    splitter->at -= moved;
    return n;
}

size_t splitter_unread(const struct splitter *splitter)
{
    return splitter->held.behind - splitter->held.front;
}

uint64_t splitter_offset(const struct splitter *splitter)
{
    return splitter->held.dropped + splitter->at;
}

const char *splitter_problem(const struct splitter *splitter)
{
    return splitter->what;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Steps over white space between elements; 1 when something stands behind it. */
static int skip_blanks(struct splitter *splitter)
{
    struct held *held = &splitter->held;

    while (splitter->at < held->behind && is_blank(held->bytes[splitter->at]))
        splitter->at++;
    held->front = splitter->at;
    return splitter->at < held->behind;
}

/* The bytes that a backslash makes plain, among @n. */
static uint64_t escaped_bytes(struct splitter *splitter, uint64_t backslashes, size_t n)
{
    uint64_t escaped = splitter->escape;
    uint64_t last = UINT64_C(1) << (n - 1);

    splitter->escape = 0;
    backslashes &= ~escaped;
    while (backslashes != 0) {
        uint64_t bit = backslashes & (0 - backslashes);

        if (bit == last)
            splitter->escape = 1;
        escaped |= bit << 1;
        backslashes &= ~(bit | bit << 1);
    }
    return escaped;
}

/* How many of @n bytes belong to a container or string that is open; @n + 1 when it does not end in
 * them. */
static size_t scan_block(struct splitter *splitter, const struct block *block, size_t n)
{
    uint64_t quotes = block->quotes & ~escaped_bytes(splitter, block->backslashes, n);
    uint64_t inside, brackets;

    if (splitter->first == '"')
        return quotes != 0 ? block_first(quotes) + 1 : n + 1;
    inside = block_parity(quotes) ^ splitter->inside;
    splitter->inside = 0 - (inside >> (BLOCK_SIZE - 1));
    brackets = (block->opens | block->closes) & ~inside;
    while (brackets != 0) {
        uint64_t bit = brackets & (0 - brackets);

        if ((block->opens & bit) != 0)
            splitter->depth++;
        else if (--splitter->depth == 0)
            return block_first(bit) + 1;
        brackets ^= bit;
    }
    return n + 1;
}

/* Goes on in a container or string; 1 when its end was found. */
static int scan_long(struct splitter *splitter)
{
    const struct held *held = &splitter->held;

    while (splitter->at < held->behind) {
        const char *at = held->bytes + splitter->at;
        size_t left = held->behind - splitter->at;
        size_t n = left < BLOCK_SIZE ? left : BLOCK_SIZE;
        struct block block = n < BLOCK_SIZE ? block_read_part(at, n) : block_read(at);
        size_t used = scan_block(splitter, &block, n);

        splitter->at += used <= n ? used : n;
        if (used <= n)
            return 1;
    }
    return 0;
}

/* The same in a number or word, which ends before what stands behind an element. What else stands
 * there is the reader's to refuse. */
static int scan_word(struct splitter *splitter)
{
    const struct held *held = &splitter->held;

    for (; splitter->at < held->behind; splitter->at++) {
        char c = held->bytes[splitter->at];

        if (c == ',' || c == ']' || is_blank(c))
            return 1;
    }
    return 0;
}

static void begin_at(struct splitter *splitter, char first, size_t at)
{
    splitter->first = first;
    splitter->depth = first == '{' || first == '[' ? 1 : 0;
    splitter->inside = 0;
    splitter->escape = 0;
    splitter->place = PLACE_ELEMENT;
    splitter->at = at;
}

static int begin_element(struct splitter *splitter)
{
    char c = splitter->held.bytes[splitter->at];

    if (c != '{' && (c == '\0' || strchr("[\"-0123456789tfn", c) == NULL)) {
        bad(splitter, SPLITTER_MALFORMED, "a value must stand here");
        return -1;
    }
    begin_at(splitter, c, splitter->at + 1);
    return 0;
}

/* Steps over the byte at which a place between elements ends. */
static int leave_place(struct splitter *splitter)
{
    char c = splitter->held.bytes[splitter->at];

    if (splitter->place == PLACE_BEFORE && c == '[')
        splitter->place = PLACE_FIRST;
    else if (splitter->place == PLACE_BEHIND && c == ',')
        splitter->place = PLACE_NEXT;
    else if ((splitter->place == PLACE_FIRST || splitter->place == PLACE_BEHIND) && c == ']')
        splitter->place = PLACE_AFTER;
    else if (splitter->place == PLACE_FIRST || splitter->place == PLACE_NEXT)
        return begin_element(splitter);
    else {
        bad(splitter, SPLITTER_MALFORMED,
            splitter->place == PLACE_BEFORE   ? "a list must stand here"
            : splitter->place == PLACE_BEHIND ? "a comma or the end of the list must stand here"
                                              : "something stands behind the list");
        return -1;
    }
    splitter->held.front = ++splitter->at;
    return 0;
}

static const char too_large[] = "a row is larger than it may be";

/* The end of the element at held.front. A bound that is passed is told as soon as it is known, so
 * that no more of the element is held. */
static enum split read_element(struct splitter *splitter, const char **row, size_t *length)
{
    struct held *held = &splitter->held;
    int opens = splitter->first == '{' || splitter->first == '[' || splitter->first == '"';
    int whole = opens ? scan_long(splitter) : scan_word(splitter);

    if (splitter->at - held->front > splitter->row_max)
        return bad(splitter, SPLITTER_TOO_LARGE, too_large);
    if (!whole)
        return SPLIT_MORE;
    *row = held->bytes + held->front;
    *length = splitter->at - held->front;
    return splitter_take(splitter, *length);
}

/* Steps up to an element's start: SPLIT_ROW, also when its end was looked for before. */
static enum split find_element(struct splitter *splitter)
{
    while (splitter->problem == SPLITTER_NONE) {
        if (splitter->place == PLACE_ELEMENT)
            return SPLIT_ROW;
        if (!skip_blanks(splitter))
            return splitter->place == PLACE_AFTER ? SPLIT_END : SPLIT_MORE;
        if (leave_place(splitter) != 0)
            break;
    }
    return SPLIT_BAD;
}

enum split splitter_next(struct splitter *splitter, const char **row, size_t *length)
{
    enum split split = find_element(splitter);

    return split == SPLIT_ROW ? read_element(splitter, row, length) : split;
}

/* Steps over what PostgREST puts between two rows and into the next one, in one go; 1 when it did. */
static int begin_usual(struct splitter *splitter)
{
    static const char usual[] = {',', ' ', '\n', ' ', '{'};
    struct held *held = &splitter->held;

    if (splitter->place != PLACE_BEHIND || splitter->problem != SPLITTER_NONE ||
        held->behind - splitter->at < sizeof usual ||
        memcmp(held->bytes + splitter->at, usual, sizeof usual) != 0)
        return 0;
    held->front = splitter->at + sizeof usual - 1;
    begin_at(splitter, '{', held->front + 1);
    return 1;
}

enum split splitter_peek(struct splitter *splitter, const char **bytes, size_t *length)
{
    const struct held *held = &splitter->held;

    if (!begin_usual(splitter) &&
        (find_element(splitter) != SPLIT_ROW || splitter->at != held->front + 1))
        return SPLIT_MORE;
    *bytes = held->bytes + held->front;
    *length = held->behind - held->front;
    return SPLIT_ROW;
}

enum split splitter_take(struct splitter *splitter, size_t length)
{
    if (length > splitter->row_max)
        return bad(splitter, SPLITTER_TOO_LARGE, too_large);
    splitter->held.front += length;
    splitter->at = splitter->held.front;
    splitter->place = PLACE_BEHIND;
    return SPLIT_ROW;
}

enum split
splitter_refuse(struct splitter *splitter, enum splitter_problem problem, const char *what)
{
    return bad(splitter, problem, what);
}

int splitter_finish(struct splitter *splitter)
{
    const char *row;
    size_t length;

    if (splitter->problem != SPLITTER_NONE)
        return -1;
    if (splitter->place == PLACE_AFTER)
        return splitter_next(splitter, &row, &length) == SPLIT_END ? 0 : -1;
    bad(splitter, SPLITTER_CUT, "the answer ended before it was whole");
    return -1;
}
