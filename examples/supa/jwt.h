/* SPDX-License-Identifier: MIT */
/* What a key says of itself, when it is a JSON Web Token. Its signature is the server's to check. */
#ifndef TOOL_JWT_H
#define TOOL_JWT_H

#include <stdint.h>

struct jwt {
    char role[64];   /* "" when it has none */
    int64_t expires; /* seconds since 1970; 0: never */
};

/* 0; -1 when the key is no such token. */
int jwt_read(const char *key, struct jwt *jwt);

#endif
