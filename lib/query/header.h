/* SPDX-License-Identifier: MIT */
/* What may stand in a request's header. Each mistake is NULL when all is well. */
#ifndef QUERY_HEADER_H
#define QUERY_HEADER_H

#include <stddef.h>

/* 1 for headers that the library writes itself, or that decide where a request ends. */
int header_is_own(const char *name, size_t length);
int header_is_name(const char *name, size_t length);
const char *header_mistake(const char *name, const char *value);
/* Of a whole line, "Name: value", that is not the library's own. */
const char *header_line_mistake(const char *line);
/* Of a key or token: visible ASCII only, since it goes into a header as it is. */
const char *header_key_mistake(const char *key);
const char *header_schema_mistake(const char *name);

#endif
