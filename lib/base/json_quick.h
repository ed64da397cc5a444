/* SPDX-License-Identifier: MIT */
/* The quick ways of the strict reader, for what answers are mostly made of: an object that looks like its
 * shape is read as a whole, without a frame for it or for what is in it. They take and write what
 * the slow ways of json_reader.h and json.c take and write; what they do not know, and every mistake,
 * is left to those. */
#ifndef BASE_JSON_QUICK_H
#define BASE_JSON_QUICK_H

#include "base/json_reader.h"

/* Bytes that may be looked at behind a place where a value begins without asking for the text's end:
 * of a number and the lead behind it, or of a chunk of a string. Nearer to the end the quick ways stop. */
#define SLACK 64

/* Containers in each other. What is given up at the innermost is read again for each of them. */
#define QUICK_DEPTH 4
#define QUICK_RESTS 4 /* objects that are not tried as a whole after one that was tried in vain */

/* What does not change while a value is read. */
struct quick {
    struct reader *reader;
    const char *text, *safe;       /* behind safe nothing is begun */
    const struct json_node *limit; /* up to here there is room for two nodes */
};

static INLINE struct quick quick_of(struct reader *reader)
{
    return (struct quick){reader, reader->text, reader->end - SLACK, reader->limit - 2};
}

/* How many containers may be opened in each other. */
static INLINE ptrdiff_t quick_depth(const struct reader *reader)
{
    const ptrdiff_t left = reader->highest - reader->top;

    return left < QUICK_DEPTH ? left : QUICK_DEPTH;
}

/* @n, but by way of a guess that is mostly right: the processor predicts the comparison and goes on
 * to the next value without waiting for what it takes to measure this one. */
static INLINE unsigned guessed(unsigned n, unsigned char *guess)
{
    unsigned same = *guess;
    const int is_same = n == same;

#if defined(__GNUC__)
    __asm__("" : "+r"(same)); /* else the compiler would see that it is @n, and take that */
#endif
    if (USUALLY(is_same))
        return same;
    *guess = (unsigned char)n;
    return n;
}

static INLINE void
put_node(struct json_node *node, uint32_t start, uint32_t end, uint32_t size, uint32_t info)
{
    *node = (struct json_node){start, end, {size}, info};
}

/* Whether the digits of a number that end at @n of 16 bytes are none, too many, or begin with a zero in vain. */
static INLINE int is_odd_number(const char *digits, unsigned n)
{
    return n - 1 >= 15 || (*digits == '0' && n > 1);
}

/* Behind a number of less than 16 bytes; NULL leaves it to read_number. */
static INLINE const char *quick_number(const char *at, struct json_guess *guess)
{
    const char *digits = at + (*at == '-');
    unsigned others = block_no_digits(digits) | 1u << 16;
    unsigned n = guessed(block_first(others), &guess->first);

    if (RARELY(is_odd_number(digits, n)))
        return NULL;
    if (digits[n] == '.') {
        const unsigned behind = guessed(block_first(others & (others - 1)), &guess->second);

        if (RARELY(behind == n + 1 || behind == 16))
            return NULL;
        n = behind;
    }
    return RARELY((digits[n] | 0x20) == 'e') ? NULL : digits + n;
}

/* Behind plain characters; at or behind @safe it may be among them. */
static INLINE const char *quick_plain(const char *at, const char *safe)
{
    unsigned n;

    do {
        if (RARELY(at >= safe))
            return at;
        n = json_plain_chunk(at);
        at += n;
    } while (n == JSON_CHUNK);
    return at;
}

/* Where a string ends; NULL at a mistake and where the text may end before. */
struct quick_end {
    const char *at;
    uint32_t saved; /* as skip_escape counts */
};

/* skip_special for the escapes and characters that are usual, one after the other; it does the rest. */
static INLINE struct quick_end
quick_special_each(struct reader *reader, struct quick_end end, const char *safe)
{
    const char *at = end.at;

    while (at < safe && *at != '"') {
        if (*at == '\\' && (at[1] == '"' || at[1] == 'n' || at[1] == '\\'))
            end.saved += 1;
        else if (
            (unsigned char)*at < 0xC2 || (unsigned char)*at > 0xDF ||
            ((unsigned char)at[1] & 0xC0) != 0x80)
            break;
        at = quick_plain(at + 2, safe);
    }
    end.at = at >= safe ? NULL : *at == '"' ? at : skip_special(reader, at, &end.saved);
    return end;
}

