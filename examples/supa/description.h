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
/* Asks for it, and advises which of the server's tables may have been meant. */
void description_advise(supa_client *client, const char *relation);
void description_free(struct description *description);

#endif
