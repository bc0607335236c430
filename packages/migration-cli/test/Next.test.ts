import { Effect, Option, TestClock, TestContext } from "effect";
import { afterEach, describe, expect, it } from "vitest";
import * as Next from "../src/Next.ts";
import { definition } from "./definition.ts";

const file = (databaseUrl: string) => ({
  databaseUrl: Option.some(databaseUrl),
  decisions: {},
});

describe("typed", () => {
  afterEach(() => {
    delete process.env.EVENT_STORE_URL;
  });

  it.each([
    ["st0x.db", "st0x.db"],
    ["./a-b/c.db", "./a-b/c.db"],
    ["my file.db", "'my file.db'"],
    ["it's.db", "'it'\\''s.db'"],
    ["$HOME;ls", "'$HOME;ls'"],
    ["~/a.db", "'~/a.db'"],
    ["file:a.db?mode=ro", "'file:a.db?mode=ro'"],
  ])("names %s as it was given, quoted where need be", (given, shown) => {
    const run = { definition, from: "migrate", settings: file(given) } as const;
    expect(Next.typed(run, "verify-only")).toBe(
      `migrate_to_events --database-url ${shown} verify-only`,
    );
  });

  it("names a file that is to be written without what keeps it from that", () => {
    const run = { definition, from: "dry-run", settings: file("file:a.db?mode=ro") } as const;
    expect(Next.typed(run, "migrate")).toBe("migrate_to_events --database-url 'file:a.db?mode=rw'");
  });

  it("is a dry run's own line, without what says that it is one", () => {
    const settings = {
      ...file("a.db"),
      force: true,
      clean: true,
      noBackup: false,
      leaveOut: ["a b", "c.d"],
      decisions: { "net-position": Option.some("column") },
    };
    expect(Next.typed({ definition, from: "dry-run", settings }, "migrate")).toBe(
      "migrate_to_events --database-url a.db --clean --leave-out 'a b' --leave-out c.d --net-position column",
    );
    expect(Next.typed({ definition, from: "migrate", settings }, "verify-only")).toBe(
      "migrate_to_events --database-url a.db --leave-out 'a b' --leave-out c.d verify-only",
    );
  });

  it("is given anew what only the same command takes", () => {
    const settings = { ...file("a.db"), strict: true, report: Option.some("old.json") };
    const run = { definition, from: "verify-only", settings } as const;
    expect(Next.typed(run, "verify-only", ["--report", "new.html"])).toBe(
      "migrate_to_events --database-url a.db verify-only --report new.html",
    );
  });

  it.each([
    ["sqlite:log.db", "sqlite:log.db"],
    ["sqlite:it's@home:a@b.db", "'sqlite:it'\\''s@home:a@b.db'"],
    ["postgresql://me@host/log", "postgresql://me@host/log"],
    ["postgresql://host/log?sslmode=require", "'postgresql://host/log?sslmode=require'"],
    ["postgresql://me:secret@host/log", "URL"],
    ["postgresql://host/log?user=me&password=secret", "URL"],
    ["postgresql://me:secret@a,b:7/log", "URL"],
    ["me:secret@host", "URL"],
  ])("shows %s as %s, as only some hold a password", (url, shown) => {
    const settings = { ...file("a.db"), eventStoreUrl: Option.some(url) };
    expect(Next.typed({ definition, from: "migrate", settings }, "verify-only")).toBe(
      `migrate_to_events --database-url a.db --event-store-url ${shown} verify-only`,
    );
  });

  it("waits as long as was said", () => {
    const settings = { ...file("a.db"), patience: Option.some("30") };
    expect(Next.typed({ definition, from: "migrate", settings }, "verify-only")).toBe(
      "migrate_to_events --database-url a.db --patience 30 verify-only",
    );
  });

  it("begins as the command is started", () => {
    const started = { ...definition, start: "node 'my apps/main.ts'" };
    const run = { definition: started, from: "migrate", settings: file("a.db") } as const;
    expect(Next.typed(run, "verify-only")).toBe(
      "node 'my apps/main.ts' --database-url a.db verify-only",
    );
  });

  it("shows no URL that has a password, and leaves out the one that the environment has", () => {
    const url = "postgresql://me:secret@host/log";
    const settings = { ...file("a.db"), eventStoreUrl: Option.some(url) };
    const run = { definition, from: "migrate", settings } as const;
    expect(Next.typed(run, "verify-only")).toBe(
      "migrate_to_events --database-url a.db --event-store-url URL verify-only",
    );
    process.env.EVENT_STORE_URL = url;
    expect(Next.typed(run, "verify-only")).toBe(
      "migrate_to_events --database-url a.db verify-only",
    );
  });
});

describe("duration", () => {
  it.each([
    [0, "0.0 s"],
    [940, "0.9 s"],
    [9_940, "9.9 s"],
    [9_960, "10 s"],
    [119_400, "119 s"],
    [120_000, "2 min 0 s"],
    [3_725_000, "62 min 5 s"],
  ])("of %d ms is %s", (milliseconds, shown) => {
    expect(Next.duration(milliseconds)).toBe(shown);
  });
});

it("a clock tells what has passed since it was started", async () => {
  const line = Effect.gen(function* () {
    const took = yield* Next.clock;
    yield* TestClock.adjust("75 seconds");
    return yield* took("Next, sleep.");
  });
  const said = await Effect.runPromise(Effect.provide(line, TestContext.TestContext));
  expect(said).toBe("Took 75 s. Next, sleep.");
});
