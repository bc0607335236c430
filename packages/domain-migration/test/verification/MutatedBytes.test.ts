import { expect, it } from "vitest";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import * as Figures from "./Figures.ts";
import { edit, paths } from "./Harness.ts";
import { ofBytes } from "./JsonMutations.ts";
import * as Sample from "./Sample.ts";
import { jsonPlaces, tryEach } from "./tryEach.ts";

const path = paths();
const timeout = 240_000;
const figure = Figures.make("bytes of payloads, a bit of each");

const last = ages.at(-1);

/** Of the last age every byte; of the others a fourth of them, and not the same fourth. */
it.each(ages)("sees bytes of a payload of %s with a bit flipped", { timeout }, async (age) => {
  const file = path();
  Sample.write(file, age);
  const payloads = await edit(file, (run) =>
    jsonPlaces(run).filter(({ column }) => column === "payload"),
  );
  const turn = ages.indexOf(age);
  const flips = payloads.flatMap((place) =>
    ofBytes(place, turn).filter((_, index) => age === last || index % 4 === turn % 4),
  );
  const found = await tryEach(file, flips);
  expect(found.tried).toBeGreaterThan(1_000);
  figure.add(found);
});

it("saw as much as docs/verification.md says", figure.check);
