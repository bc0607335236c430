// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of other files

/**
 * One line of conversion code each, on one side or the other, and what stands in its place. The text
 * must be in its file exactly once.
 */
export interface Break {
  readonly file: string;
  readonly line: string;
  readonly broken: string;
}

type Pair = readonly [line: string, broken: string];

const of = (file: string, ...pairs: ReadonlyArray<Pair>): ReadonlyArray<Break> =>
  pairs.map(([line, broken]) => ({ file, line, broken }));

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
    // What stands for nothing, and what says nothing.
    ["nothing.has(cell) ? null : value(cell)", "cell === null ? null : value(cell)"],
    ["known.has(cell) ? null : undefined", "cell === null ? null : undefined"],
  ),
  ...of(
    "packages/migration/src/Field.ts",
    ["min <= cell && cell <= max ? cell", "min <= cell && cell <= max ? cell ^ 1n"],
    ["Decimal.fromDouble(cell)", "Decimal.fromDouble(Math.fround(cell))"],
    ["return Decimal.fromBigInt(cell);", "return Decimal.fromBigInt(cell + 1n);"],
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
    "part.${sql.ref(child.key)} collate binary, part.rowid`",
    "part.${sql.ref(child.key)} collate binary desc, part.rowid`",
  ]),
  ...of("packages/migration/src/sqlite/Lookups.ts", [
    "where beside.${sql.ref(one.key)} = ",
    "where beside.${sql.ref(one.key)} <= ",
  ]),
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
  ),
  ...of(
    "packages/verifier/src/Cell.ts",
    ['typeof cell === "string" ? cell : wrong(cell, "TEXT")', "`${String(cell)} `"],
    ['typeof cell === "bigint" ? cell : wrong', 'typeof cell === "bigint" ? cell & 15n : wrong'],
    ["Decimal.parse(String(cell))", "Decimal.parse(Number(cell).toFixed(1))"],
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
];

export const breaks = { writer, verifier } as const;
