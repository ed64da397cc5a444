/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/json_quick.h"

#include <string.h>

/* A key, its colon, and the blanks up to the value. */
static APART struct spot read_key(struct reader *reader, struct spot spot)
{
    if (RARELY(spot.at == reader->end || *spot.at != '"'))
        return spot_of(missing(reader, spot.at, "a key must stand here"), spot.node);
    spot = read_string(reader, spot);
    if (RARELY(spot.at == NULL))
        return spot;
    spot.at = skip_blanks(spot.at, reader->end);
    if (RARELY(spot.at == reader->end || *spot.at != ':'))
        return spot_of(missing(reader, spot.at, "a colon must stand here"), spot.node);
    spot.at = skip_blanks(spot.at + 1, reader->end);
    return spot;
}

/* Where the value that comes next stands; NULL where nothing is remembered. */
static inline struct json_context *next_context(const struct reader *reader)
{
    const struct frame *top = reader->top;

    if (top == reader->bottom || top->closes == ']')
        return top->context;
    return top->shape != NULL ? &top->shape->members[top->count - 1].values : NULL;
}

/* Whether the next key, and all around it, is what the shape says. */
static INLINE int
is_expected(const struct reader *reader, const struct json_member *member, const char *at)
{
    return (size_t)(reader->end - at) > member->lead_length &&
           json_same_bytes(member->lead, at, member->lead_length);
}

static INLINE void
push(struct reader *reader, const struct json_node *node, char closes, struct json_context *context)
{
    struct frame *top = ++reader->top;

    top->node = (uint32_t)(node - reader->nodes);
    top->count = 0;
    top->shape = NULL;
    top->context = context;
    top->closes = closes;
}

/* Remembers what an object looked like. */
static inline void note_shape(struct reader *reader, const struct frame *frame)
{
    if (RARELY(frame->shape == NULL))
        json_shape_missed(reader->shapes, frame->context, reader->nodes, reader->text, frame->node);
    else
        reader->nodes[frame->node + 1].info |= json_mark(frame->shape, 0);
}

static INLINE struct spot close_container(struct reader *reader, struct spot spot)
{
    struct frame *frame = reader->top--;
    struct json_node *container = &reader->nodes[frame->node];

    container->end = (uint32_t)(spot.at + 1 - reader->text);
    container->next = (uint32_t)(spot.node - reader->nodes);
    container->info |= frame->count << 5;
    if (frame->closes == '}' && frame->context != NULL)
        note_shape(reader, frame);
    return spot_of(spot.at + 1, spot.node);
}

/* The first key of an object, as its shape says if it has one; else as read_first would. */
static INLINE int begin_shape(struct reader *reader, struct spot *spot)
{
    struct frame *top = reader->top;
    struct json_shape *shape;

    if (top->context == NULL)
        return 0;
    shape = json_shape_expected(reader->shapes, top->context, reader->nodes, reader->text);
    if (shape == NULL || !is_expected(reader, &shape->members[0], spot->at))
        return 0;
    top->shape = shape;
    top->count = 1;
    *spot = take_key(reader->text, &shape->members[0], *spot);
    return 1;
}

/* Up to the first value, or behind an empty container. */
static INLINE struct spot open_container(struct reader *reader, struct spot spot)
{
    int is_object = *spot.at == '{';
    struct json_context *context = next_context(reader);
    struct frame *top;

    if (RARELY(reader->top == reader->highest))
        return spot_of(wrong(reader, spot.at, "nested too deeply"), spot.node);
    push(reader, spot.node, is_object ? '}' : ']', context);
    top = reader->top;
    spot.node->start = (uint32_t)(spot.at - reader->text);
    spot.node->info = is_object ? JSON_OBJECT : JSON_ARRAY;
    spot.node++;
    if (is_object && begin_shape(reader, &spot))
        return spot;
    spot.at = skip_blanks(spot.at + 1, reader->end);
    if (spot.at < reader->end && *spot.at == top->closes)
        return close_container(reader, spot);
    top->count = 1;
    return is_object ? read_key(reader, spot) : spot;
}

