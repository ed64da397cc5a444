/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Typed values for filters and rows. A supa_value is a small struct that is passed by value; it
 * borrows what it points at until the call that it is given to returns.
 *
 * How each kind is written depends on where it goes (a plain filter, a list, an array), and is the
 * library's business: no value can change the shape of a query.
 */
#ifndef SUPA_VALUE_H
#define SUPA_VALUE_H

#include <stddef.h>
#include <stdint.h>
#include <supa/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The kinds of value. Values never change; 0 is not a value, so a zeroed struct is a mistake. */
typedef enum supa_kind {
    SUPA_KIND_NULL = 1,
    SUPA_KIND_TEXT = 2,
    SUPA_KIND_INT = 3,
    SUPA_KIND_UINT = 4,
    SUPA_KIND_REAL = 5,
    SUPA_KIND_DECIMAL = 6,
    SUPA_KIND_BOOL = 7,
    SUPA_KIND_JSON = 8,
    SUPA_KIND_TEXTS = 9,
    SUPA_KIND_INTS = 10,
    SUPA_KIND_REALS = 11,
    SUPA_KIND_VALUES = 12
} supa_kind;

/**
 * One value, or a list of values. The layout is frozen, 24 bytes in this order, so that other
 * languages can pass it; use the constructors below where there are any.
 */
typedef struct supa_value {
    uint32_t kind;   /**< a supa_kind */
    uint32_t flags;  /**< 0 */
    uint64_t length; /**< bytes of a text, elements of a list, else 0 */
    union {
        const void *pointer; /**< text, JSON, decimal, lists */
        int64_t integer;     /**< int, bool (0 or 1) */
        uint64_t natural;    /**< uint */
        double real;         /**< real */
    } as;
} supa_value;

/** A text that ends in NUL, UTF-8. NULL is a mistake (supa_null is the null value). Borrowed. */
SUPA_API supa_value supa_text(const char *text);
/** A text of @p length bytes, UTF-8. PostgreSQL has no NUL in texts: one with NUL is refused. */
SUPA_API supa_value supa_text_n(const char *text, size_t length);
/** A signed integer. */
SUPA_API supa_value supa_int(int64_t number);
/** An unsigned integer. */
SUPA_API supa_value supa_uint(uint64_t number);
/** A double, written with the fewest digits that read back the same; NaN and ±Infinity as in SQL. */
SUPA_API supa_value supa_real(double number);
/** A number as its decimal digits ("19.99", "-1e3"), exact at any length. Other text is refused. */
SUPA_API supa_value supa_decimal(const char *digits);
/** A truth value: 0 is false, all else true. */
SUPA_API supa_value supa_bool(int truth);
/** A JSON text, which is checked when it is used. For columns of type json and jsonb. */
SUPA_API supa_value supa_json(const char *json);
/** The null value: `eq` compares with `is null`, `neq` with `is not null`. */
SUPA_API supa_value supa_null(void);
/** A list of @p n texts. An element that is NULL is a mistake. */
SUPA_API supa_value supa_texts(const char *const *texts, size_t n);
/** A list of @p n integers. */
SUPA_API supa_value supa_ints(const int64_t *numbers, size_t n);
/** A list of @p n doubles. */
SUPA_API supa_value supa_reals(const double *numbers, size_t n);
/** A list of @p n values of any kinds but lists. */
SUPA_API supa_value supa_values(const supa_value *values, size_t n);

/** A value as it is: what SUPA_VALUE does with one. */
SUPA_API supa_value supa_same(supa_value value);
/** What SUPA_VALUE makes of NULL: a text that is a mistake wherever it is used. */
SUPA_API supa_value supa_nothing(const void *pointer);

#ifdef __cplusplus
}

/** Plain values as supa_value: texts, numbers, truth values. NULL may be a number in C++: write nullptr,
 *  which is refused where it is used, or supa_null() for the null value. */
inline supa_value supa_value_of(decltype(nullptr))
{
    return supa_nothing(nullptr);
}
inline supa_value supa_value_of(const char *text)
{
    return supa_text(text);
}
inline supa_value supa_value_of(bool truth)
{
    return supa_bool(truth);
}
inline supa_value supa_value_of(signed char number)
{
    return supa_int(number);
}
inline supa_value supa_value_of(short number)
{
    return supa_int(number);
}
inline supa_value supa_value_of(int number)
{
    return supa_int(number);
}
inline supa_value supa_value_of(long number)
{
    return supa_int(number);
}
inline supa_value supa_value_of(long long number)
{
    return supa_int(number);
}
inline supa_value supa_value_of(unsigned char number)
{
    return supa_uint(number);
}
inline supa_value supa_value_of(unsigned short number)
{
    return supa_uint(number);
}
inline supa_value supa_value_of(unsigned number)
{
    return supa_uint(number);
}
inline supa_value supa_value_of(unsigned long number)
{
    return supa_uint(number);
}
inline supa_value supa_value_of(unsigned long long number)
{
    return supa_uint(number);
}
inline supa_value supa_value_of(float number)
{
    return supa_real(static_cast<double>(number));
}
inline supa_value supa_value_of(double number)
{
    return supa_real(number);
}
inline supa_value supa_value_of(supa_value value)
{
    return value;
}

#define SUPA_VALUE(x) supa_value_of(x)

#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L

/**
 * A plain C value as supa_value: text, number, or a supa_value as it is. In C11 `true`, comparisons
 * and enumerators are of type int: write supa_bool(true). A `char` is refused, since nobody can tell
 * a letter from a number.
 */
#define SUPA_VALUE(x)                                                                              \
    _Generic(                                                                                      \
        (x), char *: supa_text, const char *: supa_text, void *: supa_nothing,                     \
        const void *: supa_nothing, _Bool: supa_bool, signed char: supa_int, short: supa_int,      \
        int: supa_int, long: supa_int, long long: supa_int, unsigned char: supa_uint,              \
        unsigned short: supa_uint, unsigned: supa_uint, unsigned long: supa_uint,                  \
        unsigned long long: supa_uint, float: supa_real, double: supa_real,                        \
        supa_value: supa_same)(x)

#endif

#endif
