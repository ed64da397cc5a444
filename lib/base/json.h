/* SPDX-License-Identifier: MIT */
/* A strict reader of JSON (RFC 8259). One pass over the text checks it and lays out a flat tape of
 * nodes in document order; nothing is copied, and numbers stay digits until they are asked for. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

#define JSON_DEPTH 512        /* containers inside each other */
#define JSON_NONE  UINT32_MAX /* no node */

/* One value, or one key: in an object each key (a string node) is followed by its value. */
struct json_node {
    uint32_t start, end; /* its bytes in the text; a string's are those between the quotes */
    union {
        uint32_t next; /* a container's: the node behind everything in it */
        uint32_t size; /* a string's: its bytes when decoded, never more than end − start */
    };
    uint32_t info; /* kind, flags, count: see json_kind_of and the two below */
};

#define JSON_ESCAPED 8u  /* a string with backslashes in it */
#define JSON_MARK    16u /* never set here: for who owns the tape */

static inline enum json_kind json_kind_of(const struct json_node *node)
{
    return (enum json_kind)(node->info & 7u);
}

/* How many elements or members; for containers only. */
static inline uint32_t json_count(const struct json_node *node)
{
    return node->info >> 5;
}

struct json_tape {
    struct json_node *nodes; /* the root first */
    uint32_t count;
    uint32_t capacity;
    int escaped; /* 1: there are strings with backslashes in them */
};

struct json_error {
    size_t offset;    /* of the byte that is wrong, or the length when the text ends too early */
    const char *what; /* in words; a constant that shows nothing of the text */
};

enum { JSON_OK = 0, JSON_MALFORMED = -1, JSON_NO_MEMORY = -2 };

/* Reads all of @text, which needs no NUL behind it. @tape starts as zeros; it may hold another
 * document before, whose memory is used again. After a failure the tape is empty.
 *
 * Refused besides what the grammar refuses: broken UTF-8, a byte-order mark, half a surrogate pair,
 * nesting beyond JSON_DEPTH, 4 GiB or more, more than 2^27 − 1 values in one container.
 * Accepted, as the RFC does: a key that comes twice, \u0000.
 *
 * Returns JSON_OK, JSON_MALFORMED with @error filled in, or JSON_NO_MEMORY. */
int json_parse(struct json_tape *tape, const char *text, size_t length, struct json_error *error);

struct json_shapes;

/* The same for a text whose objects are alike, or for those who ask for members by name: see
 * json_shape.h. What @shapes knew of another text is forgotten. */
int json_parse_rows(
    struct json_tape *tape, struct json_shapes *shapes, const char *text, size_t length,
    struct json_error *error);
/* The same for one element of an array, cut out of it: the array counts as a container around it.
 * @shapes keeps what it learned from elements before. */
int json_parse_element(
    struct json_tape *tape, struct json_shapes *shapes, const char *text, size_t length,
    struct json_error *error);
/* The same for an element that something may stand behind, when it is a container or a string: its
 * length, or 0 when it is wrong or goes on beyond @length or memory is gone. */
size_t json_parse_front(
    struct json_tape *tape, struct json_shapes *shapes, const char *text, size_t length);
void json_tape_free(struct json_tape *tape);

/* The node behind @node and everything in it. */
static inline uint32_t json_next(const struct json_tape *tape, uint32_t node)
{
    const struct json_node *n = &tape->nodes[node];

    return json_kind_of(n) >= JSON_ARRAY ? n->next : node + 1;
}

/* The value of the object's member @name, which is compared decoded, or JSON_NONE. Of two members of
 * one name the first counts (`select=id,id` makes such rows). Walks over the members. */
uint32_t json_member(
    const struct json_tape *tape, const char *text, uint32_t object, const char *name,
    size_t length);
/* 1 when the string decodes to these bytes. */
int json_string_is(
    const char *text, const struct json_node *string, const char *bytes, size_t length);
/* Writes the string's size bytes, decoded, and no NUL. \u0000 becomes a NUL byte. */
void json_decode(const char *text, const struct json_node *string, char *out);

#endif
