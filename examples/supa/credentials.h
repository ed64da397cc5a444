/* SPDX-License-Identifier: MIT */
/* Credentials from a file or a prompt without echo: never from an argument, which others could read. */
#ifndef TOOL_CREDENTIALS_H
#define TOOL_CREDENTIALS_H

#include "text.h"

/*
 * Reads a JSON object of credentials: from the file @path ("-" is standard input), or, when it is
 * NULL, by asking at the terminal for a project URL, which may be left out if @is_change, and a key.
 * 0, or an exit status and the trouble is told. The caller wipes @out by text_free.
 */
int credentials_take(const char *path, int is_change, struct text *out);

/* Asks for "yes" at the terminal. 0, or an exit status. */
int confirm(const char *question, int is_yes);

#endif
