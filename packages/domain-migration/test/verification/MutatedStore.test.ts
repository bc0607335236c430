import { describe, expect, it } from "vitest";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import * as Figures from "./Figures.ts";
import { edit, paths } from "./Harness.ts";
import { ofJson, ofText } from "./JsonMutations.ts";
import { distinct, ofCell } from "./Mutations.ts";
import * as Sample from "./Sample.ts";
import { jsonPlaces, keyPlaces, tryEach } from "./tryEach.ts";

const path = paths();
const timeout = 240_000;
const last = ages.at(-1);

describe("keys, types and versions", () => {
  const figure = Figures.make("keys, types and versions of events and views");

  it.each(ages)("of %s are seen, every change", { timeout }, async (age) => {
    const file = path();
    Sample.write(file, age);
    const mutations = await edit(file, (run) => keyPlaces(run).flatMap(ofCell));
    const found = await tryEach(file, distinct(mutations));
    expect(found.tried).toBeGreaterThan(130);
    figure.add(found);
  });

  it("are seen as docs/verification.md says", figure.check);
});

describe("payloads and metadata", () => {
  const figure = Figures.make("fields of events, metadata and views");

  it.each(ages)("of %s are seen, every change", { timeout }, async (age) => {
    const file = path();
    Sample.write(file, age);
    const mutations = await edit(file, (run) =>
      jsonPlaces(run).flatMap((place) => [...ofJson(place), ...ofText(place), ...ofCell(place)]),
    );
    // Of the last age every field of every stream, of the others one of those that are alike.
    const found = await tryEach(file, age === last ? mutations : distinct(mutations));
    expect(found.tried).toBeGreaterThan(1_000);
    figure.add(found);
  });

  it("are seen as docs/verification.md says", figure.check);
});
