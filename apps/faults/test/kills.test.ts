import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import * as Scene from "./Scene.ts";
import * as Trace from "../src/Trace.ts";

vi.setConfig({ testTimeout: Scene.isSoak ? 14_400_000 : 600_000 });

/** SIGKILL at whatever a migration asks of the disk, the bot holding the file or not. */

const names = ["pwrite64", "fdatasync", "fsync", "ftruncate", "unlink"];
const inBrief = 20;

describe.skipIf(!Trace.isThere).each(["wal", "delete"] as const)("killed in %s mode", (mode) => {
  it("leaves all or nothing, and the next run ends as if nothing had been", async () => {
    const legacy = Scene.legacy(mode);
    const before = Scene.said(legacy);
    const whole = Scene.copy(legacy);
    const undisturbed = await Trace.record(Scene.migration(whole), names, {
      folder: dirname(whole),
    });
    expect(undisturbed.code).toBe(0);
    const after = Scene.said(whole);
    expect(after.rows).toBe(before.rows);
    expect(after.log).not.toBe("");

    const { calls } = undisturbed;
    expect(calls.length).toBeGreaterThan(100);
    const found = { killed: 0, held: 0, all: 0, nothing: 0 };
    const kills = Scene.isSoak
      ? [...calls.keys()].flatMap((at) => [at, at])
      : spread(calls.length, inBrief);
    for (const [nth, at] of kills.entries()) {
      const call = calls[at] as Trace.Call;
      const path = Scene.copy(legacy);
      // As the bot has it, which has read and goes on.
      const bot = nth % 2 === 0 ? new DatabaseSync(path) : undefined;
      bot?.prepare("select count(*) from schwab_auth").all();
      const { signal, code, out } = await Trace.killed(Scene.migration(path), call);
      const place = `${call.name} ${call.nth}${bot === undefined ? "" : ", the bot holding the file"}`;
      // Whoever else holds the file has the last run ask for less at its end.
      if (signal === "SIGKILL") found.killed += 1;
      else expect({ place, code, out }).toMatchObject({ place, code: 0 });
      if (bot !== undefined) found.held += 1;

      const left = Scene.said(Scene.copy(path));
      found[left.log === "" ? "nothing" : "all"] += 1;
      const same = { place, difference: "" };
      const to = (wanted: Scene.Said, said: Scene.Said) => ({
        place,
        difference: Scene.difference(said, wanted),
      });
      expect(to(left.log === "" ? before : after, left)).toEqual(same);

      const again = await Trace.run(Scene.migration(path));
      expect({ place, ...again }).toMatchObject({ place, code: 0 });
      bot?.close();
      expect(to(after, Scene.said(path))).toEqual(same);
      const { backups, strays } = Scene.beside(path);
      expect({ place, strays }).toEqual({ place, strays: [] });
      for (const backup of backups) expect(to(before, Scene.said(backup))).toEqual(same);
    }
    console.log(
      `killed in ${mode} mode: ${found.killed} times, ${found.held} of them with the bot on the file; all was there ${found.all} times, nothing ${found.nothing} times`,
    );
    expect(found.killed).toBeGreaterThan((found.all + found.nothing) / 2);
    expect(found.nothing).toBeGreaterThan(0);
  });
});

/** So many places from the first to the last. */
const spread = (length: number, many: number): ReadonlyArray<number> =>
  Array.from({ length: many }, (_, at) => Math.round((at * (length - 1)) / (many - 1)));
