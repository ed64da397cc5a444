/* SPDX-License-Identifier: MIT */
/* What a hostile peer does, and what each kind of request has to make of it. A case is one fault with
 * one request; HOSTILE_BODY stands for the ten bytes that the request wants. A script that ends has
 * the connection closed; GO_ON answers what comes next on the same connection. */
#include "hostile.h"

#define READ      PEER_READ_REQUEST
#define GO_ON     READ, PEER_ANSWER(200, "[{\"id\": 7}]"), READ, PEER_ANSWER(200, "[{\"id\": 7}]"), READ
#define GOOD      PEER_ANSWER(200, HOSTILE_BODY)
#define WARM      READ, PEER_ANSWER(200, "[{\"id\": 7}]")
#define TEXT(...) PEER_SCRIPT(READ, PEER_SEND(__VA_ARGS__))

#define STATUS  "HTTP/1.1 200 OK\r\n"
#define KEPT    STATUS "Content-Type: application/json\r\n" /* and the connection, too */
#define JSON    KEPT "Connection: close\r\n"
#define HTML    "Content-Type: text/html\r\n"
#define LENGTH  "Content-Length: 10\r\n\r\n"
#define CHUNKED JSON "Transfer-Encoding: chunked\r\n\r\n"
#define MESSAGE "{\"message\":\"slow down\"}"
#define BUSY    "Content-Type: application/json\r\nContent-Length: 23\r\n"
/* An empty line in a stored block, and the beginning of a block of repetitions of it. */
#define GZIP  "\x1f\x8b\x08\0\0\0\0\0\0\x03\0\x01\0\xfe\xff\x20\x1b"
#define ZEROS "\x05\xa3\x60\x14\x8c\x82\x51\x30\x0a\x46\xc1\x28\x18" /* 8 times 258 bytes */

#define BYTES(text) PEER_SEND_BYTES(text, sizeof(text) - 1)
/* A hundred million bytes, where ten are expected and a megabyte is allowed. */
#define FLOOD(text) PEER_SEND_REPEATED(text, 100000000 / (long)(sizeof(text) - 1))
#define LAMPS       "a lamp, a lamp, a lamp, a lamp, a lamp, a lamp, a lamp, a lamp, a lamp, a lamp, "
#define ENDLESS     2000000000L

#define BOTH(end)               .read = end, .write = end
#define ENDS(of_read, of_write) .read = of_read, .write = of_write
/* A HEAD has no body that could be wrong; what nobody parses cannot be malformed. */
#define EXCEPT(kinds, end) .but = {{kinds, end}}
#define NO_BODY_IS_FINE    EXCEPT(HOSTILE_COUNT, FINE)
#define UNPARSED           (HOSTILE_COUNT | HOSTILE_CSV | HOSTILE_INSERT | HOSTILE_DELETE)
#define UNPARSED_IS_FINE   EXCEPT(UNPARSED, FINE)
/* The same where the connection's end is the only one: CSV that may have been cut is refused. */
#define ROWLESS_IS_FINE EXCEPT(UNPARSED & ~HOSTILE_CSV, FINE)

