/* SPDX-License-Identifier: MIT */
/* Reading a call of a chain, ["name", argument…, {options}], and its values. What is not as it should
 * be ends the program. */
#ifndef DRIVE_VALUE_H
#define DRIVE_VALUE_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include <supa/value.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Argument @i of a call, from 1. */
const cJSON *argument(const cJSON *call, int i);
const char *text_argument(const cJSON *call, int i);
int64_t int_argument(const cJSON *call, int i);

/* An option of the call, which come last as an object; NULL when it is not there. */
const cJSON *option(const cJSON *call, const char *name);
const char *text_option(const cJSON *call, const char *name);
int is_set(const cJSON *call, const char *name);

/* The place of @text among @words. */
int word_of(const char *text, const char *const *words, size_t count);

/* The tree as text, for cJSON_free. */
char *print(const cJSON *tree);

/* A value and what it borrows, until let_go. */
struct held {
    supa_value value;
    supa_value *elements;
    char *json;
};

/* An object is JSON; {"$json": …} is JSON of any kind. */
struct held hold(const cJSON *json);
/* The same for what goes into a body, where a list may hold objects. */
struct held hold_for_body(const cJSON *json);
void let_go(struct held *held);

#endif
