/* SPDX-License-Identifier: MIT */
/* Which addresses a database may send us to. */
#ifndef TRANSPORT_ADDRESS_H
#define TRANSPORT_ADDRESS_H

#include <sys/socket.h>

/* 1 unless the address is one of the public internet: private, loopback, link-local, multicast,
 * documentation and other special ranges, and IPv6 forms of such IPv4 addresses. Families other
 * than IPv4 and IPv6 are special too. IANA's special-purpose address registries. */
int address_is_special(const struct sockaddr *address);
/* The same of an address in digits; a text that is none is special. */
int address_text_is_special(const char *text);
/* 1 when the text is an address in digits, as inet_pton reads it. */
int address_text_is_literal(const char *text);

#endif
