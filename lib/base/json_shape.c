/* SPDX-License-Identifier: MIT */
#include "base/json_shape.h"

#include "base/memory.h"

#include <string.h>

#define ARENA_SIZE  8192 /* kept for the next text */
#define LEAD_PAD    16   /* so that 16 bytes may be read from the last lead on */
#define WALKS       3
#define LEARNED_MAX ((size_t)1024 * 1024)

void json_shapes_begin(struct json_shapes *shapes, int stream)
{
    shapes->lone_object = 0;
    shapes->walks = 0;
    if (stream && shapes->stream && shapes->count < JSON_SHAPES && shapes->learned <= LEARNED_MAX)
        return;
    shapes->stream = stream;
    if (shapes->count != 0)
        arena_rest(&shapes->arena, ARENA_SIZE);
    shapes->count = 0;
    shapes->learned = 0;
    memset(&shapes->root, 0, sizeof shapes->root);
}

void json_shapes_free(struct json_shapes *shapes)
{
    arena_free(&shapes->arena);
    memory_free(shapes->lone);
    memset(shapes, 0, sizeof *shapes);
}

/* An object whose keys are looked at one after the other. */
struct walk {
    const struct json_node *nodes;
    uint32_t object, key;
};

static struct walk walk_over(const struct json_node *nodes, uint32_t object)
{
    return (struct walk){nodes, object, object + 1};
}

static int has_key(const struct walk *walk)
{
    return walk->key < walk->nodes[walk->object].next;
}

static void step(struct walk *walk)
{
    const struct json_node *value = &walk->nodes[walk->key + 1];

    walk->key = json_kind_of(value) >= JSON_ARRAY ? value->next : walk->key + 2;
}

static uint32_t value_start(const struct json_node *value)
{
    return value->start - (json_kind_of(value) == JSON_STRING ? 1 : 0);
}

static uint32_t value_end(const struct json_node *value)
{
    return value->end + (json_kind_of(value) == JSON_STRING ? 1 : 0);
}

/* Bytes that the shape of this object takes, or 0 when it is not to be learned. */
static size_t shape_size(const struct json_node *nodes, uint32_t object, size_t *text_size)
{
    uint32_t lead = nodes[object].start;

    *text_size = 0;
    if (json_count(&nodes[object]) > JSON_SHAPE_KEYS)
        return 0;
    for (struct walk walk = walk_over(nodes, object); has_key(&walk); step(&walk)) {
        const struct json_node *key = &nodes[walk.key];

        *text_size += value_start(key + 1) - lead + (size_t)key->size + 1;
        if (*text_size > JSON_SHAPE_BYTES)
            return 0;
        lead = value_end(key + 1);
    }
    *text_size += LEAD_PAD;
    return sizeof(struct json_shape) + json_count(&nodes[object]) * sizeof(struct json_member) +
           *text_size;
}

static void fill_shape(
    struct json_shape *shape, uint32_t id, const struct json_node *nodes, const char *text,
    uint32_t object)
{
    uint32_t lead = nodes[object].start;
    char *at;

    *shape = (struct json_shape){.id = id, .last = shape->members};
    at = (char *)&shape->members[json_count(&nodes[object])];
    for (struct walk walk = walk_over(nodes, object); has_key(&walk); step(&walk)) {
        const struct json_node *key = &nodes[walk.key];
        struct json_member *member = &shape->members[shape->count];

        member->lead = at;
        member->lead_length = value_start(key + 1) - lead;
        member->key = *key;
        member->key.start -= lead;
        member->key.end -= lead;
        member->key.info &= 31u;
        member->key.info |= shape->count != 0 ? json_mark(shape, shape->count) : 0;
        memcpy(at, text + lead, member->lead_length);
        member->lead_mask = member->lead_length < 16 ? (1 << member->lead_length) - 1 : 0xFFFF;
        at += member->lead_length;
        member->name = at;
        member->name_length = key->size;
        json_decode(text, key, at);
        at += key->size;
        *at++ = '\0';
        member->place = walk.key - object;
        member->info = member->key.info | (shape->count == 0 ? json_mark(shape, 0) : 0);
        member->after = NULL;
        memset(member->guesses, 0, sizeof member->guesses);
        member->values = (struct json_context){NULL, 0, 0};
        lead = value_end(key + 1);
        shape->count++;
    }
    memset(at, 0, LEAD_PAD);
}

static int has_escaped_key(const struct json_node *nodes, uint32_t object)
{
    for (struct walk walk = walk_over(nodes, object); has_key(&walk); step(&walk)) {
        if ((nodes[walk.key].info & JSON_ESCAPED) != 0)
            return 1;
    }
    return 0;
}

/* Without memory nothing is learned, which is slow but not wrong. */
static void learn(
    struct json_shapes *shapes, struct json_context *context, const struct json_node *nodes,
    const char *text, uint32_t object)
{
    size_t text_size, size = shape_size(nodes, object, &text_size);
    struct json_shape *shape;

    if (size == 0 || shapes->count == JSON_SHAPES || shapes->learned > LEARNED_MAX ||
        has_escaped_key(nodes, object))
        return;
    shapes->learned += size;
    if (shapes->arena.first_size == 0)
        arena_init(&shapes->arena, ARENA_SIZE);
    shape = arena_get(&shapes->arena, size);
    if (shape == NULL)
        return;
    shapes->table[shapes->count++] = shape;
    fill_shape(shape, shapes->count, nodes, text, object);
    context->shape = shape;
}

