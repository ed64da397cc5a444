/* SPDX-License-Identifier: MIT */
/* What the objects of a text have in common. Rows of one answer have the same keys in the same order,
 * written in the same way, so the keys of one are learned, and the reader compares those of the next
 * with them as a whole instead of reading each. What is learned changes no answer: an object that
 * differs is read without it. Where an object stands decides what it is compared with: its context
 * is a member of the object around it, or the root.
 *
 * Who looks for members by name uses the same knowledge: which key was asked for after which, and
 * where it was found in the object before. */
#ifndef BASE_JSON_SHAPE_H
#define BASE_JSON_SHAPE_H

#include "base/arena.h"
#include "base/block.h"
#include "base/json.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JSON_SHAPES      64    /* of one text, or of one stream until it begins anew */
#define JSON_SHAPE_KEYS  4096  /* keys of an object that is learned */
#define JSON_SHAPE_BYTES 65536 /* of these keys */

/* Objects at one place. */
struct json_context {
    struct json_shape *shape; /* the last that was learned here, or NULL */
    uint32_t waiting;         /* an object to learn from when the next one comes, + 1, or 0 */
    uint32_t misses;          /* objects that had another shape */
};

/* Of the last value how long a string was up to what is not plain, and as a whole if it was not plain; or the parts
 * of a number: what the next one's are likely to be. */
struct json_guess {
    unsigned char first, second;
};

/* Of a value, or of each of the first elements of a list and one for the rest. */
#define JSON_GUESSES 4

struct json_member {
    const char *lead; /* from the brace, or from behind the value before, up to the value */
    uint32_t lead_length;
    int lead_mask;        /* the lowest 16 bits or as many as the lead has bytes */
    struct json_node key; /* the key's node if the lead were the text */
    const char *name;     /* the key decoded, with a NUL behind it */
    uint32_t name_length;
    uint32_t place;            /* nodes from the object to the key, as it was found last */
    uint32_t info;             /* of the key's node in an object that is all of this shape */
    struct json_member *after; /* the member that was asked for after this one, or NULL */
    struct json_guess guesses[JSON_GUESSES];
    struct json_context values;
};

struct json_shape {
    uint32_t id; /* from 1 on; 0 for that of a lone object */
    uint32_t count;
    struct json_member *last; /* that was asked for */
    uint32_t rests;           /* objects to come that are not to be tried as a whole */
    struct json_member members[];
};

/* Zeros are empty ones. */
struct json_shapes {
    struct arena arena;
    struct json_shape *table[JSON_SHAPES]; /* by id − 1 */
    uint32_t count;
    size_t learned; /* bytes of them */
    int stream;     /* what is known holds for the next text too */
    struct json_context root;
    /* The object of no shape in which a member was asked for last: what is known of it is exact. */
    struct json_shape *lone;
    size_t lone_size;
    uint32_t lone_object;   /* its node + 1, or 0 */
    uint32_t walked, walks; /* the object that was walked over instead, and how often */
};

/* Before a text is read. In a stream what was learned is kept, within bounds. */
void json_shapes_begin(struct json_shapes *shapes, int stream);
void json_shapes_free(struct json_shapes *shapes);

/* The marks on keys, in the bits of info where containers have their count: the shape on the first
 * key of an object when all of it is of that shape; on each other key which one it is. */
static inline uint32_t json_mark(const struct json_shape *shape, uint32_t member)
{
    return shape->id << 21 | member << 5;
}

/* What objects in this context are to be compared with; NULL when nothing is known. @nodes is the tape
 * of the text that is being read. */
struct json_shape *json_shape_expected(
    struct json_shapes *shapes, struct json_context *context, const struct json_node *nodes,
    const char *text);
/* After an object in this context that had another shape, or of which none was expected. */
void json_shape_missed(
    struct json_shapes *shapes, struct json_context *context, const struct json_node *nodes,
    const char *text, uint32_t object);

/* The value of the object's first member of this name, or JSON_NONE: json_member, but quick when
 * many objects are asked alike. */
uint32_t json_shape_member(
    struct json_shapes *shapes, const struct json_tape *tape, const char *text, uint32_t object,
    const char *name);
/* The same when the object has a shape and is asked as the one before was; else JSON_NONE, which says
 * nothing. */
static inline uint32_t json_shape_guess(
    struct json_shapes *shapes, const struct json_node *nodes, uint32_t object, const char *name);
/* The key of the object's member @index, which must exist. */
uint32_t json_shape_key(
    struct json_shapes *shapes, const struct json_tape *tape, const char *text, uint32_t object,
    uint32_t index);

/* memcmp for what is too short for a call: words that may overlap. 1 when they are the same. */
static inline int json_same_bytes(const char *a, const char *b, size_t length)
{
    uint64_t x, y;
    uint32_t v, w;

    if (length >= 8) {
        size_t at = 0;

        for (; at + 8 < length; at += 8) {
            memcpy(&x, a + at, 8);
            memcpy(&y, b + at, 8);
            if (x != y)
                return 0;
        }
        memcpy(&x, a + length - 8, 8);
        memcpy(&y, b + length - 8, 8);
        return x == y;
    }
    if (length < 4) {
        while (length > 0 && a[length - 1] == b[length - 1])
            length--;
        return length == 0;
    }
    memcpy(&v, a, 4);
    memcpy(&w, b, 4);
    if (v != w)
        return 0;
    memcpy(&v, a + length - 4, 4);
    memcpy(&w, b + length - 4, 4);
    return v == w;
}

#define JSON_LEAD 32

/* Whether the bytes at @at are the member's lead, unless that is longer than JSON_LEAD, which both
 * have. */
static inline int json_lead_is(const struct json_member *member, const char *at)
{
    size_t length = member->lead_length;
#if defined(BLOCK_SSE2)
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)member->lead);
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)at);

    if ((~_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) & member->lead_mask) != 0)
        return 0;
    if (length <= 16)
        return 1;
    if (length > JSON_LEAD)
        return 0;
    a = _mm_loadu_si128((const __m128i *)(const void *)(member->lead + length - 16));
    b = _mm_loadu_si128((const __m128i *)(const void *)(at + length - 16));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) == 0xFFFF;
#else
    return length <= JSON_LEAD && json_same_bytes(member->lead, at, length);
#endif
}

/* The node of a key whose lead is at @start in the text. */
static inline void
json_put_key(struct json_node *node, const struct json_member *member, uint32_t start)
{
#if defined(BLOCK_SSE2)
    __m128i key = _mm_loadu_si128((const __m128i *)(const void *)&member->key);
    __m128i by = _mm_cvtsi32_si128((int)start);

    _mm_storeu_si128((__m128i *)(void *)node, _mm_add_epi32(key, _mm_unpacklo_epi32(by, by)));
#else
    *node = member->key;
    node->start += start;
    node->end += start;
#endif
}

static inline uint32_t json_shape_guess(
    struct json_shapes *shapes, const struct json_node *nodes, uint32_t object, const char *name)
{
    const struct json_node *container = &nodes[object];
    struct json_shape *shape;
    struct json_member *member;
    uint32_t id, key;

    if (json_kind_of(container) != JSON_OBJECT || json_count(container) == 0)
        return JSON_NONE;
    id = container[1].info >> 21;
    if (id == 0)
        return JSON_NONE;
    shape = shapes->table[id - 1];
    member = shape->last->after;
    if (member == NULL)
        return JSON_NONE;
    key = object + member->place;
    if (key >= container->next || nodes[key].info != member->info ||
        strcmp(member->name, name) != 0)
        return JSON_NONE;
    shape->last = member;
    return key + 1;
}

#endif
