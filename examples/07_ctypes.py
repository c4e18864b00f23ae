#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""thaw from Python by ctypes, with the standard library only: the same would do in any language with a C interface.

usage: 07_ctypes.py [libthaw.so]

New calls: thaw_struct_size, thaw_data_add_event_arrays. What a binding needs: fixed-width types, structs that begin
with their size, a status per call.
"""
import ctypes as c
import itertools
import math
import os
import sys

STR = c.c_char_p
FLOAT64 = 2  # THAW_NUMBER_FLOAT64


class StringArray(c.Structure):
    _fields_ = [("offsets", c.POINTER(c.c_int64)), ("bytes", STR), ("n_bytes", c.c_int64), ("offset_size", c.c_int32),
                ("reserved", c.c_int32)]


class NumberArray(c.Structure):
    _fields_ = [("values", c.POINTER(c.c_double)), ("type", c.c_int32), ("stride", c.c_int32)]


class EventArrays(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("users", StringArray), ("items", StringArray),
                ("events", StringArray), ("values", NumberArray), ("times", NumberArray), ("baskets", StringArray)]


class Event(c.Structure):
    _fields_ = [("item", c.c_int64), ("time", c.c_double), ("value", c.c_float), ("event", c.c_int32),
                ("catalogue", c.c_int32), ("reserved", c.c_int32)]


class Hit(c.Structure):
    _fields_ = [("item", c.c_int64), ("mean", c.c_float), ("variance", c.c_float)]


class ThawError(Exception):
    pass


def strings(texts):
    """A column of strings as offsets and bytes, the layout of Arrow: one block instead of a pointer per string."""
    encoded = [text.encode() for text in texts]
    offsets = (c.c_int64 * (len(encoded) + 1))(0, *itertools.accumulate(map(len, encoded)))
    return StringArray(offsets, b"".join(encoded), offsets[-1], c.sizeof(c.c_int64))


def numbers(values):
    return NumberArray((c.c_double * len(values))(*values), FLOAT64)


class Thaw:
    """The calls used here, each checked. A config needs no struct: thaw_struct_size() and thaw_config_set()."""

    def __init__(self, path):
        self.lib = c.CDLL(path)
        self.lib.thaw_last_error.restype = STR
        self.lib.thaw_build_info.restype = STR
        for name in ("thaw_data_free", "thaw_model_free", "thaw_user_free"):
            getattr(self.lib, name).restype = None

    def __call__(self, name, *args):
        if getattr(self.lib, name)(*args) != 0:
            raise ThawError(self.lib.thaw_last_error().decode())

    def config(self, **fields):
        size = self.lib.thaw_struct_size(b"thaw_config")
        config = c.create_string_buffer(size)
        self("thaw_config_init", config, c.c_uint32(size))
        for key, value in fields.items():
            self("thaw_config_set", config, key.encode(), str(value).encode())
        return config

    def data(self, ratings):
        data = c.c_void_p()
        self("thaw_data_create", c.byref(data), None)
        users, items, values = zip(*ratings)
        arrays = EventArrays(struct_size=c.sizeof(EventArrays), users=strings(users), items=strings(items),
                             values=numbers(values))
        self("thaw_data_add_event_arrays", data, c.byref(arrays), c.c_int64(len(ratings)))
        return data

    def pretrain(self, data, **fields):
        model = c.c_void_p()
        self("thaw_model_create", c.byref(model), self.config(**fields), data)
        self("thaw_pretrain", model, None, data, None, None)
        return model

    def recommend(self, model, ratings, top=10):
        events = (Event * max(1, len(ratings)))()
        for event, (item, value) in zip(events, ratings):
            row = c.c_int64()
            self("thaw_model_item_row", model, c.byref(row), item.encode())
            event.item, event.value = row, value
        user = c.c_void_p()
        self("thaw_user_create", c.byref(user), model)
        try:
            self("thaw_adapt", model, user, events, c.c_int64(len(ratings)))
            hits, n = (Hit * top)(), c.c_int64()
            self("thaw_recommend", model, user, hits, c.byref(n), None)  # no query: the ten best
        finally:
            self.lib.thaw_user_free(user)
        out = []
        for hit in hits[:n.value]:
            key = STR()
            self("thaw_model_item_key", model, c.byref(key), c.c_int64(hit.item))
            out.append((key.value.decode(), hit.mean, math.sqrt(hit.variance)))
        return out


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("THAW_LIBRARY", "libthaw.so.0.4")
    thaw = Thaw(path)
    print(thaw.lib.thaw_build_info().decode())

    tea = ["green tea", "black tea", "teapot", "honey"]
    coffee = ["espresso", "filter coffee", "coffee mill", "milk jug"]
    ratings = [(f"c{u}", item, (4 if (item in tea) == (u % 2 == 0) else 1) + (7 * u + 5 * k) // 3 % 2)
               for u in range(60) for k, item in enumerate((tea + coffee)[j % 8] for j in range(u, u + 15, 3))]
    data = thaw.data(ratings)
    model = thaw.pretrain(data, rank=2, passes=30)
    try:
        thaw.pretrain(data, objective="ranking", target="rating", loss="softmax", patience=5)
    except ThawError as e:
        print("as it should be:", e)  # target and loss are settings of a ranking, patience is not
    else:
        raise AssertionError("a setting that the objective does not use must be an error")
    thaw.lib.thaw_data_free(data)

    found = thaw.recommend(model, [("green tea", 5), ("espresso", 2)])
    for item, mean, sd in found:
        print(f"{mean:.2f} ± {sd:.2f}  {item}")
    assert {item for item, _, _ in found[:4]} == set(tea), found
    try:
        thaw.recommend(model, [("no such thing", 5)])
    except ThawError as e:
        print("as it should be:", e)
    else:
        raise AssertionError("an unknown item must be an error")
    thaw.lib.thaw_model_free(model)


main()
