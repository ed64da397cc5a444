/* SPDX-License-Identifier: MIT */
/* What a server says that it has: its OpenAPI description, as a row that the getters read. */
#ifndef TOOL_DESCRIPTION_H
#define TOOL_DESCRIPTION_H

#include <supa/supa.h>

struct description {
    supa_response *answer; /* the server's: whether it succeeded, and its headers */
    supa_response *rows;
    supa_row row; /* "definitions", "paths", "info"; without columns after a failure */
};

void description_read(struct description *description, supa_client *client);
void description_free(struct description *description);

#endif
