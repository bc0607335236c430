import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as Json from "@ledgerfold/aggregate/internal/Json";
import type * as View from "@ledgerfold/aggregate/View";
import * as Stored from "@ledgerfold/fixtures/Stored";
import { describe, expect, it } from "@effect/vitest";
import { Either, Schema, SchemaAST } from "effect";
import * as OffchainOrder from "../src/OffchainOrder.ts";
import { aggregates } from "./Aggregates.ts";
import { theirs } from "./Theirs.ts";

/** What is frozen in `fixtures/stored` against today's schemas. */

/** The `_tag`s of a schema's variants. */
const tagsOf = <A>(schema: Schema.Schema<A, unknown>): ReadonlyArray<string> => {
  const { ast } = Schema.typeSchema(schema);
  return (ast._tag === "Union" ? ast.types : [ast]).map((variant) => {
    const tag = SchemaAST.getPropertySignatures(variant).find(({ name }) => name === "_tag")?.type;
    if (tag?._tag !== "Literal") throw new Error(`${variant} has no tag`);
    return String(tag.literal);
  });
};

interface Owner {
  readonly tags: ReadonlyArray<string>;
  /** The version that it writes. */
  readonly version: string;
  readonly read: (stored: EventCodec.StoredEvent) => unknown;
  readonly rewrite: (stored: EventCodec.StoredEvent) => EventCodec.StoredEvent;
}

const events = <Event>(codec: EventCodec.EventCodec<Event>): Owner => {
  const read = (stored: EventCodec.StoredEvent) => Either.getOrThrow(codec.decode(stored));
  const rewrite = (stored: EventCodec.StoredEvent) => codec.encode(read(stored));
  return { tags: tagsOf(codec.schema), version: codec.version, read, rewrite };
};

const rows = <Model, Event>({ schema }: View.View<Model, Event>): Owner => {
  const read = ({ payload }: EventCodec.StoredEvent) =>
    Schema.decodeUnknownSync(schema)(Json.parse(payload));
  const write = (model: Model) => Json.stringify(Schema.encodeSync(schema)(model));
  const rewrite = (stored: EventCodec.StoredEvent) => ({ ...stored, payload: write(read(stored)) });
  return { tags: tagsOf(schema), version: "", read, rewrite };
};

const owners = new Map<string, Owner>(
  Object.values<Aggregate.Any>(aggregates).flatMap(({ type, codec, view }) => [
    [type, events(codec)],
    [view.table, rows(view)],
  ]),
);

const ownerOf = ({ name, owner }: Stored.Stored): Owner => {
  const found = owners.get(owner);
  if (found === undefined) throw new Error(`${name} belongs to no aggregate and no view`);
  return found;
};

const named = (stored: ReadonlyArray<Stored.Stored>) =>
  stored.map((one) => [one.name, one] as const);
const ours = Stored.all.filter((one) => !Stored.isTheirs(one) && !Stored.isBefore(one));
const before = Stored.all.filter(Stored.isBefore);

/** What earlier versions did not write, and reading does not tell. */
const unsaid: Readonly<Record<string, string>> = {
  "events/Position/Initialized/1.0/before-full": "symbol",
  "rows/offchain_order_view/Execution/before-full": "executor",
  "rows/offchain_order_view/Execution/before-minimal": "executor",
};

describe("what we wrote is read, and written as the newest version of it byte for byte", () => {
  it.each(named(ours))("%s", (_, stored) => {
    const { owner, tag, form } = stored;
    const { type, payload } = Stored.newest(owner, tag, form);
    const { version, rewrite } = ownerOf(stored);
    expect(rewrite(stored)).toMatchObject({ type, version, payload });
  });
});

describe("what earlier versions wrote is read", () => {
  it.each(named(before))("%s", (name, stored) => {
    const today = Stored.newest(stored.owner, stored.tag, stored.form.slice("before-".length));
    const { read } = ownerOf(stored);
    const { [unsaid[name] ?? ""]: _, ...expected } = read(today) as Record<string, unknown>;
    expect(read(stored)).toStrictEqual(expected);
  });

  const migrated = before.filter(({ tag, type }) => type !== "" && tag === "Migrated");
  it.each(named(migrated))("and can be written again: %s", (_, stored) => {
    const { codec } = OffchainOrder;
    const event = Either.getOrThrow(codec.decode(stored));
    expect(codec.earlier(event)).toMatchObject([{ type: stored.type, payload: stored.payload }]);
  });
});

describe("what other services wrote is read", () => {
  it.each(named(Stored.all.filter(Stored.isTheirs)))("%s", (name, stored) => {
    expect(ownerOf(stored).read(stored)).toStrictEqual(theirs[name]);
  });

  it("wholly: each of their fixtures has its expectation", () => {
    const names = Stored.all.filter(Stored.isTheirs).map(({ name }) => name);
    expect(Object.keys(theirs).sort()).toEqual(names.sort());
  });
});

describe.each([...owners])("%s", (owner, { tags }) => {
  it("has a fixture of our own for every tag", () => {
    const written = new Set(ours.filter((one) => one.owner === owner).map(({ tag }) => tag));
    expect([...written].sort()).toEqual([...tags].sort());
  });
});