/* Behind a comma and blanks: up to the next value. */
static INLINE struct spot read_next(struct reader *reader, struct spot spot)
{
    struct frame *top = reader->top;

    if (RARELY(top->count == COUNT_MAX))
        return spot_of(wrong(reader, spot.at, "too many values in one list"), spot.node);
    top->count++;
    top->shape = NULL;
    return top->closes == '}' ? read_key(reader, spot) : spot;
}

/* Behind a value: closes what ends there; up to the next value, or behind the root. An object that
 * has all keys of its shape keeps it if it ends then. */
static APART struct spot read_behind(struct reader *reader, struct spot spot)
{
    while (reader->top != reader->bottom) {
        struct frame *top = reader->top;

        if (top->shape != NULL && top->count < top->shape->count) {
            const struct json_member *member = &top->shape->members[top->count];

            if (is_expected(reader, member, spot.at)) {
                top->count++;
                return take_key(reader->text, member, spot);
            }
            top->shape = NULL;
        }
        spot.at = skip_blanks(spot.at, reader->end);
        if (RARELY(spot.at == reader->end))
            return spot_of(missing(reader, spot.at, NULL), spot.node);
        if (*spot.at == ',') {
            spot.at = skip_blanks(spot.at + 1, reader->end);
            return read_next(reader, spot);
        }
        if (RARELY(*spot.at != top->closes))
            return spot_of(
                wrong(reader, spot.at, "a comma or the end of a list must stand here"), spot.node);
        spot = close_container(reader, spot);
    }
    return spot;
}

/* One value and all up to the next. Of a container only the start, unless it is empty. Blanks may
 * stand before it when there were less of them in the shape. */
static INLINE struct spot read_value(struct reader *reader, struct spot spot)
{
    char c;

    spot.at = skip_blanks(spot.at, reader->end);
    if (RARELY(spot.at == reader->end))
        return spot_of(missing(reader, spot.at, NULL), spot.node);
    c = *spot.at;
    if (c == '"')
        spot = read_string(reader, spot);
    else if (c == '-' || number_digit(c))
        spot = read_number(reader, spot);
    else if (c == '{' || c == '[') {
        const struct frame *top = reader->top;

        spot = open_container(reader, spot);
        if (spot.at == NULL || reader->top != top)
            return spot;
    } else
        spot = read_word(reader, spot);
    return RARELY(spot.at == NULL) ? spot : read_behind(reader, spot);
}

/* Values of an object that looks like its shape, as long as they can be read quickly. */
static INLINE struct spot go_on_members(struct reader *reader, struct spot spot)
{
    const struct quick quick = quick_of(reader);
    struct frame *top = reader->top;
    struct json_member *members = top->shape->members;
    struct quick_place place = {&members[top->count - 1], 1};

    spot = quick_members(
        quick, &quick, spot, &place, &members[top->shape->count], quick_depth(reader));
    top->count = (uint32_t)(place.member - members) + (place.is_at_value ? 1 : 0);
    return place.is_at_value ? spot : read_behind(reader, spot);
}

/* The same for a list. */
static INLINE struct spot go_on_elements(struct reader *reader, struct spot spot)
{
    const struct quick quick = quick_of(reader);
    struct frame *top = reader->top;
    struct json_guess guesses[JSON_GUESSES] = {{1, 2}};

    while (spot.at < quick.safe && spot.node <= quick.limit) {
        struct spot next =
            quick_value(quick, &quick, spot, guesses, 0, top->context, quick_depth(reader));

        if (next.at == NULL)
            break;
        spot = next;
        if (*spot.at != ',' || spot.at >= quick.safe || RARELY(top->count == COUNT_MAX))
            return read_behind(reader, spot);
        top->count++;
        spot.at = skip_blanks(spot.at + 1, reader->end);
    }
    return spot;
}

/* An object that is no member of one that looks like its shape. */
static INLINE struct spot go_on_object(struct reader *reader, struct spot spot)
{
    const struct quick quick = quick_of(reader);
    struct spot behind = quick_object(&quick, spot, next_context(reader), quick_depth(reader));

    return behind.at == NULL ? spot : read_behind(reader, behind);
}

