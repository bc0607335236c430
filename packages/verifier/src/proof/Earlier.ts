import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { Effect, Either, Schema, type Scope } from "effect";
import * as Document from "../Document.ts";
import { printable, shortened } from "../Display.ts";
import * as Block from "./Block.ts";
import { cellsOf, type Key } from "./Key.ts";
import { formatOf, type Layout as Proven } from "./Row.ts";
import { isKnown } from "./ProvenTables.ts";

/** A report that was written earlier, read a line at a time: it may be long. */

/** What was given is no report that can be compared with. */
export class NotAProof extends Schema.TaggedError<NotAProof>()("NotAProof", {
  path: Schema.String,
  reason: Schema.String,
}) {
  override get message() {
    return `${JSON.stringify(this.path)} cannot be compared with: ${this.reason}.`;
  }
}

const Layout = Schema.Struct({
  side: Schema.Literal("legacy", "event"),
  table: Schema.String,
  encoding: Schema.Literal("UTF-8", "UTF-16le", "UTF-16be"),
  key: Schema.Union(Schema.Literal("rowid", "view_id"), Schema.NonEmptyArray(Schema.String)),
  columns: Schema.Array(Schema.String),
});

export interface EarlierTable {
  readonly layout: typeof Layout.Type;
  readonly rows: number;
  /** In hex. */
  readonly root: string;
  /** The last of its keys; undefined of a table without rows. */
  readonly lastKey: Key | undefined;
  /** Its rows from the first on. Throws `NotAProof` where the file has changed meanwhile. */
  readonly rowsOf: () => Iterator<EarlierRow, undefined>;
}

export interface EarlierRow {
  readonly key: Key;
  /** The first bytes of its leaf, as characters. */
  readonly leaf: string;
}

export interface Earlier {
  readonly path: string;
  /** Of the file, in hex. */
  readonly sha256: string;
  readonly summary: Document.Summary;
  readonly tables: ReadonlyArray<EarlierTable>;
}

/** Looks at the whole file before anything is compared with it. */
export const open = (
  path: string,
  plan: Parameters<typeof isKnown>[0],
): Effect.Effect<Earlier, NotAProof, Scope.Scope> =>
  Effect.gen(function* () {
    const attempt = <A>(work: () => A) => Effect.try({ try: work, catch: refusal(path) });
    const file = yield* Effect.acquireRelease(
      attempt(() => openSync(path, "r")),
      (opened) => Effect.sync(() => closeSync(opened)),
    );
    return yield* attempt(() => read(path, file, isKnown(plan)));
  });

const refusal = (path: string) => (cause: unknown) =>
  new NotAProof({ path, reason: cause instanceof Error ? cause.message : String(cause) });

const read = (path: string, file: number, known: (table: string) => boolean): Earlier => {
  const sum = createHash("sha256");
  const lines = new Lines(file, 0, (piece) => sum.update(piece));
  const version = checkHead(lines);
  list(lines, "findings", (line) => accept(isDifference, line, lines));
  list(lines, "proof", (line) => accept(isFinding, line, lines));
  const started: Array<Omit<EarlierTable, "rows" | "root"> & { readonly counted: number }> = [];
  for (;;) {
    const line = lines.take();
    if (line.startsWith('],"unproven":[')) break;
    const layout = decode(Layout, parse(`${withoutComma(line)}]}`, lines), lines);
    if (!known(layout.table)) {
      throw new Error(`it is of a table ${printable(shortened(layout.table))}, which is not known`);
    }
    if (formatOf(layout) > version) throw new Error(lines.wrong());
    const offset = lines.offset;
    let counted = 0;
    let lastKey: Key | undefined;
    for (;;) {
      const blockLine = lines.take();
      if (isEndOfTable(blockLine)) break;
      const { keys } = decoded(blockLine, layout.key, lines);
      counted += keys.length;
      lastKey = keys.at(-1);
    }
    started.push({
      layout,
      counted,
      lastKey,
      rowsOf: () => rowsFrom(path, new Lines(file, offset), layout.key),
    });
  }
  const last = lines.take();
  if (!last.startsWith('"summary":')) throw new Error(lines.wrong());
  const summary = decode(
    Document.Summary,
    parse(last.slice('"summary":'.length).replace(/\}$/, ""), lines),
    lines,
  );
  lines.end();
  if (summary.version !== version || summary.tables.length !== started.length)
    throw new Error(contradiction);
  const tables = started.map(({ counted, ...table }, place): EarlierTable => {
    const { rows, root, ...found } = summary.tables[place] ?? { rows: -1, root: "" };
    const { side, table: name } = table.layout;
    const isSame = "table" in found && found.table === name && found.side === side;
    if (!isSame || rows !== counted || !/^[0-9a-f]{64}$/.test(root)) throw new Error(contradiction);
    return { ...table, rows, root };
  });
  return { path, sha256: sum.digest("hex"), summary, tables };
};