const struct hostile_fault hostile_faults[] = {
    /* Connecting. */
    {"refuses", PEER_REFUSING, PEER_SCRIPT(PEER_CLOSE), HOSTILE_NOTHING, BOTH(UNREACHED)},
    {"does not take the connection", PEER_SILENT, PEER_SCRIPT(PEER_CLOSE), HOSTILE_NOTHING,
     BOTH(LATE_CONNECT), .is_short = 1},
    {"closes at once", PEER_PLAIN, PEER_SCRIPT(PEER_CLOSE), HOSTILE_NOTHING, BOTH(DIED_EARLY)},
    {"resets at once", PEER_PLAIN, PEER_SCRIPT(PEER_RESET), HOSTILE_NOTHING, BOTH(DIED_EARLY)},
    {"half-closes at once", PEER_PLAIN, PEER_SCRIPT(PEER_HALF_CLOSE, READ, READ), HOSTILE_WHOLE,
     BOTH(DIED)},

    /* TLS. */
    {"closes in the handshake", PEER_TLS, PEER_SCRIPT(PEER_CLOSE), HOSTILE_NOTHING,
     BOTH(UNTRUSTED)},
    {"resets in the handshake", PEER_TLS, PEER_SCRIPT(PEER_STALL(100), PEER_RESET), HOSTILE_NOTHING,
     BOTH(UNTRUSTED)},
    {"stalls in the handshake", PEER_TLS, PEER_SCRIPT(PEER_STALL_FOREVER), HOSTILE_NOTHING,
     BOTH(LATE_CONNECT), .is_short = 1},
    {"has an expired certificate", PEER_EXPIRED, PEER_SCRIPT(READ, GOOD), HOSTILE_NOTHING,
     BOTH(UNTRUSTED)},
    {"has a certificate of nobody that is trusted", PEER_STRANGER, PEER_SCRIPT(READ, GOOD),
     HOSTILE_NOTHING, BOTH(UNTRUSTED)},
    {"has another host's certificate", PEER_OTHER_NAME, PEER_SCRIPT(READ, GOOD), HOSTILE_NOTHING,
     BOTH(UNTRUSTED)},
    {"speaks TLS 1.1 at most", PEER_OLD_TLS, PEER_SCRIPT(READ, GOOD), HOSTILE_NOTHING,
     BOTH(UNTRUSTED)},
    {"closes after the handshake", PEER_TLS, PEER_SCRIPT(PEER_HANDSHAKE, PEER_CLOSE),
     HOSTILE_NOTHING, BOTH(DIED)},

    /* The end of the connection, at every point. */
    {"closes after the request's head", PEER_PLAIN, PEER_SCRIPT(PEER_READ_HEAD), HOSTILE_HEAD,
     BOTH(DIED)},
    {"resets after the request's head", PEER_PLAIN, PEER_SCRIPT(PEER_READ_HEAD, PEER_RESET),
     HOSTILE_HEAD, BOTH(DIED)},
    {"closes amid the request", PEER_PLAIN, PEER_SCRIPT(PEER_READ_HEAD, PEER_READ_BYTES(3)),
     HOSTILE_NOTHING, BOTH(DIED), .bodyless = PEER_SCRIPT(PEER_READ_BYTES(20), PEER_CLOSE)},
    {"resets amid the request", PEER_PLAIN,
     PEER_SCRIPT(PEER_READ_HEAD, PEER_READ_BYTES(3), PEER_RESET), HOSTILE_NOTHING, BOTH(DIED),
     .bodyless = PEER_SCRIPT(PEER_READ_BYTES(20), PEER_RESET)},
    {"closes after the request", PEER_PLAIN, PEER_SCRIPT(READ), HOSTILE_WHOLE, BOTH(DIED)},
    {"closes after the request, with TLS", PEER_TLS, PEER_SCRIPT(READ), HOSTILE_WHOLE, BOTH(DIED)},
    {"resets after the request", PEER_PLAIN, PEER_SCRIPT(READ, PEER_RESET), HOSTILE_WHOLE,
     BOTH(DIED)},
    {"resets after the request, with TLS", PEER_TLS, PEER_SCRIPT(READ, PEER_RESET), HOSTILE_WHOLE,
     BOTH(DIED)},
    {"half-closes after the request", PEER_PLAIN, PEER_SCRIPT(READ, PEER_HALF_CLOSE, READ),
     HOSTILE_WHOLE, BOTH(DIED)},
    {"closes amid the status line", PEER_PLAIN, TEXT("HTTP/1.1 2"), HOSTILE_WHOLE, BOTH(DIED)},
    {"closes after the status line", PEER_PLAIN, TEXT(STATUS), HOSTILE_WHOLE, BOTH(BROKEN)},
    {"closes amid the headers", PEER_PLAIN, TEXT(JSON "Content-Le"), HOSTILE_WHOLE, BOTH(BROKEN)},
    {"closes before the body", PEER_PLAIN, TEXT(JSON LENGTH), HOSTILE_WHOLE, BOTH(BROKEN),
     NO_BODY_IS_FINE},
    {"resets before the body", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON LENGTH), PEER_STALL(100), PEER_RESET), HOSTILE_WHOLE,
     BOTH(BROKEN), NO_BODY_IS_FINE},
    {"closes amid the body", PEER_PLAIN, TEXT(JSON LENGTH "[{\"id"), HOSTILE_WHOLE, BOTH(BROKEN),
     NO_BODY_IS_FINE},
    {"closes amid the body, with TLS", PEER_TLS, TEXT(JSON LENGTH "[{\"id"), HOSTILE_WHOLE,
     BOTH(BROKEN), NO_BODY_IS_FINE},
    {"resets amid the body", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON LENGTH "[{\"id"), PEER_STALL(100), PEER_RESET), HOSTILE_WHOLE,
     BOTH(BROKEN), NO_BODY_IS_FINE},
    {"half-closes amid the body", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON LENGTH "[{\"id"), PEER_HALF_CLOSE, READ), HOSTILE_WHOLE,
     BOTH(BROKEN), NO_BODY_IS_FINE},
    {"closes after the answer", PEER_PLAIN, PEER_SCRIPT(READ, GOOD), HOSTILE_WHOLE, BOTH(FINE)},
    {"resets after the answer", PEER_PLAIN, PEER_SCRIPT(READ, GOOD, PEER_STALL(100), PEER_RESET),
     HOSTILE_WHOLE, BOTH(FINE)},
    {"half-closes after the answer", PEER_PLAIN, PEER_SCRIPT(READ, GOOD, PEER_HALF_CLOSE, READ),
     HOSTILE_WHOLE, BOTH(FINE)},

    /* Stalling, at every point, and a byte now and then: the client has a quarter of a second. */
    {"does not read", PEER_PLAIN, PEER_SCRIPT(PEER_STALL_FOREVER), HOSTILE_NOTHING, BOTH(LATE),
     .is_short = 1},
    {"stalls after the request's head", PEER_PLAIN, PEER_SCRIPT(PEER_READ_HEAD, PEER_STALL_FOREVER),
     HOSTILE_HEAD, BOTH(LATE), .is_short = 1},
    {"stalls after the request", PEER_PLAIN, PEER_SCRIPT(READ, PEER_STALL_FOREVER), HOSTILE_WHOLE,
     BOTH(LATE), .is_short = 1},
    {"stalls after the request, with TLS", PEER_TLS, PEER_SCRIPT(READ, PEER_STALL_FOREVER),
     HOSTILE_WHOLE, BOTH(LATE), .is_short = 1},
    {"stalls after an interim answer", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND("HTTP/1.1 102 Processing\r\n\r\n"), PEER_STALL_FOREVER),
     HOSTILE_WHOLE, BOTH(LATE), .is_short = 1},
    {"stalls amid the status line", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND("HTTP/1.1 2"), PEER_STALL_FOREVER), HOSTILE_WHOLE, BOTH(LATE),
     .is_short = 1},
    {"stalls amid the headers", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(STATUS "Content-Ty"), PEER_STALL_FOREVER), HOSTILE_WHOLE,
     BOTH(LATE_ANSWERED), .is_short = 1},
    {"stalls before the body", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON LENGTH), PEER_STALL_FOREVER), HOSTILE_WHOLE,
     BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},
    {"stalls before the body's last byte", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND(JSON "Content-Length: 11\r\n\r\n" HOSTILE_BODY), PEER_STALL_FOREVER),
     HOSTILE_WHOLE, BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},
    {"stalls amid the body, with TLS", PEER_TLS,
     PEER_SCRIPT(READ, PEER_SEND(JSON LENGTH "[{\"id"), PEER_STALL_FOREVER), HOSTILE_WHOLE,
     BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},
    {"stalls before the last chunk", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(CHUNKED "a\r\n" HOSTILE_BODY "\r\n"), PEER_STALL_FOREVER),
     HOSTILE_WHOLE, BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},
    {"drips the status line", PEER_PLAIN, PEER_SCRIPT(READ, PEER_DRIP(JSON LENGTH, 1000)),
     HOSTILE_WHOLE, BOTH(LATE), .is_short = 1},
    {"drips the headers", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(STATUS), PEER_DRIP("X-Header: of many\r\nX-More: a\r\n", 20)),
     HOSTILE_WHOLE, BOTH(LATE_ANSWERED), .is_short = 1},
    {"drips the body", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON LENGTH), PEER_DRIP(HOSTILE_BODY, 1000)), HOSTILE_WHOLE,
     BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},
    {"drips chunks", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(CHUNKED), PEER_DRIP("1\r\n[\r\n1\r\n{\r\n1\r\n}\r\n", 100)),
     HOSTILE_WHOLE, BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},
    {"sends nothing but blanks, for ever", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_ANSWER_HEAD(200), PEER_DRIP("          \n                       \n", 20)),
     HOSTILE_WHOLE, BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},

    /* Twice, early, and out of turn. */
    {"sends blanks without end", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_ANSWER_HEAD(200), PEER_SEND_REPEATED("          \n", ENDLESS)),
     HOSTILE_WHOLE, BOTH(TOO_LARGE),
     .but = {{HOSTILE_COUNT, FINE}, {HOSTILE_STREAM, LATE_ANSWERED}}, .is_short = 1},
    {"sends a row and blanks without end", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_ANSWER_HEAD(200), PEER_SEND("[{\"id\":7},"),
         PEER_SEND_REPEATED("          \n", ENDLESS)),
     HOSTILE_WHOLE, BOTH(TOO_LARGE),
     .but = {{HOSTILE_COUNT, FINE}, {HOSTILE_STREAM, LATE_ANSWERED}}, .is_short = 1},
    {"answers twice", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(KEPT LENGTH HOSTILE_BODY JSON LENGTH "[{\"id\":6}]"), GO_ON),
     HOSTILE_WHOLE, BOTH(FINE)},
    {"answers twice, the other time with an error", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND(KEPT LENGTH HOSTILE_BODY "HTTP/1.1 500 No\r\n" LENGTH "0123456789"),
         GO_ON),
     HOSTILE_WHOLE, BOTH(FINE)},
    {"answers before it is asked", PEER_PLAIN,
     PEER_SCRIPT(PEER_SEND(KEPT LENGTH HOSTILE_BODY), READ, GO_ON), HOSTILE_WHOLE, BOTH(FINE)},
    {"answers before the request's body", PEER_PLAIN,
     PEER_SCRIPT(PEER_READ_HEAD, GOOD, PEER_READ_BODY, GO_ON), HOSTILE_WHOLE, BOTH(FINE)},
    {"refuses before the request's body", PEER_PLAIN,
     PEER_SCRIPT(PEER_READ_HEAD, PEER_SEND("HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n")),
     HOSTILE_HEAD, BOTH(GATEWAY), EXCEPT(HOSTILE_COUNT, REFUSED)},

    /* Lengths. */
    {"tells a length that is too short", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(KEPT "Content-Length: 5\r\n\r\n" HOSTILE_BODY), GO_ON),
     HOSTILE_WHOLE, BOTH(BROKEN), UNPARSED_IS_FINE},
    {"tells a length that is too long", PEER_PLAIN,
     TEXT(JSON "Content-Length: 20\r\n\r\n" HOSTILE_BODY), HOSTILE_WHOLE, BOTH(BROKEN),
     NO_BODY_IS_FINE},
    {"tells a negative length", PEER_PLAIN, TEXT(JSON "Content-Length: -5\r\n\r\n" HOSTILE_BODY),
     HOSTILE_WHOLE, BOTH(BROKEN)},
    {"tells a length that is no number", PEER_PLAIN,
     TEXT(JSON "Content-Length: ten\r\n\r\n" HOSTILE_BODY), HOSTILE_WHOLE, BOTH(BROKEN)},
    {"tells a huge length", PEER_PLAIN,
     TEXT(JSON "Content-Length: 999999999999999999\r\n\r\n" HOSTILE_BODY), HOSTILE_WHOLE,
     BOTH(BROKEN), NO_BODY_IS_FINE},
    {"tells a length of more than 64 bits", PEER_PLAIN,
     TEXT(JSON "Content-Length: 99999999999999999999999\r\n\r\n" HOSTILE_BODY), HOSTILE_WHOLE,
     BOTH(BROKEN)},
    {"tells two lengths, the longer one last", PEER_PLAIN,
     TEXT(JSON "Content-Length: 10\r\nContent-Length: 20\r\n\r\n" HOSTILE_BODY), HOSTILE_WHOLE,
     BOTH(BROKEN)},
    {"tells two lengths, the shorter one last", PEER_PLAIN,
     TEXT(JSON "Content-Length: 10\r\nContent-Length: 5\r\n\r\n" HOSTILE_BODY), HOSTILE_WHOLE,
     BOTH(BROKEN)},
    {"begins its headers with a line that goes on", PEER_PLAIN,
     PEER_SCRIPT(WARM, READ, PEER_SEND(STATUS "\tX: on\r\n" LENGTH HOSTILE_BODY)), HOSTILE_WHOLE,
     ENDS(FINE, BROKEN), .is_warm = 1},
    {"begins with a line that is no status, and headers with one that goes on", PEER_PLAIN,
     PEER_SCRIPT(
         WARM, READ,
         PEER_SEND("HtTP/x y\r\n"
                   "\tX: on\r\n" LENGTH HOSTILE_BODY)),
     HOSTILE_WHOLE, ENDS(FINE, BROKEN), .is_warm = 1},
    {"tells a length and sends chunks", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND(JSON "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\na\r\n" HOSTILE_BODY
                        "\r\n0\r\n\r\n")),
     HOSTILE_WHOLE, BOTH(FINE)},

    /* Chunks. */
    {"sends a chunk without a size", PEER_PLAIN, TEXT(CHUNKED "xyz\r\n" HOSTILE_BODY "\r\n"),
     HOSTILE_WHOLE, BOTH(BROKEN), NO_BODY_IS_FINE},
    {"sends a chunk of negative size", PEER_PLAIN,
     TEXT(CHUNKED "-a\r\n" HOSTILE_BODY "\r\n0\r\n\r\n"), HOSTILE_WHOLE, BOTH(BROKEN),
     NO_BODY_IS_FINE},
    {"sends a chunk of more than 64 bits' size", PEER_PLAIN,
     TEXT(CHUNKED "fffffffffffffffffffff\r\n" HOSTILE_BODY), HOSTILE_WHOLE, BOTH(BROKEN),
     NO_BODY_IS_FINE},
    {"sends a chunk that is cut short", PEER_PLAIN, TEXT(CHUNKED "ff\r\n" HOSTILE_BODY),
     HOSTILE_WHOLE, BOTH(BROKEN), NO_BODY_IS_FINE},
    {"sends a chunk longer than its size", PEER_PLAIN,
     TEXT(CHUNKED "5\r\n" HOSTILE_BODY "\r\n0\r\n\r\n"), HOSTILE_WHOLE, BOTH(BROKEN),
     NO_BODY_IS_FINE},
    {"sends no last chunk", PEER_PLAIN, TEXT(CHUNKED "a\r\n" HOSTILE_BODY "\r\n"), HOSTILE_WHOLE,
     BOTH(BROKEN), NO_BODY_IS_FINE},
    {"sends a chunk's extension without end", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(CHUNKED "a;x="), PEER_SEND_REPEATED("0123456789", ENDLESS)),
     HOSTILE_WHOLE, BOTH(LATE_ANSWERED), NO_BODY_IS_FINE, .is_short = 1},
    {"sends trailers without end", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND(CHUNKED "a\r\n" HOSTILE_BODY "\r\n0\r\n"),
         PEER_SEND_REPEATED("X-Trailer: 0123456789\r\n", ENDLESS)),
     HOSTILE_WHOLE, BOTH(TOO_LARGE), NO_BODY_IS_FINE},

    /* Heads. */
    {"sends a storm of interim answers", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND_REPEATED("HTTP/1.1 102 Processing\r\nX-Of: it\r\n\r\n", 2000), GOOD,
         GO_ON),
     HOSTILE_WHOLE, BOTH(FINE)},
    {"sends interim answers without end", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND_REPEATED("HTTP/1.1 100 Continue\r\n\r\n", ENDLESS)), HOSTILE_WHOLE,
     BOTH(FLOODED)},
    {"switches protocols", PEER_PLAIN,
     TEXT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nwhatever"), HOSTILE_WHOLE,
     BOTH(NO_HTTP), EXCEPT(HOSTILE_COUNT, DIED)},
    {"sends a header of 200 KB", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND(JSON "X-Long: "), PEER_SEND_REPEATED("0123456789", 20000),
         PEER_SEND("\r\n" LENGTH HOSTILE_BODY)),
     HOSTILE_WHOLE, BOTH(TOO_LARGE)},
    {"sends a header of 90 KB", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND(KEPT "X-Long: "), PEER_SEND_REPEATED("0123456789", 9000),
         PEER_SEND("\r\n" LENGTH HOSTILE_BODY), GO_ON),
     HOSTILE_WHOLE, BOTH(FINE)},
    {"sends ten thousand headers", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND(JSON),
         PEER_SEND_REPEATED("X-Filler: 0123456789012345678901234567890123\r\n", 10000),
         PEER_SEND(LENGTH HOSTILE_BODY)),
     HOSTILE_WHOLE, BOTH(TOO_LARGE)},
    {"sends a header that never ends", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON "X-Long: "), FLOOD("0123456789")), HOSTILE_WHOLE,
     BOTH(TOO_LARGE)},
    {"sends headers that never end", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON), FLOOD("X-Filler: 0123456789\r\n")), HOSTILE_WHOLE,
     BOTH(TOO_LARGE)},
    {"sends a status line that never ends", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND("HTTP/1.1 200 "), FLOOD("0123456789")), HOSTILE_WHOLE,
     BOTH(FLOODED)},
    {"sends a NUL in a header", PEER_PLAIN,
     PEER_SCRIPT(READ, BYTES(JSON "X-Nul: a\0b\r\n" LENGTH HOSTILE_BODY)), HOSTILE_WHOLE,
     BOTH(BROKEN)},
    {"sends a header without a colon", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON "no colon at all\r\n" LENGTH HOSTILE_BODY)), HOSTILE_WHOLE,
     BOTH(BROKEN)},
    {"folds its headers", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(KEPT "X-Folded: a\r\n\tb\r\n c\r\n" LENGTH HOSTILE_BODY), GO_ON),
     HOSTILE_WHOLE, BOTH(FINE)},
    {"is not of HTTP", PEER_PLAIN, TEXT("SSH-2.0-OpenSSH_9.2p1\r\n"), HOSTILE_WHOLE, BOTH(NO_HTTP)},
    {"has a status that is no number", PEER_PLAIN, TEXT("HTTP/1.1 abc\r\n\r\n"), HOSTILE_WHOLE,
     BOTH(NO_HTTP)},
    {"has a version of its own", PEER_PLAIN, TEXT("HTTP/9.9 200 OK\r\n\r\n"), HOSTILE_WHOLE,
     BOTH(NO_HTTP)},
    {"tells an absurd range", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND(KEPT "Content-Range: 9-0/-1\r\nContent-Range: "
                        "0-99999999999999999999/99999999999999999999\r\n" LENGTH HOSTILE_BODY),
         GO_ON),
     HOSTILE_WHOLE, BOTH(FINE)},

    /* 100 MB where ten bytes are expected; rows of a stream may be as many, but none may be as long. */
    {"sends 100 MB", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_ANSWER_HEAD(200),
         PEER_SEND("["
                   "{\"id\":7}"),
         FLOOD(",{\"id\":7,\"name\":\"" LAMPS LAMPS LAMPS LAMPS "\"}"), PEER_SEND("]")),
     HOSTILE_WHOLE, BOTH(TOO_LARGE), EXCEPT(HOSTILE_COUNT | HOSTILE_STREAM, FINE)},
    {"sends 100 MB, as it told", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON "Content-Length: 100000000\r\n\r\n"), FLOOD("[{\"id\":[[[")),
     HOSTILE_WHOLE, BOTH(TOO_LARGE), NO_BODY_IS_FINE},
    {"sends 100 MB in one field", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_ANSWER_HEAD(200), PEER_SEND("[{\"id\":\""), FLOOD("0123456789"),
         PEER_SEND("\"}]")),
     HOSTILE_WHOLE, BOTH(TOO_LARGE), NO_BODY_IS_FINE},
    {"sends 100 MB in chunks of a byte", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(CHUNKED "1\r\n[\r\n"), FLOOD("1\r\n{\r\n")), HOSTILE_WHOLE,
     BOTH(TOO_LARGE), NO_BODY_IS_FINE},
    {"sends 100 MB as an error", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_ANSWER_HEAD(500), FLOOD("0123456789")), HOSTILE_WHOLE, BOTH(TOO_LARGE),
     EXCEPT(HOSTILE_COUNT, GATEWAY)},
    {"sends a gzip bomb", PEER_PLAIN,
     PEER_SCRIPT(
         READ, BYTES(JSON "Content-Encoding: gzip\r\nConnection: close\r\n\r\n" GZIP),
         PEER_SEND_REPEATED(ZEROS, 50000)),
     HOSTILE_WHOLE, BOTH(TOO_LARGE), .but = {{HOSTILE_COUNT, FINE}, {HOSTILE_STREAM, BROKEN}},
     .is_compressed = 1},
    {"sends a gzip bomb that nobody asked for", PEER_PLAIN,
     PEER_SCRIPT(
         READ, BYTES(JSON "Content-Encoding: gzip\r\nConnection: close\r\n\r\n" GZIP),
         PEER_SEND_REPEATED(ZEROS, 1000)),
     HOSTILE_WHOLE, BOTH(BROKEN), ROWLESS_IS_FINE},
    {"sends broken gzip", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(JSON "Content-Encoding: gzip\r\n" LENGTH HOSTILE_BODY)),
     HOSTILE_WHOLE, BOTH(BROKEN), EXCEPT(HOSTILE_COUNT | HOSTILE_STREAM, FINE), .is_compressed = 1},
    {"names twenty encodings", PEER_PLAIN,
     TEXT(JSON "Content-Encoding: gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,"
               "gzip,gzip,gzip,gzip,gzip,gzip,gzip\r\n" LENGTH HOSTILE_BODY),
     HOSTILE_WHOLE, BOTH(BROKEN), EXCEPT(HOSTILE_STREAM, FINE), .is_compressed = 1},

    /* Bodies. */
    {"sends invalid UTF-8", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_ANSWER(200, "[{\"id\":7,\"name\":\"\xff\xfe\xc0\x80\xed\xa0\x80\"}]"), GO_ON),
     HOSTILE_WHOLE, BOTH(BROKEN), UNPARSED_IS_FINE},
    {"sends a million brackets", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_ANSWER_HEAD(200), PEER_SEND_REPEATED("[", 1000000)), HOSTILE_WHOLE,
     BOTH(BROKEN), ROWLESS_IS_FINE},
    {"sends a million nested objects", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_ANSWER_HEAD(200), PEER_SEND("["), PEER_SEND_REPEATED("{\"a\":", 200000)),
     HOSTILE_WHOLE, BOTH(BROKEN), ROWLESS_IS_FINE},
    {"sends truncated JSON", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_ANSWER(200, "[{\"id\":7},{\"id\""), GO_ON), HOSTILE_WHOLE, BOTH(BROKEN),
     UNPARSED_IS_FINE},
    {"sends JSON and more", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_ANSWER(200, "[{\"id\":7}][{\"id\":8}]"), GO_ON), HOSTILE_WHOLE,
     BOTH(BROKEN), UNPARSED_IS_FINE},
    {"sends a NUL in its JSON", PEER_PLAIN,
     PEER_SCRIPT(READ, BYTES(KEPT LENGTH "[{\"id\":\0}]"), GO_ON), HOSTILE_WHOLE, BOTH(BROKEN),
     UNPARSED_IS_FINE},
    {"sends a number of JSON", PEER_PLAIN, PEER_SCRIPT(READ, PEER_ANSWER(200, "7"), GO_ON),
     HOSTILE_WHOLE, BOTH(BROKEN), EXCEPT(UNPARSED | HOSTILE_CALL | HOSTILE_CALL_GET, FINE)},
    {"sends an empty body", PEER_PLAIN, PEER_SCRIPT(READ, PEER_ANSWER(200, ""), GO_ON),
     HOSTILE_WHOLE, BOTH(BROKEN), UNPARSED_IS_FINE},
    {"sends HTML with status 200", PEER_PLAIN,
     PEER_SCRIPT(READ, PEER_SEND(STATUS HTML "Connection: close\r\n\r\n<title>Log in</title>")),
     HOSTILE_WHOLE, ENDS(GATEWAY, DOUBTFUL),
     .but = {{HOSTILE_COUNT, FINE}, {HOSTILE_STREAM, BROKEN}}},
    {"sends HTML with status 502", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND("HTTP/1.1 502 Bad\r\n" HTML "Connection: close\r\n\r\n<title>nginx</title>")),
     HOSTILE_WHOLE, ENDS(GATEWAY, DOUBTFUL)},

    /* Elsewhere, and later. */
    {"redirects to another place", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND("HTTP/1.1 307 There\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n"
                   "\r\n"),
         GO_ON),
     HOSTILE_WHOLE, BOTH(GATEWAY)},
    {"redirects to another host", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND("HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/rest/v1/products\r\n"
                   "Content-Length: 0\r\n\r\n"),
         GO_ON),
     HOSTILE_WHOLE, BOTH(GATEWAY)},
    {"redirects to a file", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND("HTTP/1.1 301 There\r\nLocation: file:///etc/passwd\r\n"
                   "Content-Length: 0\r\n\r\n"),
         GO_ON),
     HOSTILE_WHOLE, BOTH(GATEWAY)},
    {"is busy for centuries", PEER_PLAIN,
     PEER_SCRIPT(
         READ, PEER_SEND("HTTP/1.1 429 Busy\r\nRetry-After: 99999999999\r\n" BUSY "\r\n" MESSAGE),
         GO_ON),
     HOSTILE_WHOLE, BOTH(GATEWAY), .is_patient = 1},
    {"is down for more seconds than there are", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND("HTTP/1.1 503 Down\r\nRetry-After: 99999999999999999999999999\r\n" BUSY
                   "\r\n" MESSAGE),
         GO_ON),
     HOSTILE_WHOLE, ENDS(GATEWAY, DOUBTFUL), .is_patient = 1},
    {"is down until the year 9999", PEER_PLAIN,
     PEER_SCRIPT(
         READ,
         PEER_SEND("HTTP/1.1 503 Down\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n" BUSY
                   "\r\n" MESSAGE),
         GO_ON),
     HOSTILE_WHOLE, ENDS(GATEWAY, DOUBTFUL), .is_patient = 1},
    {"is down until yesterday", PEER_PLAIN,
     TEXT("HTTP/1.1 503 Down\r\nRetry-After: -5\r\n" BUSY "Connection: close\r\n\r\n" MESSAGE),
     HOSTILE_WHOLE, ENDS(GATEWAY, DOUBTFUL)},

    /* On a connection that was idle: the first answer was good. */
    {"has closed while idle", PEER_PLAIN, PEER_SCRIPT(WARM), HOSTILE_WHOLE, BOTH(FINE),
     .is_warm = 1},
    {"has reset while idle", PEER_PLAIN, PEER_SCRIPT(WARM, PEER_RESET), HOSTILE_WHOLE, BOTH(FINE),
     .is_warm = 1},
    {"has closed while idle, with TLS", PEER_TLS, PEER_SCRIPT(WARM), HOSTILE_WHOLE, BOTH(FINE),
     .is_warm = 1},
    {"has said that it waited too long", PEER_PLAIN,
     PEER_SCRIPT(
         WARM, PEER_SEND("HTTP/1.1 408 Late\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")),
     HOSTILE_WHOLE, BOTH(FINE), .is_warm = 1},
    {"closes after the next request's head", PEER_PLAIN, PEER_SCRIPT(WARM, PEER_READ_HEAD),
     HOSTILE_HEAD, ENDS(FINE, DIED), .is_warm = 1},
    {"closes after the next request", PEER_PLAIN, PEER_SCRIPT(WARM, READ), HOSTILE_WHOLE,
     ENDS(FINE, DIED), .is_warm = 1},
    {"resets after the next request", PEER_PLAIN, PEER_SCRIPT(WARM, READ, PEER_RESET),
     HOSTILE_WHOLE, ENDS(FINE, DIED), .is_warm = 1},
    {"stalls after the next request", PEER_PLAIN, PEER_SCRIPT(WARM, READ, PEER_STALL_FOREVER),
     HOSTILE_WHOLE, BOTH(LATE), .is_short = 1, .is_warm = 1},
};

const size_t hostile_fault_count = sizeof hostile_faults / sizeof hostile_faults[0];
