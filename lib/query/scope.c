/* SPDX-License-Identifier: MIT */
#include "query/scope.h"

#include <string.h>

static int compare(const char *name, const char *text, size_t length)
{
    int order = strncmp(name, text, length);

    return order != 0 ? order : name[length] != '\0';
}

const struct scope_table *scope_find(const struct scope *scope, const char *name, size_t length)
{
    size_t low = 0, high = scope->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(scope->tables[middle].name, name, length);

        if (order == 0)
            return &scope->tables[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
