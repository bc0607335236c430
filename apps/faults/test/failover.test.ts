import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as Cluster from "@ledgerfold/fixtures/Cluster";
import * as TcpProxy from "@ledgerfold/fixtures/TcpProxy";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as Trace from "../src/Trace.ts";
import * as Scene from "./Scene.ts";
import * as Traffic from "./Traffic.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** Whoever leads a cluster with synchronous standbys is broken, in the middle of what is written. */

interface Break {
  readonly what: string;
  readonly strike: (cluster: Cluster.Cluster, leader: Cluster.Node) => void | Promise<void>;
  /** Milliseconds; by default until appends are answered again. */
  readonly lasts?: number;
}

type Way = keyof Cluster.Node["ways"];
const cutOff = (from: string, cut: ReadonlyArray<Way>, lasts?: number): Break => ({
  what: `cut off from ${from}`,
  strike: (_, { ways }) => {
    for (const way of cut) ways[way].silence("up", "down");
  },
  ...(lasts === undefined ? {} : { lasts }),
});
const serverKilled: Break = {
  what: "server killed",
  strike: (cluster, leader) => cluster.kill(leader, "server"),
};
const bothKilled: Break = {
  what: "server and Patroni killed",
  strike: (cluster, leader) => cluster.kill(leader, "both"),
};
const breaks: ReadonlyArray<Break> = [
  serverKilled,
  bothKilled,
  {
    what: "server stopped",
    strike: (cluster, leader) => cluster.pause(leader, "server"),
    lasts: 40_000,
  },
  {
    what: "server and Patroni stopped",
    strike: (cluster, leader) => cluster.pause(leader, "both"),
    lasts: 40_000,
  },
  cutOff("etcd", ["etcd"], 40_000),
  cutOff("all", ["etcd", "standbys", "clients"], 40_000),
  cutOff("its standbys", ["standbys"], 15_000),
  {
    what: "cut off from its standbys, its waits for them cancelled, and killed",
    strike: async (cluster, leader) => {
      leader.ways.standbys.silence("up", "down");
      for (let cancelled = 0; cancelled < 3; ) {
        const waits = await cluster.query(
          "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'",
        );
        cancelled += waits.length;
      }
      cluster.kill(leader, "both");
    },
  },
  cutOff("clients", ["clients"], 15_000),
];

/** Where a migration is then: at its first append, before its commit, or before the answer to it. */
const moments = ["append", "commit", "answer"] as const;
type Moment = (typeof moments)[number];

interface Round {
  readonly hit: Break;
  readonly moment: Moment;
}

/** Of both, with all breaks at all moments, in another order each. */
const soak = (parity: number): ReadonlyArray<Round> =>
  Array.from({ length: 50 }, (_, at) => ({
    hit: breaks[at % breaks.length] as Break,
    moment: moments[(at + Math.floor(at / breaks.length) + parity) % moments.length] as Moment,
  }));

const brief: ReadonlyArray<Round> = [
  { hit: serverKilled, moment: "answer" },
  { hit: bothKilled, moment: "append" },
];

const legacy = Scene.legacy("delete");

/** A migration into a database of its own, and the way between it and the cluster. */
const migrating = async (cluster: Cluster.Cluster) => {
  const database = `migration_${randomBytes(6).toString("hex")}`;
  await cluster.query(`create database ${database}`);
  const proxy = await TcpProxy.start(cluster.url);
  const command = (through: boolean, ...words: ReadonlyArray<string>): Trace.Command => {
    const url = new URL(through ? proxy.through(cluster.url) : cluster.url);
    url.pathname = `/${database}`;
    return [...Scene.migration(legacy), "--event-store-url", url.href, ...words];
  };
  const kept = async (): Promise<number> => {
    const [table] = await cluster.query("select to_regclass('ledgerfold_runs') as runs", database);
    if (table?.runs === null) return 0;
    const [found] = await cluster.query("select count(*)::int as n from events", database);
    return Number(found?.n);
  };
  return { proxy, command, kept };
};

