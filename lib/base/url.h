/* SPDX-License-Identifier: MIT */
/* Reading the base URL of a server, strictly: what is not plainly right is refused. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>

struct url {
    int is_https;
    const char *host; /* a literal IPv6 address without its brackets */
    size_t host_length;
    size_t origin_length; /* bytes of "https://host:port" at the start */
    size_t length;        /* of the whole without slashes at its end */
};

/* NULL when @text is a URL that may be asked, else why not. */
const char *url_read(const char *text, struct url *url);

/* NULL when @path is "" or NULL, or begins with a slash and has only plain segments; else why not. */
const char *url_path_mistake(const char *path);

/* A number for "https://host:port", for telling servers apart quickly. */
uint64_t url_origin_hash(const char *text, const struct url *url);

/* Appends a URL, or a line that ends in one, without its filters' values: what a log may show. */
void url_shown(struct buffer *out, const char *url);

#endif
