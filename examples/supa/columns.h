/* SPDX-License-Identifier: MIT */
/* Which columns pages follow, and which of them were not asked for. */
#ifndef TOOL_COLUMNS_H
#define TOOL_COLUMNS_H

#include "text.h"

/* Zeroed is none. */
struct columns {
    char **names;
    size_t count;
};

int columns_have(const struct columns *columns, const char *name, size_t length);
void columns_free(struct columns *columns);

/*
 * What is to be selected so that pages can follow the columns @by ("id" or "a,b.desc"): @select, and
 * behind it those that it lacks, which are listed in @added. 0, or an exit status and the mistake is
 * told: a column of such a name is another one, or rows are put together.
 */
int columns_to_page(
    const char *select, const char *by, struct text *selected, struct columns *added);

#endif
