/* SPDX-License-Identifier: MIT */
#include "transport/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct range {
    uint32_t start;
    unsigned bits;
};

static const struct range special_v4[] = {
    {0x00000000, 8},  /* 0.0.0.0: this network */
    {0x0A000000, 8},  /* 10.0.0.0: private */
    {0x64400000, 10}, /* 100.64.0.0: carriers' own */
    {0x7F000000, 8},  /* 127.0.0.0: loopback */
    {0xA83F8110, 32}, /* 168.63.129.16: a cloud's own host, as its metadata below */
    {0xA9FE0000, 16}, /* 169.254.0.0: link-local, clouds' metadata */
    {0xAC100000, 12}, /* 172.16.0.0: private */
    {0xC0000000, 24}, /* 192.0.0.0: protocol assignments */
    {0xC0000200, 24}, /* 192.0.2.0: documentation */
    {0xC0586300, 24}, /* 192.88.99.0: 6to4 relays */
    {0xC0A80000, 16}, /* 192.168.0.0: private */
    {0xC6120000, 15}, /* 198.18.0.0: benchmarks */
    {0xC6336400, 24}, /* 198.51.100.0: documentation */
    {0xCB007100, 24}, /* 203.0.113.0: documentation */
    {0xE0000000, 4},  /* 224.0.0.0: multicast */
    {0xF0000000, 4},  /* 240.0.0.0: reserved, broadcast */
};

static int is_special_v4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special_v4 / sizeof special_v4[0]; i++) {
        if ((address ^ special_v4[i].start) >> (32 - special_v4[i].bits) == 0)
            return 1;
    }
    return 0;
}

static uint32_t word(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int is_special_v6(const unsigned char *a)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    static const unsigned char nat64[12] = {0, 0x64, 0xFF, 0x9B};

    if (memcmp(a, mapped, sizeof mapped) == 0 || memcmp(a, nat64, sizeof nat64) == 0)
        return is_special_v4(word(a + 12));
    if ((a[0] & 0xE0) != 0x20) /* global unicast is 2000::/3; all else is special */
        return 1;
    if (a[0] == 0x20 && a[1] == 0x01 && (a[2] & 0xFE) == 0) /* 2001::/23, Teredo among it */
        return 1;
    if (word(a) == 0x20010DB8 || (a[0] == 0x3F && a[1] == 0xFF && (a[2] & 0xF0) == 0))
        return 1;                        /* documentation */
    return a[0] == 0x20 && a[1] == 0x02; /* 6to4 carries an IPv4 address */
}

int address_is_special(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof in);
        return is_special_v4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, address, sizeof in6);
        return is_special_v6(in6.sin6_addr.s6_addr);
    }
    return 1;
}

int address_text_is_special(const char *text)
{
    struct in6_addr v6;
    struct in_addr v4;

    if (text == NULL)
        return 1;
    if (inet_pton(AF_INET, text, &v4) == 1)
        return is_special_v4(ntohl(v4.s_addr));
    return inet_pton(AF_INET6, text, &v6) != 1 || is_special_v6(v6.s6_addr);
}

int address_text_is_literal(const char *text)
{
    struct in6_addr v6;
    struct in_addr v4;

    return inet_pton(AF_INET, text, &v4) == 1 || inet_pton(AF_INET6, text, &v6) == 1;
}