describe.skipIf(!Cluster.isThere).each(Scene.isSoak ? [true, false] : [true])(
  "with HAProxy ending the sessions of who leads no more: %s",
  (shutsSessions) => {
    let cluster: Cluster.Cluster;
    let traffic: Traffic.Traffic;
    beforeAll(async () => {
      cluster = await Cluster.start({ shutsSessions });
      traffic = await Traffic.start(cluster);
    });
    afterAll(async () => {
      await traffic?.stop();
      await cluster?.stop();
    });

    const pauses = new Map<string, Array<number>>();
    const outcomes = new Map<string, number>();
    const rounds = Scene.isSoak ? soak(shutsSessions ? 0 : 1) : brief;

    const titled = rounds.map((round) => [titleOf(round), round] as const);
    it.each(titled)("%s", async (title, { hit, moment }) => {
      await cluster.whole();
      const { proxy, command, kept } = await migrating(cluster);
      const appending = proxy.holdAt('from "public"."ledgerfold_append');
      const running = Trace.run(command(true));
      const early = running.then(({ out }) => Promise.reject(new Error(`ended too early: ${out}`)));
      early.catch(() => {});
      await Promise.race([appending, early]);
      if (moment !== "append") {
        const committing = proxy.holdAt("commit\0");
        proxy.heal();
        await Promise.race([committing, early]);
      }
      if (moment === "answer") {
        proxy.silence("down");
        proxy.heal("up");
        while ((await kept()) === 0) await sleep(50);
      }
      await traffic.advance(20);

      const leader = await cluster.leader();
      traffic.pause();
      await hit.strike(cluster, leader);
      if (moment === "answer") proxy.cut();
      proxy.heal();
      await (hit.lasts === undefined ? traffic.advance(20) : sleep(hit.lasts));
      cluster.restore(leader);
      await traffic.advance(20);
      await cluster.whole();
      const paused = traffic.pause();
      pauses.set(hit.what, [...(pauses.get(hit.what) ?? []), paused]);

      const first = await running;
      const left = await kept();
      const ended = ends.get(first.code) ?? `ended with ${first.code}`;
      const outcome = `${ended}, ${left === 0 ? "nothing" : "all"} kept`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (Scene.isSoak) {
        console.log(`${title}: ${paused.toFixed(1)} s without an answer; ${outcome}`);
      }
      expect({ outcome, out: first.out }).toMatchObject({
        outcome: expect.stringMatching(/^(done, all|unknown, (all|nothing)|lost, nothing) kept$/),
      });
      expect(await Trace.run(command(false))).toMatchObject({ code: 0 });
      const after = await kept();
      expect(after).toBeGreaterThan(0);
      if (left > 0) expect(after).toBe(left);
      expect(await Trace.run(command(false, "verify-only"))).toMatchObject({ code: 0 });
      await proxy.stop();
      await traffic.check();
    });

    it("the subscription has seen each event once, in order", async () => {
      await traffic.end();
      const lines = [
        `${rounds.length} rounds; ${traffic.answered()} events answered`,
        ...[...pauses].map(([what, each]) => {
          const sorted = each.toSorted((a, b) => a - b).map((one) => one.toFixed(1));
          return `${what}: ${sorted.join(", ")} s without an answer`;
        }),
        ...[...outcomes].map(([outcome, times]) => `migrations ${outcome}: ${times}`),
        ...[...traffic.failures].map(([reason, times]) => `${reason}: ${times}`),
      ];
      console.log(lines.join("\n"));
    });
  },
);

const titleOf = ({ hit, moment }: Round): string => `${hit.what}, a migration at its ${moment}`;

/** How a migration may end that its server is lost to. */
const ends: ReadonlyMap<number | null, string> = new Map([
  [0, "done"],
  [14, "unknown"],
  [15, "lost"],
]);
