import { expect, it } from "vitest";
import { ages } from "../../../fixtures/src/LegacySchema.ts";
import { edit, paths } from "./Harness.ts";
import { ofBytes, ofJson, ofText } from "./JsonMutations.ts";
import { ofCell } from "./Mutations.ts";
import * as Sample from "./Sample.ts";
import { jsonPlaces, keyPlaces, tryEach } from "./tryEach.ts";

const path = paths();
const timeout = 120_000;

it.each(ages)("sees every change of a key, type or version of %s", { timeout }, async (age) => {
  const file = path();
  Sample.write(file, age);
  const mutations = await edit(file, (run) => keyPlaces(run).flatMap(ofCell));
  const { tried, missed } = await tryEach(file, mutations);
  expect(missed).toEqual([]);
  expect(tried).toBeGreaterThan(130);
});

it("sees every change of a payload or its metadata", { timeout }, async () => {
  const file = path();
  Sample.write(file, "2026-01-26");
  const mutations = await edit(file, (run) =>
    jsonPlaces(run).flatMap((place) => [...ofJson(place), ...ofText(place), ...ofCell(place)]),
  );
  const { tried, missed } = await tryEach(file, mutations);
  expect(missed).toEqual([]);
  expect(tried).toBeGreaterThan(1_400);
});

it("sees every byte of a payload with a bit flipped", { timeout }, async () => {
  const file = path();
  Sample.write(file, "2026-01-26");
  const payloads = await edit(file, (run) =>
    jsonPlaces(run).filter(({ column }) => column === "payload"),
  );
  const { tried, missed } = await tryEach(file, payloads.flatMap(ofBytes));
  expect(missed).toEqual([]);
  expect(tried).toBeGreaterThan(2_000);
});
