/* SPDX-License-Identifier: MIT */
/* The JSON reader once more, without vector instructions, under other names. */
#ifndef UNIT_JSON_PLAIN_H
#define UNIT_JSON_PLAIN_H

#include "base/json.h"

int plain_json_parse(
    struct json_tape *tape, const char *text, size_t length, struct json_error *error);
int plain_json_parse_rows(
    struct json_tape *tape, struct json_shapes *shapes, const char *text, size_t length,
    struct json_error *error);

#endif
