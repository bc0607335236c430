import { expect, it } from "vitest";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import * as Figures from "./Figures.ts";
import { edit, paths, verify } from "./Harness.ts";
import { loosen } from "./Loose.ts";
import { distinct, ofCell } from "./Mutations.ts";
import * as Sample from "./Sample.ts";
import {
  jsonPlaces,
  keyPlaces,
  legacyPlaces,
  legacyTables,
  orderPlaces,
  tryEach,
  viewTables,
} from "./tryEach.ts";

const path = paths();
const timeout = 240_000;
const figure = Figures.make("cells of any type, where no column has one");

it.each(ages)("sees every change of any cell of %s without types", { timeout }, async (age) => {
  const file = path();
  Sample.write(file, age);
  const [orders, others] = await edit(file, (run) => {
    loosen(run, [...legacyTables(age), "event_queue", "events", ...viewTables]);
    const cells = [...legacyPlaces(run, age), ...keyPlaces(run), ...jsonPlaces(run)];
    const ofAnyStream = cells.map(({ stream: _, ...place }) => place);
    return [orderPlaces(run, age).flatMap(ofCell), ofAnyStream.flatMap(ofCell)];
  });
  expect((await verify(file)).lines).toEqual([]);
  for (const mutations of [orders, others]) {
    const found = await tryEach(file, distinct(mutations));
    expect(found.tried).toBeGreaterThan(50);
    figure.add(found);
  }
});

it("saw as much as docs/verification.md says", figure.check);
