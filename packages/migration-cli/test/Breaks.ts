// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of other files

import type { Broken } from "./broken.ts";

/** One line of conversion code each, on one side or the other, and what stands in its place. */
export interface Break extends Broken {
  /** The legacy file that it is tried on. */
  readonly on: On;
}

export const files = ["parcels", "club", "seats"] as const;
export type On = (typeof files)[number];

type Pair = readonly [line: string, broken: string];

const tried =
  (on: On) =>
  (file: string, ...pairs: ReadonlyArray<Pair>): ReadonlyArray<Break> =>
    pairs.map(([line, broken]) => ({ on, file, line, broken }));

const of = tried("parcels");
const ofKinds = tried("club");
const ofSeats = tried("seats");

const writer = [
  ...of(
    "packages/migration/src/Fields.ts",
    // Text, of which only the lower case is carried, and as it is.
    ["form.lower ? cell.toLowerCase() : cell", "cell"],
    ["form.lower ? cell.toLowerCase() : cell", 'cell.normalize("NFD").toLowerCase()'],
    // Numbers.
    ["Number.isSafeInteger(Number(value)) ? Number(value) : value", "Number(value)"],
    ["Number.isSafeInteger(Number(value)) ? Number(value) : value", "-value"],
    ["Decimal.shift(value, -form.places)", "Decimal.shift(value, 1 - form.places)"],
    // Moments and days.
    ['unit === "seconds" ? 1_000_000_000n', 'unit === "seconds" ? 1_000_000n'],
    [": 1_000_000n;", ": 1_000_001n;"],
    ["cell * nanoseconds", "(cell + 1n) * nanoseconds"],
    ['"$1-$2-$3"', '"$1-$3-$2"'],
    ['.slice(0, "2025-10-01".length)', ".replace(/..T.*/, '01')"],
    // Words, flags and bytes.
    ["cell === 0n ? false : cell === 1n ? true", "cell === 0n ? true : cell === 1n ? false"],
    ["(cell) => known.get(cell)", "(cell) => known.has(cell) ? form.words[0]?.[1] : undefined"],
    ['Buffer.from(cell).toString("base64")', 'Buffer.from(cell.subarray(1)).toString("base64")'],
    ['Buffer.from(cell).toString("base64")', 'Buffer.from(cell).toString("base64url")'],
    // Days with or without a time, and JSON.
    [
      "undefined ? day : `${day}T${time}${zone}`",
      "undefined ? `${day}T00:00:00` : `${day}T${time}${zone}`",
    ],
    ["undefined ? day : `${day}T${time}${zone}`", "undefined ? day : `${day}T${time}`"],
    [
      "undefined ? day : `${day}T${time}${zone}`",
      "undefined ? day : `${day}T${time}${zone || 'Z'}`",
    ],
    ["JsonText.parse(cell)", "JSON.parse(cell)"],
    // What stands for nothing, and what says nothing.
    ["nothing.has(cell) ? null : value(cell)", "cell === null ? null : value(cell)"],
    ["known.has(cell) ? null : undefined", "cell === null ? null : undefined"],
  ),
  ...of(
    "packages/migration/src/Field.ts",
    ["min <= cell && cell <= max ? cell", "min <= cell && cell <= max ? cell ^ 1n"],
    ["Decimal.fromDouble(cell)", "Decimal.fromDouble(Math.fround(cell))"],
    ["return Decimal.fromBigInt(cell);", "return Decimal.fromBigInt(cell + 1n);"],
    ["Decimal.unsafeFromText(text)", "Decimal.unsafeFromText(text.slice(0, 9))"],
    ["numbers ? fromNumber(cell)", "numbers ? fromNumber(-cell)"],
    ["numbers ? fromNumber(cell)", "numbers ? undefined"],
    ["(?:\\.\\d+)?$/", "$/"],
  ),
  ...of(
    "packages/migration/src/JsonText.ts",
    ["found.push(this.#value(level + 1))", "found.unshift(this.#value(level + 1))"],
    ["found.set(name, ", 'found.set(name || "none", '],
    ["Object.fromEntries(found)", "Object.fromEntries([...found].slice(1))"],
    ["number + 0 : BigInt(text)", "number + 0 : number"],
    ["return number + 0;", "return Math.trunc(number);"],
    [
      "Decimal.shift(Decimal.unsafeFromText(digits), Number(exponent))",
      "Decimal.unsafeFromText(digits)",
    ],
    ['["true", true]', '["true", false]'],
    ['["null", null]', '["null", false]'],
    ["JSON.parse(this.#text.slice(start, this.#at))", "this.#text.slice(start + 1, this.#at - 1)"],
  ),
  ...of(
    "packages/migration/src/LegacyTimestamp.ts",
    ["`${text}Z`", "`${text}+01:00`"],
    ["(?:Z|[+-]\\d\\d:\\d\\d)", "Z"],
  ),
  ...of(
    "packages/scalars/src/Timestamp.ts",
    ["seconds - ahead * 60", "seconds + ahead * 60"],
    ['padEnd(9, "0")', 'padStart(9, "0")'],
    ["if (fraction === 0)", "if (fraction < 1e6)"],
    ["Number(timestamp / billion) - (rest < 0 ? 1 : 0)", "Number(timestamp / billion)"],
  ),
  ...of(
    "packages/scalars/src/Decimal.ts",
    ['value.isZero() ? "0" : value.toFixed()', "value.toFixed(6)"],
    ["new Exact(`1e${exponent}`)", "new Exact(`1e${-exponent}`)"],
  ),
  // What is put together of columns, of a child and of a lookup.
  ...of(
    "packages/migration/src/Defined.ts",
    ["fields[to] = row[column]", 'fields[to] = row[column === "label" ? "code" : column]'],
    ["(lists[field] ?? []).map", "(lists[field] ?? []).slice(1).map"],
  ),
  ...of("packages/migration/src/sqlite/Parts.ts", [
    "part.${sql.id(child.key)} collate binary, part.rowid`",
    "part.${sql.id(child.key)} collate binary desc, part.rowid`",
  ]),
  ...of("packages/migration/src/sqlite/Lookups.ts", [
    "where beside.${sql.id(one.key)} = ",
    "where beside.${sql.id(one.key)} <= ",
  ]),
  // Which rows are meant.
  ...ofKinds(
    "packages/migration/src/sqlite/Kinds.ts",
    ["return sql`${column} is null`", "return sql`${column} is not null`"],
    ["sql.join(conditions, sql` and `)", "sql.join(conditions, sql` or `)"],
    ["sql` or `,", "sql` and `,"],
    ["= ${sql.lit(cell)} collate binary", "<> ${sql.lit(cell)} collate binary"],
  ),
  ...ofKinds("packages/migration/src/sqlite/RowOrder.ts", [
    "from ${sql.id(table.name)} where ${Kinds.rows(table.table.where)}\n",
    "from ${sql.id(table.name)}\n",
  ]),
  ...of("packages/migration/src/sqlite/Kinds.ts", [
    "and ${column} = ${sql.raw(String(cell))}",
    "and ${column} > ${sql.raw(String(cell))}",
  ]),
  ...of("packages/migration/src/sqlite/Parts.ts", [
    'where ${Kinds.rows(child.where, "part")} and ',
    "where ",
  ]),
  // Copies of tables WITHOUT ROWID.
  ...ofSeats(
    "packages/migration/src/sqlite/WithoutRowid.ts",
    ["then 'nocase'", "then 'binary'"],
    ['has("INT")) return "integer"', 'has("INT")) return "text"'],
    ['"TEXT")) return "text"', '"TEXT")) return "numeric"'],
    ['declared === "" ||', 'declared === "NONE" ||'],
    ["select ${sql.join(names)} from", "select ${sql.join(names.toReversed())} from"],
  ),
];

