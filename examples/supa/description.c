/* SPDX-License-Identifier: MIT */
#include "description.h"

#include "fail.h"
#include "text.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

void description_read(struct description *description, supa_client *client)
{
    struct text json = {0};
    const char *body;
    size_t length;

    description->answer = supa_openapi(client);
    body = supa_response_body(description->answer, &length);
    text_putc(&json, '[');
    text_put(&json, body, length);
    text_putc(&json, ']');
    description->rows = supa_response_of_rows(json.data, json.length);
    description->row = supa_response_first(description->rows);
    text_free(&json);
}

void description_free(struct description *description)
{
    supa_response_free(description->answer);
    supa_response_free(description->rows);
}

#define MOST 4

struct likely {
    char *name;
    size_t distance;
};

/* Into the list at its place, the nearest first; the last one makes room. */
static void keep(struct likely list[MOST + 1], char *name, size_t distance)
{
    size_t i = MOST;

    for (; i > 0 && (list[i - 1].name == NULL || list[i - 1].distance > distance); i--)
        list[i] = list[i - 1];
    list[i] = (struct likely){name, distance};
    free(list[MOST].name);
    list[MOST] = (struct likely){0};
}

/* Names that are near, or have the word in them. Whether it is one itself. */
static int find_likely(supa_row definitions, const char *relation, struct likely list[MOST + 1])
{
    const char *name, *json;
    size_t length, json_length;

    for (size_t i = 0;
         supa_row_at(definitions, i, &name, &length, &json, &json_length) == SUPA_FIELD_VALUE;
         i++) {
        char *copy = copy_of(name, length);
        const size_t distance = distance_of(copy, relation);

        if (distance == 0) {
            free(copy);
            return 1;
        }
        if (distance <= 1 + length / 4 || strstr(copy, relation) != NULL)
            keep(list, copy, distance);
        else
            free(copy);
    }
    return 0;
}

static void put_likely(struct text *out, struct likely list[MOST + 1])
{
    for (size_t i = 0; i < MOST && list[i].name != NULL; i++) {
        text_puts(out, i > 0 ? ", " : "");
        text_puts(out, list[i].name);
        free(list[i].name);
    }
}

void description_advise(supa_client *client, const char *relation)
{
    struct likely list[MOST + 1] = {{0}};
    struct description found;
    struct text likely = {0};
    supa_row definitions;

    description_read(&found, client);
    if (supa_response_ok(found.answer) &&
        supa_row_row(found.row, "definitions", &definitions) == SUPA_FIELD_VALUE) {
        const int is_there = find_likely(definitions, relation, list);

        put_likely(&likely, list);
        if (is_there)
            advise("the server has a table of this name");
        else if (likely.length != 0)
            advise("the server has %s", likely.data);
        else
            advise("the server has no table of a name like it");
    }
    text_free(&likely);
    description_free(&found);
}
