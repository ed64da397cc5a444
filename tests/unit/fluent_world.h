/* SPDX-License-Identifier: MIT */
/* What the C++ half of the fluent tests knows of the world. */
#ifndef UNIT_FLUENT_WORLD_H
#define UNIT_FLUENT_WORLD_H

#include <supa/query.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A fresh world's client. */
supa_client *fluent_start(void);
void fluent_end(void);
/* The query goes out as this. */
void fluent_sent(supa_query *q, const char *method, const char *url, const char *body);
/* It ends in a mistake with these words. */
void fluent_refused(supa_query *q, const char *words);

#ifdef __cplusplus
}
#endif

#endif
