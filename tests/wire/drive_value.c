/* SPDX-License-Identifier: MIT */
#include "drive_value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void die(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("drive: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

static const char *call_name(const cJSON *call)
{
    const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(call, 0));

    return name != NULL ? name : "(no name)";
}

const cJSON *argument(const cJSON *call, int i)
{
    const cJSON *found = cJSON_GetArrayItem(call, i);

    if (found == NULL)
        die("%s: argument %d is missing", call_name(call), i);
    return found;
}

const char *text_argument(const cJSON *call, int i)
{
    const char *text = cJSON_GetStringValue(argument(call, i));

    if (text == NULL)
        die("%s: argument %d is not a text", call_name(call), i);
    return text;
}

int64_t int_argument(const cJSON *call, int i)
{
    const cJSON *number = argument(call, i);

    if (!cJSON_IsNumber(number))
        die("%s: argument %d is not a number", call_name(call), i);
    return (int64_t)number->valuedouble;
}

const cJSON *option(const cJSON *call, const char *name)
{
    const cJSON *last = cJSON_GetArrayItem(call, cJSON_GetArraySize(call) - 1);

    return cJSON_IsObject(last) ? cJSON_GetObjectItemCaseSensitive(last, name) : NULL;
}

const char *text_option(const cJSON *call, const char *name)
{
    return cJSON_GetStringValue(option(call, name));
}

int is_set(const cJSON *call, const char *name)
{
    return cJSON_IsTrue(option(call, name));
}

int word_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; text != NULL && i < count; i++) {
        if (strcmp(text, words[i]) == 0)
            return (int)i;
    }
    die("the word %s is not known here", text != NULL ? text : "(none)");
}

char *print(const cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);

    if (text == NULL)
        die("out of memory");
    return text;
}

static supa_value scalar(const cJSON *json)
{
    if (cJSON_IsString(json))
        return supa_text(json->valuestring);
    if (cJSON_IsBool(json))
        return supa_bool(cJSON_IsTrue(json));
    if (cJSON_IsNull(json))
        return supa_null();
    if (!cJSON_IsNumber(json))
        die("a list holds something else than scalars");
    if (floor(json->valuedouble) == json->valuedouble && fabs(json->valuedouble) < 9e15)
        return supa_int((int64_t)json->valuedouble);
    return supa_real(json->valuedouble);
}

static void hold_list(struct held *held, const cJSON *list)
{
    size_t count = (size_t)cJSON_GetArraySize(list), i = 0;
    const cJSON *element;

    held->elements = calloc(count + 1, sizeof *held->elements);
    if (held->elements == NULL)
        die("out of memory");
    cJSON_ArrayForEach(element, list)
    {
        held->elements[i++] = scalar(element);
    }
    held->value = supa_values(held->elements, count);
}

struct held hold(const cJSON *json)
{
    struct held held = {.value = {0}};
    const cJSON *marked = cJSON_GetObjectItemCaseSensitive(json, "$json");

    if (cJSON_IsObject(json)) {
        held.json = print(marked != NULL ? marked : json);
        held.value = supa_json(held.json);
    } else if (cJSON_IsArray(json)) {
        hold_list(&held, json);
    } else {
        held.value = scalar(json);
    }
    return held;
}

struct held hold_for_body(const cJSON *json)
{
    struct held held = {.value = {0}};
    const cJSON *element;
    int is_flat = 1;

    cJSON_ArrayForEach(element, json)
    {
        is_flat &= !cJSON_IsObject(element) && !cJSON_IsArray(element);
    }
    if (is_flat && !cJSON_IsObject(json))
        return hold(json);
    held.json = print(json);
    held.value = supa_json(held.json);
    return held;
}

void let_go(struct held *held)
{
    free(held->elements);
    cJSON_free(held->json);
}
