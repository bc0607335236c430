import { expect, it } from "vitest";
import { ages } from "../../../fixtures/src/LegacySchema.ts";
import { edit, paths } from "./Harness.ts";
import { ofCell } from "./Mutations.ts";
import * as Sample from "./Sample.ts";
import { legacyPlaces, orderPlaces, tryEach } from "./tryEach.ts";

const path = paths();
const timeout = 120_000;

it.each(ages)("sees every change of a legacy cell of %s", { timeout }, async (age) => {
  const file = path();
  Sample.write(file, age);
  let count = 0;
  for (const places of [legacyPlaces, orderPlaces]) {
    const mutations = await edit(file, (run) => places(run, age).flatMap(ofCell));
    const { tried, missed } = await tryEach(file, mutations);
    expect(missed).toEqual([]);
    count += tried;
  }
  expect(count).toBeGreaterThan(180);
});