/* The same, by 64 bytes at once where that can be. */
static APART struct quick_end quick_special(struct reader *reader, const char *at, const char *safe)
{
    struct quick_end end = {at, 0};

#if defined(JSON_BLOCKS)
    while (end.at < safe) {
        const unsigned n = json_special_block(end.at, &end.saved);

        if (n == 0)
            break;
        end.at += n;
        if (*end.at == '"' && n < BLOCK_SIZE)
            return end;
    }
#endif
    return quick_special_each(reader, end, safe);
}

/* A string; NULL leaves it to read_string. */
static INLINE const char *
quick_string(struct quick quick, struct spot spot, struct json_guess *guess)
{
    const char *start = spot.at + 1, *at = start;
    uint32_t from = (uint32_t)(start - quick.text), length;
    struct quick_end end;
    unsigned n;

    while ((n = json_plain_chunk(at)) == JSON_CHUNK) {
        at += JSON_CHUNK;
        if (RARELY(at >= quick.safe))
            return NULL;
    }
    at += guessed(n, &guess->first);
    if (USUALLY(*at == '"')) {
        length = (uint32_t)(at - start);
        put_node(spot.node, from, from + length, length, JSON_STRING);
        return at + 1;
    }
    end = quick_special(quick.reader, at, quick.safe);
    if (RARELY(end.at == NULL || end.at >= quick.safe)) /* it may be where the text ends */
        return NULL;
    length = (uint32_t)(end.at - start);
    if (length <= UINT8_MAX)
        length = guessed(length, &guess->second);
    quick.reader->escaped |= end.saved != 0;
    put_node(
        spot.node, from, from + length, length - end.saved,
        JSON_STRING | (end.saved != 0 ? JSON_ESCAPED : 0));
    return start + length + 1;
}

/* Behind null, true or false; NULL leaves it to read_word. */
static INLINE const char *quick_word(const char *at, enum json_kind *kind)
{
    *kind = *at == 'n' ? JSON_NULL : *at == 't' ? JSON_TRUE : JSON_FALSE;
    if (memcmp(at, "null", 4) == 0 || memcmp(at, "true", 4) == 0)
        return at + 4;
    return memcmp(at, "false", 5) == 0 ? at + 5 : NULL;
}

/* A number or a word, of which the one not known to the quick ways is read by the slow one. */
static INLINE const char *quick_bare(struct quick quick, struct spot spot, struct json_guess *guess)
{
    enum json_kind kind = JSON_NUMBER;
    const char *behind;
    uint32_t from = (uint32_t)(spot.at - quick.text);

    if (*spot.at <= '9') {
        behind = quick_number(spot.at, guess);
        if (RARELY(behind == NULL)) {
            behind = read_number(quick.reader, spot).at;
            return behind != NULL && behind < quick.safe ? behind : NULL;
        }
    } else {
        behind = quick_word(spot.at, &kind);
        if (RARELY(behind == NULL))
            return NULL;
    }
    put_node(spot.node, from, from + (uint32_t)(behind - spot.at), 0, kind);
    return behind;
}

static struct spot quick_list(
    const struct quick *quick, struct spot spot, struct json_guess *guesses,
    struct json_context *context, ptrdiff_t depth);
static struct spot quick_object(
    const struct quick *quick, struct spot spot, struct json_context *context, ptrdiff_t depth);

/* A value, with what it takes on the tape; NULL leaves it to read_value. @same is @quick, for those that
 * are not inlined. @which of the guesses is a scalar's. @depth: containers that may be opened in each other. */
static INLINE struct spot quick_value(
    struct quick quick, const struct quick *same, struct spot spot, struct json_guess *guesses,
    unsigned which, struct json_context *context, ptrdiff_t depth)
{
    struct json_guess *guess = &guesses[which];

    if (*spot.at == '"')
        return spot_of(quick_string(quick, spot, guess), spot.node + 1);
    if (*spot.at < '[')
        return spot_of(quick_bare(quick, spot, guess), spot.node + 1);
    if (*spot.at == '[')
        return quick_list(same, spot, guesses, context, depth);
    if (*spot.at == '{')
        return quick_object(same, spot, context, depth);
    return spot_of(quick_bare(quick, spot, guess), spot.node + 1);
}

