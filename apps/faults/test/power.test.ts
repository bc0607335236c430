import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import * as Disk from "../src/Disk.ts";
import * as Scene from "./Scene.ts";
import * as Trace from "../src/Trace.ts";

vi.setConfig({ testTimeout: Scene.isSoak ? 14_400_000 : 600_000 });

/**
 * The power is lost after each thing that a migration asks of the disk: of what is not synced then
 * nothing comes through, all of it, or some.
 */

const names = ["openat", "pwrite64", "ftruncate", "fsync", "fdatasync", "unlink", "link", "rename"];

const losses: Readonly<Record<string, (seed: number) => () => boolean>> = {
  nothing: () => () => false,
  all: () => () => true,
  some: (seed) => {
    let state = seed + 1;
    return () => {
      state = (state * 48_271) % 2_147_483_647;
      return state % 2 === 0;
    };
  },
};

describe.skipIf(!Trace.isThere).each(["wal", "delete"] as const)(
  "power lost in %s mode",
  (mode) => {
    it("leaves all or nothing, and what was said to be done is", async () => {
      const legacy = Scene.legacy(mode);
      const before = Scene.said(legacy);
      const path = Scene.copy(legacy);
      const folder = dirname(path);
      const bytes = readFileSync(path);
      const command = Scene.migration(path);
      const { calls, code, out } = await Trace.record(command, names, { folder, bytes: 70_000 });
      expect({ code, out }).toMatchObject({ code: 0 });
      const after = Scene.said(path);

      const disk = Disk.make(folder, { [path]: bytes });
      const found = { all: 0, nothing: 0, again: 0 };
      const every = Scene.isSoak ? 1 : 8;
      for (const [at, call] of calls.entries()) {
        disk.apply(call);
        const isLast = at === calls.length - 1;
        if (at % every !== 0 && !isLast) continue;
        for (const [what, comesThrough] of Object.entries(losses)) {
          const place = `after ${at + 1}, ${call.name} of ${basename(call.paths[0] ?? "")}: ${what}`;
          const to = Scene.folder();
          const left = disk.lose(comesThrough(at));
          for (const [name, held] of left) writeFileSync(join(to, basename(name)), held);
          const file = join(to, "legacy.db");
          const again = (at / every) % 20 === 10 || isLast ? Scene.copy(file) : undefined;

          const said = Scene.said(file);
          const same = { place, difference: "" };
          expect({
            place,
            difference: Scene.difference(said, said.log === "" ? before : after),
          }).toEqual(same);
          found[said.log === "" ? "nothing" : "all"] += 1;
          // The program has ended, and said that all is there.
          if (isLast) expect({ place, log: said.log }).not.toEqual({ place, log: "" });
          for (const backup of Scene.beside(file).backups) {
            const difference = Scene.difference(Scene.said(backup), before);
            expect({ place, backup, difference }).toEqual({ place, backup, difference: "" });
          }
          if (again === undefined) continue;
          found.again += 1;
          expect({ place, ...(await Trace.run(Scene.migration(again))) }).toMatchObject({
            place,
            code: 0,
          });
          expect({ place, difference: Scene.difference(Scene.said(again), after) }).toEqual(same);
        }
      }
      console.log(
        `power lost in ${mode} mode: all was there ${found.all} times, nothing ${found.nothing} times; ${found.again} of them migrated again`,
      );
      expect(found.all).toBeGreaterThan(2);
      expect(found.nothing).toBeGreaterThan(50);
      expect(found.again).toBeGreaterThan(3);
    });
  },
);