struct json_shape *json_shape_expected(
    struct json_shapes *shapes, struct json_context *context, const struct json_node *nodes,
    const char *text)
{
    if (context->waiting != 0) {
        learn(shapes, context, nodes, text, context->waiting - 1);
        context->waiting = 0;
    }
    return context->shape;
}

/* Objects may be of many shapes: the more of them were missed, the rarer is another one learned. In
 * a text, only when there is one more object in the same place. */
void json_shape_missed(
    struct json_shapes *shapes, struct json_context *context, const struct json_node *nodes,
    const char *text, uint32_t object)
{
    if (json_count(&nodes[object]) == 0)
        return;
    context->misses++;
    if ((context->misses & (context->misses - 1)) != 0)
        return;
    if (shapes->stream)
        learn(shapes, context, nodes, text, object);
    else
        context->waiting = object + 1;
}

/* The shape that all of the object has, or NULL. */
static struct json_shape *
shape_of(const struct json_shapes *shapes, const struct json_node *nodes, uint32_t object)
{
    uint32_t id = nodes[object + 1].info >> 21;

    return id != 0 ? shapes->table[id - 1] : NULL;
}

/* Learns this one object, or NULL when that cannot be. */
static struct json_shape *lone_shape(
    struct json_shapes *shapes, const struct json_node *nodes, const char *text, uint32_t object)
{
    size_t text_size, size;

    if (shapes->lone_object == object + 1)
        return shapes->lone;
    shapes->lone_object = 0;
    size = shape_size(nodes, object, &text_size);
    if (size == 0)
        return NULL;
    if (size > shapes->lone_size) {
        struct json_shape *lone = memory_grow(shapes->lone, size * 2);

        if (lone == NULL)
            return NULL;
        shapes->lone = lone;
        shapes->lone_size = size * 2;
    }
    fill_shape(shapes->lone, 0, nodes, text, object);
    shapes->lone_object = object + 1;
    return shapes->lone;
}

/* The first member of this name. What was asked for next the last time is tried first; a member that
 * is remembered was found by its name, so it is the first of it. */
static uint32_t find_member(struct json_shape *shape, const char *name)
{
    struct json_member *guess = shape->last->after;
    size_t length;

    if (guess != NULL && strcmp(guess->name, name) == 0) {
        shape->last = guess;
        return (uint32_t)(guess - shape->members);
    }
    length = strlen(name);
    for (uint32_t i = 0; i < shape->count; i++) {
        struct json_member *member = &shape->members[i];

        if (member->name_length == length && json_same_bytes(member->name, name, length)) {
            shape->last->after = member;
            shape->last = member;
            return i;
        }
    }
    return JSON_NONE;
}

static uint32_t count_off(const struct json_node *nodes, uint32_t object, uint32_t index)
{
    struct walk walk = walk_over(nodes, object);

    while (index-- > 0)
        step(&walk);
    return walk.key;
}

/* The key of a member, where it was in the object before or counted off. */
static uint32_t
place_of(struct json_shape *shape, const struct json_node *nodes, uint32_t object, uint32_t index)
{
    struct json_member *member = &shape->members[index];
    uint32_t key = object + member->place;

    if (index == 0 || shape->id == 0)
        return key;
    if (key < nodes[object].next && nodes[key].info >> 5 == member->key.info >> 5 &&
        json_kind_of(&nodes[key]) == JSON_STRING)
        return key;
    key = count_off(nodes, object, index);
    member->place = key - object;
    return key;
}

static struct json_shape *known_shape(
    struct json_shapes *shapes, const struct json_node *nodes, const char *text, uint32_t object)
{
    struct json_shape *shape = shape_of(shapes, nodes, object);

    return shape != NULL ? shape : lone_shape(shapes, nodes, text, object);
}

/* An object that is asked a few times only is not worth learning. */
static int is_asked_often(struct json_shapes *shapes, uint32_t object)
{
    if (shapes->walked != object) {
        shapes->walked = object;
        shapes->walks = 0;
    }
    return shapes->lone_object == object + 1 || ++shapes->walks > WALKS;
}

uint32_t json_shape_member(
    struct json_shapes *shapes, const struct json_tape *tape, const char *text, uint32_t object,
    const char *name)
{
    const struct json_node *nodes = tape->nodes;
    struct json_shape *shape;
    uint32_t index;

    if (json_kind_of(&nodes[object]) != JSON_OBJECT || json_count(&nodes[object]) == 0)
        return JSON_NONE;
    shape = shape_of(shapes, nodes, object);
    if (shape == NULL && is_asked_often(shapes, object))
        shape = lone_shape(shapes, nodes, text, object);
    if (shape == NULL)
        return json_member(tape, text, object, name, strlen(name));
    index = find_member(shape, name);
    return index == JSON_NONE ? JSON_NONE : place_of(shape, nodes, object, index) + 1;
}

uint32_t json_shape_key(
    struct json_shapes *shapes, const struct json_tape *tape, const char *text, uint32_t object,
    uint32_t index)
{
    struct json_shape *shape = known_shape(shapes, tape->nodes, text, object);

    return shape != NULL ? place_of(shape, tape->nodes, object, index)
                         : count_off(tape->nodes, object, index);
}
