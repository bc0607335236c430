import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Effect } from "effect";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as Laws from "../src/Laws.ts";
import { plan, write } from "./Parcel.ts";

const folder = mkdtempSync(join(tmpdir(), "laws-"));
const path = join(folder, "parcels.db");
beforeAll(() => write(path, 15));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("sees every change of a cell or a field that means something", async () => {
  const before = readFileSync(path);
  const { unseen, toldApart, ...counts } = await Effect.runPromise(
    Laws.mutations({ plan, path, rows: 2 }),
  );
  expect(counts.seen).toBeGreaterThan(2_000);
  expect(counts.withoutMeaning).toBeGreaterThan(20);
  expect(counts.leftOut).toBeGreaterThan(20);
  expect(unseen).toEqual([]);
  expect(toldApart).toEqual([]);
  expect(readFileSync(path).equals(before)).toBe(true);
}, 600_000);
