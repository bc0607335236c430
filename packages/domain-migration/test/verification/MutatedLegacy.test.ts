import { expect, it } from "vitest";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import * as Figures from "./Figures.ts";
import { edit, paths } from "./Harness.ts";
import { distinct, ofCell } from "./Mutations.ts";
import * as Sample from "./Sample.ts";
import { legacyPlaces, orderPlaces, tryEach } from "./tryEach.ts";

const path = paths();
const timeout = 240_000;
const figure = Figures.make("cells of legacy rows");

it.each(ages)("sees every change of a legacy cell of %s", { timeout }, async (age) => {
  const file = path();
  Sample.write(file, age);
  for (const places of [legacyPlaces, orderPlaces]) {
    const mutations = await edit(file, (run) => places(run, age).flatMap(ofCell));
    const found = await tryEach(file, distinct(mutations));
    expect(found.tried).toBeGreaterThan(50);
    figure.add(found);
  }
});

it("saw as much as docs/verification.md says", figure.check);
