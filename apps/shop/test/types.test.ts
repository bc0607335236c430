import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";

vi.setConfig({ testTimeout: 300_000 });

const shop = join(import.meta.dirname, "..");
const checkout = join(shop, "../..");
const folder = mkdtempSync(join(tmpdir(), "shop-types-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
symlinkSync(join(shop, "node_modules"), join(folder, "node_modules"));
writeFileSync(join(folder, "package.json"), '{"type":"module"}');

interface Message {
  readonly line: number;
  /** The last of the message's lines, which says what to do. */
  readonly last: string;
}

/** What the compiler says of one file that may import what the shop does. */
const compile = (name: string, source: string, ...options: ReadonlyArray<string>) => {
  writeFileSync(join(folder, `${name}.ts`), source.replaceAll('"../src/', `"${shop}/src/`));
  const config = { extends: join(checkout, "tsconfig.json"), files: [`${name}.ts`] };
  const more = {
    compilerOptions: { typeRoots: [join(checkout, "node_modules/@types")] },
    include: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...config, ...more }));
  const tsc = join(checkout, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(
    process.execPath,
    [tsc, "-p", folder, "--pretty", "false", ...options],
    {
      encoding: "utf8",
      cwd: folder,
    },
  );
  const messages: Array<Message> = [];
  for (const text of stdout.split("\n")) {
    const line = new RegExp(`^${name}\\.ts\\((\\d+),`).exec(text)?.[1];
    if (line !== undefined) messages.push({ line: Number(line), last: "" });
    const at = messages.length - 1;
    const message = messages[at];
    if (message === undefined || !/^(\s+\S|\S+\.ts\()/.test(text)) continue;
    messages[at] = { ...message, last: text.replace(/^.*?: error TS\d+: /, "").trim() };
  }
  return { messages, stdout };
};

/** Types follow, of the whole table. */
const startOf = (said = "-") => new RegExp(`^${said.replace(/[^\w ]/g, "\\$&")}`);

it("the last line of the compiler's message says what is wrong", () => {
  const source = readFileSync(join(import.meta.dirname, "types.ts"), "utf8");
  const lines = source.split("\n");
  const expected = lines.flatMap((line, at) => {
    const what = /^\/\/ @ts-expect-error (.*)$/.exec(line)?.[1];
    const said = lines.slice(at).find((one) => one.startsWith("// says: "));
    return what === undefined ? [] : [[what, said?.slice("// says: ".length)]];
  });
  expect(expected.length).toBeGreaterThan(20);
  const { messages } = compile("types", source.replaceAll("// @ts-expect-error", "//"));
  const told = messages.map(({ line, last }) => {
    const before = lines.slice(0, line).findLast((one) => one.startsWith("// @ts-expect-error "));
    return [before?.slice("// @ts-expect-error ".length), last];
  });
  expect(told).toEqual(
    expected.map(([what, said]) => [what, expect.stringMatching(startOf(said))]),
  );
});

/** A table of so many columns onto an event of as many fields, but for those that are forgotten. */
const wide = (columns: number, forgotten = 0) => {
  const fields = Array.from({ length: columns }, (_, n) => `field_${n}`);
  const kinds = ["nullable(text())", "integer(Schema.Int)", "flag()", "moment(Timestamp)"];
  const schemas = ["Schema.NullOr(Schema.String)", "Schema.Int", "Schema.Boolean", "Timestamp"];
  const list = (line: (field: string, n: number) => string, of = fields) => of.map(line).join("\n");
  return `
import * as Added from "@ledgerfold/declaration/Added";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { carried } from "@ledgerfold/declaration/Fate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { flag, integer, moment, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import * as View from "@ledgerfold/aggregate/View";
import { Either, Schema } from "effect";
const fields = {
${list((field, n) => `  ${field}: ${schemas[n % schemas.length]},`)}
};
const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", { ...fields, migrated_at: Timestamp }),
  Schema.TaggedStruct("Closed", {}),
);
type Event = typeof Event.Type;
const State = Schema.Union(Schema.TaggedStruct("Unknown", {}), Schema.TaggedStruct("Known", fields));
type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };
const evolve = (state: State, event: Event): State =>
  event._tag === "Closed" ? state : { ...event, _tag: "Known" };
const aggregate = Aggregate.make({
  type: "Wide",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => tag }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: State, __: { readonly _tag: "Close" }): Either.Either<ReadonlyArray<Event>> =>
    Either.right([]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "wide_view",
    schema: State,
    initial,
    evolve,
  }),
});
export const migration = Migration.of(aggregate, "Migrated").from({
  table: "wide",
  key: "id",
  columns: {
    id: carried("aggregate_id", integer()),
${list((field, n) => `    ${field}: carried("${field}", ${kinds[n % kinds.length]}),`, fields.slice(forgotten))}
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => row.id.toString(),
  event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
  view: "Known",
});
`;
};

const figure = (stdout: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+([\\d,]+)`, "m").exec(stdout)?.[1]?.replaceAll(",", ""));

it("a table of 60 columns compiles with at most three times the types of one of 6", () => {
  const few = compile("few", wide(6), "--extendedDiagnostics");
  const many = compile("many", wide(60), "--extendedDiagnostics");
  expect([...few.messages, ...many.messages]).toEqual([]);
  const [less, more] = [few, many].map(({ stdout }) => figure(stdout, "Instantiations"));
  expect(less).toBeGreaterThan(1_000);
  expect(more).toBeLessThan(3 * (less ?? 0));
});

it("one of 60 fields that is forgotten is named in the last line", () => {
  const { messages } = compile("forgotten", wide(60, 1));
  // Once of what is added, and once of the event that the function gives.
  const named = expect.stringMatching(/^Property 'field_0' is missing in type/);
  expect(messages.map(({ last }) => last)).toEqual([named, named]);
});
