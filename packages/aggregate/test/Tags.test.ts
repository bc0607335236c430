import { Schema } from "effect";
import { expect, it } from "vitest";
import { unit, variant } from "../src/ExternallyTagged.ts";
import * as Tags from "../src/Tags.ts";

class Moved extends Schema.TaggedClass<Moved>()("Moved", { by: Schema.Int }) {}
const Opened = Schema.TaggedStruct("Opened", { owner: Schema.String });
const either = Schema.Struct({ _tag: Schema.Literal("Put", "Taken"), by: Schema.Int });

it.each<readonly [Schema.Schema.All, ReadonlyArray<string> | undefined]>([
  [Opened, ["Opened"]],
  [Schema.Union(Opened, Moved, either), ["Opened", "Moved", "Put", "Taken"]],
  [Opened.pipe(Schema.filter(() => true)), ["Opened"]],
  [Schema.Union(unit("Closed"), variant("Sent", { to: Schema.String })), ["Closed", "Sent"]],
  [Schema.suspend(() => Opened), undefined],
  [Schema.Union(Opened, Schema.Struct({ _tag: Schema.String })), undefined],
  [Schema.declare((_): _ is { readonly _tag: "Own" } => true), undefined],
])("a schema tells the tags of its values (%#)", (schema, tags) => {
  expect(Tags.of(schema)).toEqual(tags);
});