/* The node of a container that ends behind @spot. */
static INLINE struct spot end_container(
    struct quick quick, struct spot start, struct spot spot, uint32_t count, enum json_kind kind)
{
    put_node(
        start.node, (uint32_t)(start.at - quick.text), (uint32_t)(spot.at + 1 - quick.text),
        (uint32_t)(spot.node - quick.reader->nodes), (uint32_t)kind | count << 5);
    return spot_of(spot.at + 1, spot.node);
}

/* A list, its end included; NULL leaves it to open_container. */
static APART struct spot quick_list(
    const struct quick *given, struct spot start, struct json_guess *guesses,
    struct json_context *context, ptrdiff_t depth)
{
    const struct quick quick = *given;
    struct spot item = spot_of(start.at + 1, start.node + 1);
    uint32_t count = 0;

    if (RARELY(depth <= 0))
        return spot_of(NULL, start.node);
    if (*item.at == ']')
        return end_container(quick, start, item, 0, JSON_ARRAY);
    for (;; item.at++) {
        item.at += *item.at == ' ';
        if (item.at >= quick.safe || item.node > quick.limit)
            return spot_of(NULL, start.node);
        item = quick_value(
            quick, given, item, guesses, count < JSON_GUESSES ? count : JSON_GUESSES - 1, context,
            depth - 1);
        if (item.at == NULL)
            return item;
        count++;
        if (*item.at != ',')
            break;
    }
    if (*item.at != ']' || RARELY(count > COUNT_MAX))
        return spot_of(NULL, start.node);
    return end_container(quick, start, item, count, JSON_ARRAY);
}

/* The key, its colon and what is around it. */
static INLINE struct spot
take_key(const char *text, const struct json_member *member, struct spot spot)
{
    json_put_key(spot.node, member, (uint32_t)(spot.at - text));
    return spot_of(spot.at + member->lead_length, spot.node + 1);
}

/* How far the members of an object were read. */
struct quick_place {
    struct json_member *member; /* behind the last one whose value was read */
    int is_at_value;            /* 1: its key was read, too */
};

/* Values from @spot on, which is that of @place's member, up to one that cannot be read or a key that is
 * another one, or behind the last value before @behind. */
static INLINE struct spot quick_members(
    struct quick quick, const struct quick *same, struct spot spot, struct quick_place *place,
    const struct json_member *behind, ptrdiff_t depth)
{
    struct json_member *member = place->member;

    place->is_at_value = 1;
    while (spot.at < quick.safe && spot.node <= quick.limit) {
        struct spot next =
            quick_value(quick, same, spot, member->guesses, 0, &member->values, depth);

        if (next.at == NULL)
            break;
        spot = next;
        if (++member == behind || !json_lead_is(member, spot.at)) {
            place->is_at_value = 0;
            break;
        }
        spot = take_key(quick.text, member, spot);
    }
    place->member = member;
    return spot;
}

/* After an object that was begun in vain, the next ones are read without trying. */
static APART struct spot give_up(struct json_shape *shape, struct json_node *object)
{
    shape->rests = QUICK_RESTS;
    return spot_of(NULL, object);
}

/* An object that is all of its shape; NULL leaves it to open_container. */
static APART struct spot quick_object(
    const struct quick *given, struct spot start, struct json_context *context, ptrdiff_t depth)
{
    const struct quick quick = *given;
    struct json_shape *shape = context != NULL && context->waiting == 0 ? context->shape : NULL;
    const struct json_member *behind;
    struct quick_place place;
    struct spot spot;

    if (shape == NULL || RARELY(depth <= 0))
        return spot_of(NULL, start.node);
    if (RARELY(shape->rests != 0)) {
        shape->rests--;
        return spot_of(NULL, start.node);
    }
    if (!json_lead_is(shape->members, start.at))
        return give_up(shape, start.node);
    spot = take_key(quick.text, shape->members, spot_of(start.at, start.node + 1));
    place.member = shape->members;
    behind = shape->members + shape->count;
    spot = quick_members(quick, given, spot, &place, behind, depth - 1);
    if (place.member != behind || *spot.at != '}')
        return give_up(shape, start.node);
    start.node[1].info |= json_mark(shape, 0);
    return end_container(quick, start, spot, shape->count, JSON_OBJECT);
}

#endif
