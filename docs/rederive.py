#!/usr/bin/env python3
"""Derives again what a report of `verify-only --report` says of a database, as proof-format.md
describes it, and ends with 1 where the two differ. It shares nothing with the program that wrote the
report but that page. LOG is the file of the log, if that is another one.

    python3 rederive.py DATABASE REPORT [LOG]
    python3 rederive.py --vectors proof-vectors.json
"""

import base64
import hashlib
import json
import sqlite3
import struct
import sys
import zlib

MAGIC = "ledgerfold-proof-"
BLOCK_ROWS = 1024
LEAF_BYTES = 8
CLASSES = {"null": 0, "integer": 1, "real": 2, "text": 3, "blob": 4}


def sha256(data):
    return hashlib.sha256(data).digest()


def prefixed(data):
    return struct.pack(">I", len(data)) + data


def listed(names):
    return struct.pack(">I", len(names)) + b"".join(prefixed(name.encode()) for name in names)


def header(side, table, encoding, key, columns):
    """`key` is a list of columns where the table has no rowids: format 2."""
    magic = MAGIC + ("1" if isinstance(key, str) else "2")
    parts = b"".join(prefixed(part.encode()) for part in (magic, side, table, encoding))
    return parts + (prefixed(key.encode()) if isinstance(key, str) else listed(key)) + listed(columns)


def cell(kind, value):
    """`value` is an int, a float, or the bytes that are stored."""
    start = bytes([CLASSES[kind]])
    if kind == "null":
        return start
    if kind == "integer":
        return start + struct.pack(">q", value)
    if kind == "real":
        return start + struct.pack(">d", value)
    return start + prefixed(value)


def canonical(head, cells):
    return b"\0" + sha256(head) + prefixed(b"".join(cells))


class Tree:
    """The Merkle tree of RFC 6962: keeps its perfect subtrees, the largest first."""

    def __init__(self):
        self.subtrees = []

    def push(self, leaf):
        size = 1
        while self.subtrees and self.subtrees[-1][0] == size:
            leaf = sha256(b"\1" + self.subtrees.pop()[1] + leaf)
            size *= 2
        self.subtrees.append((size, leaf))

    def root(self):
        if not self.subtrees:
            return sha256(b"")
        root = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            root = sha256(b"\1" + left + root)
        return root


def id_in_report(kind, value):
    """A view's id, or a cell of a key, as a block has it."""
    if kind == "text":
        try:
            return value.decode()
        except UnicodeDecodeError:
            return [kind, value.hex()]
    if kind == "null":
        return [kind, ""]
    if kind == "integer":
        return [kind, str(value)]
    return [kind, struct.pack(">d", value).hex() if kind == "real" else value.hex()]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def folded(name):
    """In the lower case of ASCII, as SQLite compares names."""
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in name)


class Failure(Exception):
    pass


def insist(holds, what):
    if not holds:
        raise Failure(what)


def keys_of(block):
    if "rowids" in block:
        return [int(first) + n for first, count in block["rowids"] for n in range(count)]
    packed = block["keys"] if "keys" in block else block["ids"]
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def check_table(database, proof, summary):
    """Reads the table as the page says and compares each row, and then the whole."""
    side, table, encoding, key = (proof[name] for name in ("side", "table", "encoding", "key"))
    columns = proof["columns"]
    insist((side, table) == (summary["side"], summary["table"]), f"{table}: not in the summary")
    head = header(side, table, encoding, key, columns)

    # Everything that the table stores, unless the page says which columns are taken.
    sql = "select name, hidden, pk from pragma_table_xinfo(?) order by pk"
    info = database.execute(sql, (table,)).fetchall()
    names = {folded(name.decode()) for name, _, _ in info}
    stored = {folded(name.decode()) for name, hidden, _ in info if hidden != 2}
    if table == "event_queue":
        stored &= {"block_number", "log_index", "tx_hash"}
    insist(columns == sorted(stored, key=str.encode), f"{table}: the columns are {sorted(stored)}")

    if isinstance(key, str):
        rowid = next(name for name in ("rowid", "_rowid_", "oid") if name not in names)
        keys, last = [rowid if key == "rowid" else key], [rowid]
    else:
        primary = [folded(name.decode()) for name, _, pk in info if pk > 0]
        insist(key == primary, f"{table}: the key is {primary}")
        keys, last = key, []
    wanted = keys + columns
    text = [f"cast({quoted(name)} as blob)" for name in wanted]
    pick = [
        f"typeof({quoted(name)}), case typeof({quoted(name)}) when 'text' then {as_blob} else {quoted(name)} end"
        for name, as_blob in zip(wanted, text)
    ]
    first = [] if key == "rowid" else [f"{quoted(name)} collate binary" for name in keys]
    order = ", ".join(first + last)
    rows = database.execute(f"select {', '.join(pick)} from {quoted(table)} order by {order}")

    tree, whole, count = Tree(), hashlib.sha256(head), 0
    for number, block in enumerate(proof["blocks"]):
        rows_of, leaves = keys_of(block), base64.b64decode(block["leaves"])
        is_last = number == len(proof["blocks"]) - 1
        size = len(rows_of)
        insist(size == BLOCK_ROWS or is_last, f"{table}: block {number} has {size} rows")
        insist(len(leaves) == LEAF_BYTES * size, f"{table}: block {number} lacks leaves")
        for place, known in enumerate(rows_of):
            row = rows.fetchone()
            insist(row is not None, f"{table}: the row {known} is gone")
            pairs = [(row[n].decode(), row[n + 1]) for n in range(0, len(row), 2)]
            ids = [id_in_report(*pair) for pair in pairs[: len(keys)]]
            found = pairs[0][1] if key == "rowid" else ids[0] if isinstance(key, str) else ids
            insist(found == known, f"{table}: the row {found} stands where {known} was")
            record = canonical(head, [cell(kind, value) for kind, value in pairs])
            leaf = sha256(record)
            begin = leaves[LEAF_BYTES * place : LEAF_BYTES * (place + 1)]
            insist(leaf[:LEAF_BYTES] == begin, f"{table}: the row {known} is another one")
            tree.push(leaf)
            whole.update(record)
            count += 1
    insist(rows.fetchone() is None, f"{table}: there are more rows")
    insist(count == summary["rows"], f"{table}: there are {count} rows")
    insist(tree.root().hex() == summary["root"], f"{table}: the root is {tree.root().hex()}")
    insist(whole.hexdigest() == summary["sha256"], f"{table}: the SHA-256 is {whole.hexdigest()}")
    print(f"{side} {table}: {count} rows, root {summary['root']}")