const verifier = [
  ...of(
    "packages/verifier/src/Forms.ts",
    ["(text) => text.toLowerCase()", "(text) => text"],
    ["Decimal.shift(value, -form.places)", "Decimal.shift(value, 1 - form.places)"],
    ["seconds: 1_000_000_000n", "seconds: 1_000_000n"],
    ["milliseconds: 1_000_000n", "milliseconds: 1_000_001n"],
    ["text.slice(4, 6)}-${text.slice(6)", "text.slice(6)}-${text.slice(4, 6)"],
    [
      'cell === 0n ? "false" : cell === 1n ? "true"',
      'cell === 0n ? "true" : cell === 1n ? "false"',
    ],
    ["known.get(cell) ??", "[...known.values()][0] ??"],
    ["known.has(cell) ? null", "cell === null ? null"],
    ['Buffer.from(cell).toString("hex")', 'Buffer.from(cell.subarray(1)).toString("hex")'],
    ['? bytes.toString("hex")', '? bytes.toString("hex").slice(2)'],
    ["nothing.has(cell) ? null : legacy(cell)", "cell === null ? null : legacy(cell)"],
    ['dayOrTime(text, " ")', 'dayOrTime(text, "T")'],
    ['(text) => dayOrTime(text, " ")', "day"],
    ['dayOrTime(value, "T")', 'dayOrTime(value, "T").slice(1)'],
  ),
  ...of(
    "packages/verifier/src/Cell.ts",
    ['typeof cell === "string" ? cell : wrong(cell, "TEXT")', "`${String(cell)} `"],
    ['typeof cell === "bigint" ? cell : wrong', 'typeof cell === "bigint" ? cell & 15n : wrong'],
    ["Decimal.parse(String(cell))", "Decimal.parse(Number(cell).toFixed(1))"],
    ["return Decimal.parse(cell) ??", "return Decimal.parse(cell.slice(0, 9)) ??"],
    ['cell.replace(/^-/, "").split', "cell.split"],
    ["? decimalText(cell) : decimal(cell)", "? decimalText(cell) : decimalText(String(-cell))"],
  ),
  ...of(
    "packages/verifier/src/JsonText.ts",
    ["return BigInt(source)", "return value"],
    ["JSON.parse(text, exactly)", "JSON.parse(text)"],
    ["keysIn(value) !== keys", "keysIn(value) > 1"],
    ["depth > deepest", "depth > 1"],
  ),
  ...of(
    "packages/verifier/src/Moment.ts",
    ["local - ahead", "local + ahead"],
    ['fraction.padEnd(9, "0")', 'fraction.padStart(9, "0")'],
    ["\\d\\d[ T]\\d\\d", "\\d\\dT\\d\\d"],
  ),
  ...of(
    "packages/verifier/src/Decimal.ts",
    ["Number(exponent) - fraction.length", "-fraction.length"],
    ["exponent + digits.length - end", "exponent"],
    ["Number(exponent) + by", "Number(exponent) - by"],
  ),
  ...of(
    "packages/verifier/src/Json.ts",
    ["? BigInt(value)\n", "? BigInt(value) + 1n\n"],
    ["plain ? Decimal.parse(value)", "plain ? Decimal.parse(`${value}0`.slice(0, 3))"],
  ),
  ...of(
    "packages/verifier/src/Derived.ts",
    ["? unset > 0", "? unset === 0"],
    ["one.to.slice(prefix.length)", "one.column.slice(prefix.length)"],
  ),
  ...of("packages/verifier/src/Parts.ts", [
    "collate binary, part.rowid)",
    "collate binary desc, part.rowid)",
  ]),
  // Which rows are meant.
  ...ofKinds(
    "packages/verifier/src/Kinds.ts",
    ["[0, 1] : [1, 0]", "[0, 1] : [1, 1]"],
    ["typeof(${column}) is 'null'", "typeof(${column}) is not 'null'"],
    ["is cast(${sql.lit(cell)} as blob)", "is not cast(${sql.lit(cell)} as blob)"],
    ["is not 1 order by", "is 1 order by"],
  ),
  ...ofKinds("packages/verifier/src/StreamCases.ts", [
    'as legacy where ${taken(spec.where, "legacy")}',
    "as legacy",
  ]),
  ...of(
    "packages/verifier/src/Kinds.ts",
    ["is 'integer' and ${column} is ", "is 'integer' and ${column} is not "],
    ["typeof(${column}) is 'null'", "typeof(${column}) is 'blob'"],
  ),
  ...of("packages/verifier/src/Parts.ts", ['where ${taken(part.where, "part")}`)', "`)"]),
  ...ofKinds("packages/verifier/src/Parts.ts", ['and ${taken(spec.where, "legacy")})', "and 0)"]),
  // Copies of tables WITHOUT ROWID.
  ...ofSeats(
    "packages/verifier/src/sqlite/RowCopy.ts",
    ['return "nocase"', 'return "binary"'],
    [
      "(${list}) select ${list} from",
      "select ${sql.join(columns.toReversed().map(({ name }) => sql.id(name)))} from",
    ],
  ),
  ...ofSeats(
    "packages/verifier/src/sqlite/StoredTable.ts",
    ['/int/i.test(type)) return "integer"', '/int/i.test(type)) return "text"'],
    [
      '/char|clob|text/i.test(type)) return "text"',
      '/char|clob|text/i.test(type)) return "numeric"',
    ],
    ['type === "" ||', 'type === "none" ||'],
  ),
];

export const breaks = { writer, verifier } as const;
