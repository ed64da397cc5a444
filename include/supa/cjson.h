/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Responses as cJSON trees, for programs that speak cJSON. Its numbers are doubles and its strings
 * end at a NUL, so int8, numeric and such texts are exact only in the getters of response.h.
 */
#ifndef SUPA_CJSON_H
#define SUPA_CJSON_H

#include <cjson/cJSON.h>
#include <supa/query.h>
#include <supa/response.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The body as a tree, made when it is first asked for.
 *
 * @return the tree, which belongs to the response; NULL when the body is no JSON or memory is gone.
 */
SUPA_API const cJSON *supa_response_json(supa_response *response);

/** supa_insert with rows as a tree. Its numbers are doubles: take text for exact ones. */
SUPA_API supa_query *supa_insert_tree(supa_query *q, const cJSON *rows);

#ifdef __cplusplus
}
#endif

#endif
