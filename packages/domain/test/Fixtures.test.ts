import { readdirSync, readFileSync } from "node:fs";
import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as Json from "@ledgerfold/aggregate/Json";
import type * as View from "@ledgerfold/aggregate/View";
import { describe, expect, it } from "@effect/vitest";
import { Either, Schema, SchemaAST } from "effect";
import { aggregates } from "./Aggregates.ts";
import { theirs } from "./Theirs.ts";

/**
 * The released wire shapes, each as it stands in a database, written by hand and never changed:
 * `fixtures/<owner>.<tag>.<form>.json`, where the owner is an aggregate's type (then it is an event)
 * or a view's table (then it is a row). A form that begins with `theirs` is another service's: we
 * read it and never write it again.
 */
const folder = `${import.meta.dirname}/fixtures`;
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
const isTheirs = (name: string) => name.split(".")[2]?.startsWith("theirs") === true;

const Fixture = Schema.Struct({
  event_type: Schema.optionalWith(Schema.String, { default: () => "" }),
  event_version: Schema.optionalWith(Schema.String, { default: () => "" }),
  payload: Schema.String,
});

const load = (name: string): EventCodec.StoredEvent => {
  const text = readFileSync(`${folder}/${name}.json`, "utf8");
  const fixture = Schema.decodeUnknownSync(Schema.parseJson(Fixture))(text);
  return { type: fixture.event_type, version: fixture.event_version, payload: fixture.payload };
};

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
  readonly read: (stored: EventCodec.StoredEvent) => unknown;
  readonly rewrite: (stored: EventCodec.StoredEvent) => EventCodec.StoredEvent;
}

const events = <Event>(codec: EventCodec.EventCodec<Event>): Owner => {
  const read = (stored: EventCodec.StoredEvent) => Either.getOrThrow(codec.decode(stored));
  return { tags: tagsOf(codec.schema), read, rewrite: (stored) => codec.encode(read(stored)) };
};

const rows = <Model, Event>({ schema }: View.View<Model, Event>): Owner => {
  const read = ({ payload }: EventCodec.StoredEvent) =>
    Schema.decodeUnknownSync(schema)(Json.parse(payload));
  const write = (model: Model) => Json.stringify(Schema.encodeSync(schema)(model));
  const rewrite = (stored: EventCodec.StoredEvent) => ({ ...stored, payload: write(read(stored)) });
  return { tags: tagsOf(schema), read, rewrite };
};

const owners = new Map<string, Owner>(
  Object.values<Aggregate.Any>(aggregates).flatMap(({ type, codec, view }) => [
    [type, events(codec)],
    [view.table, rows(view)],
  ]),
);

const ownerOf = (name: string): Owner => {
  const owner = owners.get(name.split(".")[0] ?? "");
  if (owner === undefined) throw new Error(`${name} belongs to no aggregate and no view`);
  return owner;
};

describe("what we wrote is read and written again byte for byte", () => {
  it.each(names.filter((name) => !isTheirs(name)))("%s", (name) => {
    expect(ownerOf(name).rewrite(load(name))).toEqual(load(name));
  });
});

describe("what other services wrote is read", () => {
  it.each(Object.entries(theirs))("%s", (name, value) => {
    expect(ownerOf(name).read(load(name))).toStrictEqual(value);
  });

  it("wholly: each of their fixtures has its expectation", () => {
    expect(Object.keys(theirs).sort()).toEqual(names.filter(isTheirs).sort());
  });
});

describe.each([...owners])("%s", (owner, { tags }) => {
  it("has a fixture of our own for every tag", () => {
    const own = names.filter((name) => name.startsWith(`${owner}.`) && !isTheirs(name));
    const written = new Set(own.map((name) => name.split(".")[1]));
    expect([...written].sort()).toEqual([...tags].sort());
  });
});
