import { expect, it } from "vitest";
import * as Figures from "./Figures.ts";
import { withoutMeaning } from "./tryEach.ts";

/** Each row is checked by the suite that it is of. */
it("are summed up in docs/verification.md", () => {
  const all = Figures.documented();
  const [suites, sums] = [all.slice(0, -1), all.slice(-1)];
  const sum = (name: "tried" | "seen" | "withoutMeaning") =>
    suites.reduce((total, figure) => total + figure[name], 0);
  expect(suites.length).toBeGreaterThan(1);
  const [tried, seen, without] = [sum("tried"), sum("seen"), sum("withoutMeaning")];
  expect(sums).toEqual([{ suite: "all", tried, seen, withoutMeaning: without }]);
  expect(seen).toBe(tried);
  const line = `verifier: ${Figures.shown(seen)} of ${Figures.shown(tried)} changes seen; ${Figures.shown(without)} without meaning left out by name`;
  expect(Figures.documentation()).toContain(line);
  console.log(line);
});

it("leave out nothing that docs/verification.md does not name", () => {
  for (const [, reason] of withoutMeaning) {
    expect(Figures.documentation()).toContain(`\n- ${reason}`);
  }
});
