"""The other side of the interop tests: a Python driver that inserts and selects what it is told, in JSON lines.

Values travel as plain JSON: integers, times and durations as decimal text, bytes and floating point numbers as hex of their
big-endian bytes, sets as lists, maps as lists of pairs, tuples and UDTs as lists in the order of their fields.
"""
import datetime
import decimal
import json
import struct
import sys
import uuid

from cassandra.cluster import Cluster
from cassandra.util import Date, Duration, Time

EPOCH = datetime.datetime(1970, 1, 1)
MILLISECOND = datetime.timedelta(milliseconds=1)


def to_python(kind, value):
    if value is None:
        return None
    if isinstance(kind, str):
        return SCALARS[kind][0](value)
    (name, inner), = kind.items()
    if name in ("list", "set"):
        return [to_python(inner, item) for item in value] if name == "list" else SetOf(inner, value)
    if name == "map":
        return MapOf(inner, value)
    if name == "vector":
        return [to_python(inner[0], item) for item in value]
    if name == "tuple":
        return tuple(to_python(part, item) for part, item in zip(inner, value))
    return tuple(to_python(field[1], item) for field, item in zip(inner["fields"], value))


class SetOf(list):
    """A set whose members need not be hashable: the driver only iterates."""

    def __init__(self, inner, items):
        super().__init__(to_python(inner, item) for item in items)


class MapOf:
    """A map whose keys need not be hashable: the driver only asks for items."""

    def __init__(self, inner, pairs):
        self.pairs = [(to_python(inner[0], key), to_python(inner[1], item)) for key, item in pairs]

    def items(self):
        return self.pairs

    def __len__(self):
        return len(self.pairs)


def from_python(kind, value):
    if value is None:
        return None
    if isinstance(kind, str):
        return SCALARS[kind][1](value)
    (name, inner), = kind.items()
    if name in ("list", "set"):
        return [from_python(inner, item) for item in value]
    if name == "map":
        return [[from_python(inner[0], key), from_python(inner[1], item)] for key, item in value.items()]
    if name == "vector":
        return [from_python(inner[0], item) for item in value]
    if name == "tuple":
        return [from_python(part, item) for part, item in zip(inner, value)]
    return [from_python(field[1], item) for field, item in zip(inner["fields"], value)]


def same(value):
    return value


SCALARS = {
    "ascii": (same, same),
    "text": (same, same),
    "boolean": (same, same),
    "inet": (same, same),
    "blob": (bytes.fromhex, lambda value: bytes(value).hex()),
    "tinyint": (int, str),
    "smallint": (int, str),
    "int": (int, str),
    "bigint": (int, str),
    "counter": (int, str),
    "varint": (int, str),
    "decimal": (decimal.Decimal, lambda value: decimal_text(value)),
    "float": (lambda text: struct.unpack(">f", bytes.fromhex(text))[0], lambda value: struct.pack(">f", value).hex()),
    "double": (lambda text: struct.unpack(">d", bytes.fromhex(text))[0], lambda value: struct.pack(">d", value).hex()),
    "uuid": (uuid.UUID, str),
    "timeuuid": (uuid.UUID, str),
    "timestamp": (lambda text: EPOCH + int(text) * MILLISECOND, lambda value: str((value - EPOCH) // MILLISECOND)),
    "date": (lambda text: Date(int(text)), lambda value: str(value.days_from_epoch)),
    "time": (lambda text: Time(int(text)), lambda value: str(value.nanosecond_time)),
    "duration": (
        lambda parts: Duration(*(int(part) for part in parts)),
        lambda value: [str(value.months), str(value.days), str(value.nanoseconds)],
    ),
}


def decimal_text(value):
    sign, digits, exponent = value.as_tuple()
    unscaled = int("".join(map(str, digits))) * (-1 if sign else 1)
    return "%d/%d" % (unscaled, -exponent)


def decimal_of(text):
    unscaled, scale = text.split("/")
    number = int(unscaled)
    return decimal.Decimal((1 if number < 0 else 0, tuple(map(int, str(abs(number)))), -int(scale)))


SCALARS["decimal"] = (decimal_of, decimal_text)


def main():
    options = json.loads(sys.argv[1])
    cluster = Cluster(
        [options["host"]],
        port=options["port"],
        protocol_version=options["protocolVersion"],
        compression=options["compression"] or False,
        connect_timeout=30,
        control_connection_timeout=30,
    )
    session = cluster.connect(options["keyspace"])
    session.default_timeout = 60
    for line in sys.stdin:
        request = json.loads(line)
        names, types = request["columns"], request["types"]
        if request["do"] == "insert":
            marks = ", ".join("?" for _ in names)
            insert = session.prepare("INSERT INTO %s (%s) VALUES (%s)" % (request["table"], ", ".join(names), marks))
            for row in request["rows"]:
                session.execute(insert, [to_python(kind, value) for kind, value in zip(types, row)])
            answer = {"rows": []}
        else:
            select = session.prepare("SELECT %s FROM %s WHERE id = ?" % (", ".join(names), request["table"]))
            rows = [session.execute(select, [key]).one() for key in request["ids"]]
            answer = {"rows": [[from_python(kind, value) for kind, value in zip(types, row)] for row in rows]}
        print(json.dumps(answer), flush=True)
    cluster.shutdown()


main()