const contradiction = "its summary does not fit its tables";

const checkHead = (lines: Lines) => {
  const head = lines.take();
  const found = Either.try(() => JSON.parse(`${head}]}`));
  const named = Either.isRight(found) && isHead(found.right) ? found.right : undefined;
  if (named?.format !== Document.format) throw new Error("it is no report of verify-only --report");
  const version = Document.versions.find((one) => one === named.version);
  if (version === undefined) {
    const read = Document.versions.join(" and ");
    throw new Error(`it has version ${named.version}, and this reads versions ${read}`);
  }
  return version;
};

const isHead = Schema.is(Schema.Struct({ format: Schema.String, version: Schema.Number }));
const isDifference = Schema.is(Document.Difference);
const isFinding = Schema.is(Document.Finding);
const isBlock = Schema.is(Block.Block);

/** The elements of a list, up to the line where the next one begins. */
const list = (lines: Lines, next: string, onLine: (line: string) => void) => {
  for (;;) {
    const line = lines.take();
    if (line === `],"${next}":[`) return;
    onLine(line);
  }
};

const accept = (is: (value: unknown) => boolean, line: string, lines: Lines) => {
  if (!is(parse(withoutComma(line), lines))) throw new Error(lines.wrong());
};

const withoutComma = (line: string) => (line.endsWith(",") ? line.slice(0, -1) : line);

const isEndOfTable = (line: string) => line === "]}" || line === "]},";

const parse = (text: string, lines: Lines): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(lines.wrong());
  }
};

const decode = <A, I>(schema: Schema.Schema<A, I>, value: unknown, lines: Lines): A =>
  Either.getOrThrowWith(Schema.decodeUnknownEither(schema)(value), () => new Error(lines.wrong()));

const decoded = (line: string, key: Proven["key"], lines: Lines) => {
  const block = parse(withoutComma(line), lines);
  if (!isBlock(block) || !(Block.fieldOf(key) in block)) throw new Error(lines.wrong());
  try {
    const found = Block.decode(block);
    const cells = typeof key === "string" ? 1 : key.length;
    if (found.keys.every((one) => cellsOf(one).length === cells)) return found;
  } catch {}
  throw new Error(lines.wrong());
};

function* rowsFrom(
  path: string,
  lines: Lines,
  key: Proven["key"],
): Generator<EarlierRow, undefined> {
  const next = () => {
    try {
      const line = lines.take();
      return isEndOfTable(line) ? undefined : decoded(line, key, lines);
    } catch (cause) {
      throw refusal(path)(cause);
    }
  };
  for (;;) {
    const block = next();
    if (block === undefined) return undefined;
    const { keys, leaves } = block;
    for (const [place, found] of keys.entries()) {
      const from = Block.leafBytes * place;
      yield { key: found, leaf: leaves.slice(from, from + Block.leafBytes) };
    }
  }
}

/** The lines of a file from some byte on, read into a buffer that is used again. */
class Lines {
  /** Of the byte after the line that was taken last. */
  offset: number;
  #number = 0;
  #buffer = Buffer.allocUnsafeSlow(2 * pieceBytes);
  #start = 0;
  #end = 0;
  readonly #file: number;
  readonly #see: (piece: Buffer) => void;

  constructor(file: number, offset: number, see: (piece: Buffer) => void = () => {}) {
    this.#file = file;
    this.offset = offset;
    this.#see = see;
  }

  take(): string {
    this.#number += 1;
    let seen = 0;
    let length = this.#waiting().indexOf(newline);
    while (length < 0) {
      seen = this.#end - this.#start;
      if (seen > longestLine) throw new Error(this.wrong());
      if (!this.#more()) throw new Error("it ends too early: a part of it is missing");
      length = this.#waiting().indexOf(newline, seen);
    }
    const line = this.#waiting().toString("utf8", 0, length);
    this.#start += length + 1;
    this.offset += length + 1;
    return line;
  }

  /** Insists that there are no more. */
  end(): void {
    if (this.#start < this.#end || this.#more()) throw new Error(this.wrong());
  }

  wrong(): string {
    return `its line ${this.#number} is not as verify-only --report writes it`;
  }

  #waiting(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  #more(): boolean {
    const waiting = this.#waiting();
    const needed = waiting.length + pieceBytes;
    const room = needed > this.#buffer.length ? Buffer.allocUnsafeSlow(2 * needed) : this.#buffer;
    room.set(waiting);
    this.#buffer = room;
    this.#start = 0;
    this.#end = waiting.length;
    const at = this.offset + this.#end;
    const got = readSync(this.#file, room, this.#end, pieceBytes, at);
    this.#see(room.subarray(this.#end, this.#end + got));
    this.#end += got;
    return got > 0;
  }
}

const newline = 10;
const pieceBytes = 262_144;
const longestLine = 64_000_000;
