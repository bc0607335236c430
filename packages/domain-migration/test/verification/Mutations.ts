import type { AggregateName } from "../../src/Verification.ts";
import type { Cell, Run } from "./Harness.ts";

/** The smallest changes that a file can suffer. */
export interface Mutation {
  /** Where it must show, and nothing else that is changed with it. */
  readonly aggregate: AggregateName;
  /** The one stream where it must show; without it, any of the aggregate. */
  readonly stream: string | undefined;
  readonly name: string;
  /** The same for changes that a verifier would see, or miss, for the same reason. */
  readonly alike: string;
  /** False where the column's type turned the new value back into the old one. */
  readonly apply: (run: Run) => boolean;
}

/** One of those that are alike. */
export const distinct = (mutations: ReadonlyArray<Mutation>): ReadonlyArray<Mutation> => [
  ...new Map(mutations.map((mutation) => [mutation.alike, mutation])).values(),
];

export interface Place {
  /** Whose rows it belongs to. */
  readonly aggregate: AggregateName;
  readonly stream?: string;
  readonly table: string;
  readonly rowid: bigint;
  readonly column: string;
  readonly cell: Cell;
}

/** All cells of these columns in the rows where the SQL holds. */
export const places = (
  run: Run,
  aggregate: AggregateName,
  table: string,
  columns: ReadonlyArray<string>,
  where = "true",
  stream = "NULL",
): ReadonlyArray<Place> =>
  run(
    `SELECT rowid AS place, ${stream} AS stream, ${columns.join(", ")} FROM ${table} WHERE ${where}`,
  ).flatMap(({ place, stream: id, ...row }) =>
    Object.entries(row).map(([column, cell]) => ({
      ...(id === null ? {} : { stream: String(id) }),
      ...{ aggregate, table, rowid: place as bigint, column, cell },
    })),
  );

export const columnsOf = (run: Run, table: string): ReadonlyArray<string> =>
  run("SELECT name FROM pragma_table_info(?)", table).map(({ name }) => String(name));

/** Sets the cell to something else; bytes as the text that they are where `asText` says so. */
export const set = (
  { aggregate, stream, table, rowid, column, cell }: Place,
  name: string,
  value: Cell,
  { asText = false, alike = name }: { readonly asText?: boolean; readonly alike?: string } = {},
): Mutation => ({
  aggregate,
  stream,
  name: `${table}.${column} of row ${rowid}: ${name}`,
  alike: `${aggregate} ${table}.${column} ${cell === null ? "null" : typeof cell} ${alike}`,
  apply: (run) => {
    const to = asText ? "CAST(? AS TEXT)" : "?";
    run(`UPDATE ${table} SET ${column} = ${to} WHERE rowid = ?`, value, rowid);
    const [after] = run(
      `SELECT ${column} IS ? AND typeof(${column}) = typeof(?) AS same FROM ${table}
       WHERE rowid = ?`,
      ...[cell, cell, rowid],
    );
    return after?.same !== 1n;
  },
});

/** To NULL, to bytes, by as little as the type allows, and to other types. */
export const ofCell = (place: Place): ReadonlyArray<Mutation> => {
  const { cell } = place;
  const to = (name: string, value: Cell) => set(place, name, value);
  if (cell === null) {
    return [
      to("0", 0n),
      to("0.5", 0.5),
      to("empty text", ""),
      to("a moment", "2025-08-01 12:00:00"),
      to("bytes", Buffer.of(1)),
    ];
  }
  const others = [to("NULL", null), to("as bytes", Buffer.from(String(cell)))];
  if (typeof cell === "bigint") return [...others, ...ofInteger(place, cell)];
  if (typeof cell === "number") return [...others, ...ofReal(place, cell)];
  return typeof cell === "string" ? [...others, ...ofText(place, cell)] : others;
};

const ofInteger = (place: Place, cell: bigint): ReadonlyArray<Mutation> => [
  ...(cell < 2n ** 63n - 1n ? [set(place, "one more", cell + 1n)] : []),
  ...(cell > -(2n ** 63n) ? [set(place, "one less", cell - 1n)] : []),
  set(place, "half more", Number(cell) + 0.5),
  set(place, "as REAL", Number(cell)),
  set(place, "as text", String(cell)),
  set(place, "as text with a letter", `${cell}x`),
];

const ofReal = (place: Place, cell: number): ReadonlyArray<Mutation> => [
  set(place, "next double up", neighbour(cell, 1n)),
  set(place, "next double down", neighbour(cell, -1n)),
  set(place, "infinity", Number.POSITIVE_INFINITY),
  ...(Number.isSafeInteger(cell) ? [set(place, "as INTEGER", BigInt(cell))] : []),
  set(place, "as text", String(cell)),
  set(place, "as text with a letter", `${cell}x`),
];

const ofText = (place: Place, cell: string): ReadonlyArray<Mutation> => {
  const bytes = Buffer.from(cell);
  const notUtf8 = Buffer.concat([bytes, Buffer.of(0xff)]);
  return [
    set(place, "empty", ""),
    set(place, "a space more", `${cell} `),
    set(place, `a character less${cell.endsWith("Z") ? " than Z" : ""}`, cell.slice(0, -1)),
    set(place, "a number", 5n),
    ...(/^\d{1,15}$/.test(cell) ? [set(place, "as a whole number", BigInt(cell))] : []),
    ...(others[cell] === undefined ? [] : [set(place, "another word", others[cell])]),
    set(place, "another last bit", flipped(bytes, bytes.length * 8 - 8), { asText: true }),
    set(place, "bytes that are not UTF-8", notUtf8, { asText: true }),
    ...(isMoment.test(cell) ? [set(place, "another nanosecond", anotherNanosecond(cell))] : []),
  ];
};

/** Words that stand for as much, and mean something else. */
export const others: Readonly<Record<string, string>> = {
  ...{ BUY: "SELL", SELL: "BUY", Buy: "Sell", Sell: "Buy" },
  ...{ PENDING: "FAILED", SUBMITTED: "PENDING", FILLED: "FAILED", FAILED: "FILLED" },
  ...{ Pending: "Submitted", Submitted: "Pending", Filled: "Submitted" },
  ...{ schwab: "alpaca", alpaca: "alpaca-broker-api", "alpaca-broker-api": "alpaca" },
  ...{ dry_run: "dry-run", "dry-run": "dry_run" },
  ...{ Schwab: "Alpaca", Alpaca: "DryRun", DryRun: "Schwab" },
};

export const flipped = (bytes: Uint8Array, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  const at = Math.floor(bit / 8);
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
};

/** The double next to this one, away from zero or towards it. */
const neighbour = (value: number, step: bigint): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value === 0 ? 1n : step));
  return view.getFloat64(0);
};

const isMoment = /^\d{4}-\d\d-\d\d[ T]/;

/** The next one or, at the end of a second, the one before; the zone stays. */
export const anotherNanosecond = (moment: string): string => {
  const [, seconds = "", fraction = "", zone = ""] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(moment) ?? [];
  const nanoseconds = Number(fraction.padEnd(9, "0"));
  const other = nanoseconds === 999_999_999 ? nanoseconds - 1 : nanoseconds + 1;
  return `${seconds}.${String(other).padStart(9, "0")}${zone}`;
};
