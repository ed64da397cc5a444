/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <supa/value.h>

static supa_value point(supa_kind kind, const void *pointer, size_t length)
{
    supa_value value = {(uint32_t)kind, 0, length, {.pointer = pointer}};

    return value;
}

supa_value supa_text(const char *text)
{
    return point(SUPA_KIND_TEXT, text, text != NULL ? strlen(text) : 0);
}

supa_value supa_text_n(const char *text, size_t length)
{
    return point(SUPA_KIND_TEXT, text, length);
}

supa_value supa_int(int64_t number)
{
    supa_value value = {SUPA_KIND_INT, 0, 0, {.integer = number}};

    return value;
}

supa_value supa_uint(uint64_t number)
{
    supa_value value = {SUPA_KIND_UINT, 0, 0, {.natural = number}};

    return value;
}

supa_value supa_real(double number)
{
    supa_value value = {SUPA_KIND_REAL, 0, 0, {.real = number}};

    return value;
}

supa_value supa_decimal(const char *digits)
{
    return point(SUPA_KIND_DECIMAL, digits, digits != NULL ? strlen(digits) : 0);
}

supa_value supa_bool(int truth)
{
    supa_value value = {SUPA_KIND_BOOL, 0, 0, {.integer = truth != 0}};

    return value;
}

supa_value supa_json(const char *json)
{
    return point(SUPA_KIND_JSON, json, json != NULL ? strlen(json) : 0);
}

supa_value supa_null(void)
{
    return point(SUPA_KIND_NULL, NULL, 0);
}

supa_value supa_texts(const char *const *texts, size_t n)
{
    return point(SUPA_KIND_TEXTS, texts, n);
}

supa_value supa_ints(const int64_t *numbers, size_t n)
{
    return point(SUPA_KIND_INTS, numbers, n);
}

supa_value supa_reals(const double *numbers, size_t n)
{
    return point(SUPA_KIND_REALS, numbers, n);
}

supa_value supa_values(const supa_value *values, size_t n)
{
    return point(SUPA_KIND_VALUES, values, n);
}

supa_value supa_same(supa_value value)
{
    return value;
}

supa_value supa_nothing(const void *pointer)
{
    (void)pointer;
    return supa_text(NULL);
}