/* Values that can be read quickly, up to one that cannot, or behind the root. */
static INLINE struct spot read_quickly(struct reader *reader, struct spot spot)
{
    const struct frame *top = reader->top;

    if (reader->end - spot.at < SLACK)
        return spot;
    if (top != reader->bottom && top->shape != NULL)
        return go_on_members(reader, spot);
    if (top != reader->bottom && top->closes == ']')
        return go_on_elements(reader, spot);
    return *spot.at == '{' ? go_on_object(reader, spot) : spot;
}

/* The value; in *@count the nodes that it takes. Before each value there is room for two nodes: its
 * own, and that of the key before the next one. */
static const char *read_root(struct reader *reader, uint32_t *count)
{
    struct spot spot = spot_of(skip_blanks(reader->text, reader->end), reader->nodes);
    const char *before;

    for (;;) {
        if (RARELY(reader->limit - spot.node < 2) &&
            (spot.node = grow(reader, spot.node, spot.at)) == NULL)
            return wrong(reader, spot.at, NULL);
        before = spot.at;
        spot = read_quickly(reader, spot);
        if (spot.at == before)
            spot = read_value(reader, spot);
        if (spot.at == NULL || reader->top == reader->bottom)
            break;
    }
    *count = (uint32_t)(spot.node - reader->nodes);
    return spot.at;
}

static const char *read_document(struct reader *reader, uint32_t *count)
{
    const char *at = read_root(reader, count);

    if (at == NULL || reader->part)
        return at;
    at = skip_blanks(at, reader->end);
    return at == reader->end ? at : wrong(reader, at, "something stands behind the value");
}

/* Reads with a reader whose text and knowledge are set; the end of what was read, or NULL. */
static const char *
run(struct reader *reader, struct json_tape *tape, uint32_t depth, struct json_error *error)
{
    struct frame frames[JSON_DEPTH + 1];
    const char *end;

    frames[0].context = reader->shapes != NULL ? &reader->shapes->root : NULL;
    reader->top = reader->bottom = frames;
    reader->highest = frames + JSON_DEPTH - depth;
    reader->nodes = tape->nodes;
    reader->limit = tape->nodes != NULL ? tape->nodes + tape->capacity : NULL;
    if ((size_t)(reader->end - reader->text) >= UINT32_MAX)
        end = wrong(reader, reader->text, "the text is too long");
    else
        end = read_document(reader, &tape->count);
    tape->nodes = reader->nodes;
    tape->capacity = (uint32_t)(reader->limit - reader->nodes);
    tape->escaped = end != NULL && reader->escaped;
    if (end != NULL)
        return end;
    tape->count = 0;
    error->what = reader->what != NULL ? reader->what : "out of memory";
    error->offset = (size_t)(reader->wrong_at - reader->text);
    return NULL;
}

static int status_of(const struct reader *reader, const char *end)
{
    return end != NULL ? JSON_OK : reader->what != NULL ? JSON_MALFORMED : JSON_NO_MEMORY;
}

int json_parse(struct json_tape *tape, const char *text, size_t length, struct json_error *error)
{
    struct reader reader = {.text = text, .end = text + length};

    return status_of(&reader, run(&reader, tape, 0, error));
}

int json_parse_rows(
    struct json_tape *tape, struct json_shapes *shapes, const char *text, size_t length,
    struct json_error *error)
{
    struct reader reader = {.text = text, .end = text + length, .shapes = shapes};

    json_shapes_begin(shapes, 0);
    return status_of(&reader, run(&reader, tape, 0, error));
}

int json_parse_element(
    struct json_tape *tape, struct json_shapes *shapes, const char *text, size_t length,
    struct json_error *error)
{
    struct reader reader = {.text = text, .end = text + length, .shapes = shapes};

    json_shapes_begin(shapes, 1);
    return status_of(&reader, run(&reader, tape, 1, error));
}

size_t json_parse_front(
    struct json_tape *tape, struct json_shapes *shapes, const char *text, size_t length)
{
    struct reader reader = {.text = text, .end = text + length, .shapes = shapes, .part = 1};
    struct json_error error;
    const char *end;

    json_shapes_begin(shapes, 1);
    end = run(&reader, tape, 1, &error);
    return end != NULL ? (size_t)(end - text) : 0;
}

void json_tape_free(struct json_tape *tape)
{
    memory_free(tape->nodes);
    memset(tape, 0, sizeof *tape);
}
