import { expect, it } from "vitest";
import { edit, paths, verify } from "./Harness.ts";
import { ofText } from "./JsonMutations.ts";
import { loosen } from "./Loose.ts";
import { ofCell } from "./Mutations.ts";
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
const age = "2026-01-26";

it("sees every change of any cell where no column has a type", { timeout: 120_000 }, async () => {
  const file = path();
  Sample.write(file, age);
  const [orders, others] = await edit(file, (run) => {
    loosen(run, [...legacyTables(age), "event_queue", "events", ...viewTables]);
    const cells = [...legacyPlaces(run, age), ...keyPlaces(run), ...jsonPlaces(run)];
    return [
      orderPlaces(run, age).flatMap(ofCell),
      [...cells.flatMap(ofCell), ...jsonPlaces(run).flatMap(ofText)],
    ];
  });
  expect((await verify(file)).lines).toEqual([]);
  const one = await tryEach(file, orders);
  const other = await tryEach(file, others);
  expect([...one.missed, ...other.missed]).toEqual([]);
  expect(one.tried + other.tried).toBeGreaterThan(750);
});
