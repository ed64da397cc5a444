/* SPDX-License-Identifier: MIT */
#if !defined(SUPA_PLAIN)
#define SUPA_PLAIN
#endif
#define json_parse         plain_json_parse
#define json_parse_rows    plain_json_parse_rows
#define json_parse_element plain_json_parse_element
#define json_parse_front   plain_json_parse_front
#define json_tape_free     plain_json_tape_free

#include "../../lib/base/json.c"