def opened(path):
    database = sqlite3.connect(path)
    database.text_factory = bytes
    database.execute("pragma query_only = on")
    database.execute("begin")
    return database


def check_report(path, report_path, log_path=None):
    with open(report_path, encoding="utf-8") as file:
        report = json.load(file)
    insist(report["format"] == "ledgerfold-verification", "this is no report")
    version = report["version"]
    insist(version in (1, 2), f"this is a report of version {version}")
    insist(version == report["summary"]["version"], "the summary is of another version")
    tables = report["summary"]["tables"]
    insist(len(tables) == len(report["proof"]), "the summary has other tables than the proof")
    log = None if log_path else report["summary"].get("log")
    databases = {"legacy": opened(path), "event": opened(log_path or path)}
    try:
        for proof, summary in zip(report["proof"], tables):
            is_there = proof["side"] == "legacy" or log is None
            insist(is_there, f"the log is in {log}: name its file after the report")
            insist(version == 2 or isinstance(proof["key"], str), "version 1 has no such keys")
            check_table(databases[proof["side"]], proof, summary)
    finally:
        for database in databases.values():
            database.close()


def value_of(kind, text):
    """A cell of the vectors: integers in decimal, the rest in hex."""
    if kind == "null":
        return None
    if kind == "integer":
        return int(text)
    data = bytes.fromhex(text)
    return struct.unpack(">d", data)[0] if kind == "real" else data


def check_vectors(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    for vector in vectors["tables"]:
        layout = vector["layout"]
        head = header(*(layout[name] for name in ("side", "table", "encoding", "key", "columns")))
        insist(head.hex() == vector["header"], f"the header is {head.hex()}")
        tree, whole = Tree(), hashlib.sha256(head)
        for row in vector["rows"]:
            cells = [cell(kind, value_of(kind, text)) for kind, text in row["cells"]]
            record = canonical(head, cells)
            insist(record.hex() == row["canonical"], f"a canonical row is {record.hex()}")
            insist(sha256(record).hex() == row["leaf"], f"a leaf is {sha256(record).hex()}")
            tree.push(sha256(record))
            whole.update(record)
        insist(whole.hexdigest() == vector["sha256"], f"a SHA-256 is {whole.hexdigest()}")
        insist(tree.root().hex() == vector["root"], f"a root is {tree.root().hex()}")
    for vector in vectors["trees"]:
        tree = Tree()
        for leaf in vector["leaves"]:
            tree.push(bytes.fromhex(leaf))
        insist(tree.root().hex() == vector["root"], f"a root is {tree.root().hex()}")
    for vector in vectors["blocks"]:
        insist(keys_of(vector["block"]) == vector["keys"], f"keys are {keys_of(vector['block'])}")
    print("all vectors hold")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    try:
        if sys.argv[1] == "--vectors":
            check_vectors(sys.argv[2])
        else:
            check_report(*sys.argv[1:])
    except Failure as failure:
        sys.exit(f"rederive: {failure}")
