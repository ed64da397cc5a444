#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The first query from Python, by ctypes: nothing is compiled, and no macro is missed.

    STORE=5f0e0000-0000-4000-8000-000000000001 ./19-first-query.py
"""
import ctypes
import os
import sys
from ctypes import POINTER, Structure, byref
from ctypes import c_char, c_char_p, c_int, c_int32, c_size_t, c_ubyte, c_uint32, c_uint64, c_void_p


class Error(Structure):  # supa_error
    _fields_ = [
        ("code", c_int32), ("outcome", c_int32), ("side", c_int32), ("retryable", c_int32),
        ("http_status", c_int32), ("server_code", c_char * 16), ("store_id", c_char * 40),
        ("relation", c_char * 64), ("message", c_char * 512), ("details", c_char * 1024),
        ("hint", c_char * 512), ("reserved", c_ubyte * 64)]


class Value(Structure):  # supa_value: 24 bytes, passed by value
    _fields_ = [("kind", c_uint32), ("flags", c_uint32), ("length", c_uint64), ("as", c_uint64)]


class Row(Structure):  # supa_row
    _fields_ = [("document", c_void_p), ("place", c_uint64)]


try:
    supa = ctypes.CDLL("libsupa.so.0")
except OSError as error:
    sys.exit(f"19-first-query: {error}")


def declare(name, result, *arguments):
    function = getattr(supa, name)
    function.restype, function.argtypes = result, arguments


declare("supa_manager_from_env", c_void_p, POINTER(Error))
declare("supa_manager_lease", c_void_p, c_void_p, c_char_p, POINTER(Error))
declare("supa_manager_free", None, c_void_p)
declare("supa_client_unref", None, c_void_p)
declare("supa_text", Value, c_char_p)
declare("supa_from", c_void_p, c_void_p, c_char_p)
declare("supa_select", c_void_p, c_void_p, c_char_p)
declare("supa_eq", c_void_p, c_void_p, c_char_p, Value)
declare("supa_order", c_void_p, c_void_p, c_char_p, c_int)
declare("supa_execute", c_void_p, c_void_p)
declare("supa_response_error", POINTER(Error), c_void_p)
declare("supa_response_row_count", c_size_t, c_void_p)
declare("supa_response_row", Row, c_void_p, c_size_t)
declare("supa_response_free", None, c_void_p)
declare("supa_row_decimal", c_int, Row, c_char_p, POINTER(c_void_p), POINTER(c_size_t))
declare("supa_row_string", c_char_p, Row, c_char_p, c_char_p)
SUPA_DESC = 2


def decimal(row, column):
    """The digits as the server wrote them; "-" when there are none."""
    digits, length = c_void_p(), c_size_t()
    if supa.supa_row_decimal(row, column, byref(digits), byref(length)) != 0:
        return "-"
    return ctypes.string_at(digits, length.value).decode()


def print_products(shop):
    query = supa.supa_from(shop, b"products")
    supa.supa_select(query, b"slug,price")
    supa.supa_eq(query, b"status", supa.supa_text(b"active"))
    supa.supa_order(query, b"price", SUPA_DESC)
    answer = supa.supa_execute(query)
    for i in range(supa.supa_response_row_count(answer)):
        row = supa.supa_response_row(answer, i)
        print(f'{decimal(row, b"price"):>8}  {supa.supa_row_string(row, b"slug", b"?").decode()}')
    error = supa.supa_response_error(answer)
    message = error.contents.message.decode() if error else None
    supa.supa_response_free(answer)
    return message


failure = Error()
manager = supa.supa_manager_from_env(byref(failure))
store = os.environ.get("STORE", "").encode()
shop = supa.supa_manager_lease(manager, store, byref(failure)) if manager else None
message = print_products(shop) if shop else failure.message.decode()
supa.supa_client_unref(shop)
supa.supa_manager_free(manager)
sys.exit(f"19-first-query: {message}" if message else 0)
