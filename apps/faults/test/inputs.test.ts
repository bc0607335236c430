import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FastCheck } from "effect";
import { afterAll, expect, it, vi } from "vitest";
import { type Input, secret } from "../src/input/Input.ts";
import * as Inputs from "../src/input/Inputs.ts";
import * as Place from "../src/input/Place.ts";
import * as Performer from "../src/Performer.ts";
import { isSoak } from "./Scene.ts";

vi.setConfig({ testTimeout: 7_200_000 });

/** Whatever the command is given, it ends as its table says, with a sentence, and does no harm. */

const seed = Number(process.env.LEDGERFOLD_SEED ?? (isSoak ? Date.now() % 2 ** 31 : 1));
const many = Number(process.env.LEDGERFOLD_INPUTS ?? (isSoak ? 10_000 : 400));
/** One of so many is a process of its own. */
const alone = isSoak ? 20 : 50;

const root = mkdtempSync(join(tmpdir(), "ledgerfold-inputs-"));
const performer = Performer.make(root);
afterAll(() => {
  performer.close();
  rmSync(root, { recursive: true, force: true });
});

/** Those of the table, but for 1, the unexpected. */
const codes = new Set([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15]);
/** What a terminal would act on, or nobody wrote for people. */
const unfit =
  /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{DI}]|^ +at .*:\d+|\[object |Something unexpected|\bundefined\b|^(?:Uncaught|[A-Z]\w*Error:)/mu;
const looking = /^(?:dry-run|verify-only|status|ledger)$/;
const done = /^(?:Migration complete|Views rebuilt|Rolled back)/m;

/** Why the outcome is none that may be; nothing where it is fine. */
const wrong = (
  input: Input,
  { code, stdout, stderr }: Performer.Outcome,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string | undefined => {
  const said = `${stdout}${stderr}`;
  if (code === null) return "it died, or came to no end";
  // What a trigger of somebody else's says, and a folder for temporary files that is none, end with 1.
  const isSaid = code === 1 && /SQLITE_CONSTRAINT_TRIGGER|No temporary file can be/.test(stderr);
  if (!codes.has(code) && !isSaid) return `it ended with ${code}`;
  if (said.trim() === "") return "it said nothing";
  if (code !== 0 && !/^\S.*\w\W*\s+\S.*$/m.test(stderr)) return "it did not say why";
  const shown = unfit.exec(said)?.[0];
  if (shown !== undefined) return `it showed ${JSON.stringify(shown)}`;
  if (said.includes(secret)) return "it showed the secret";
  // Whoever opens a file to write to it takes back or does again what stands beside it.
  const isRecovered =
    !looking.test(input.words[0] ?? "") &&
    input.damages.some(([, damage]) => damage._tag === "Beside");
  if (isRecovered) return undefined;
  const changed = [...before].filter(
    ([name, bytes]) => !name.endsWith("-shm") && after.get(name) !== bytes,
  );
  const isDone = done.test(stdout) && !/^Dry run/m.test(stdout);
  if (!isDone && changed.length > 0) return `it changed ${changed.map(([name]) => name)}`;
  // SQLite's index of a WAL is rebuilt by whoever reads, and a backup is there before it is needed.
  const added = [...after.keys()].filter(
    (name) => !before.has(name) && !/^(?:b\.db|r\.)|\.backup$/.test(name),
  );
  if (!isDone && added.length > 0) return `it left ${added}`;
  return undefined;
};

it(`${many} bad inputs end as the table of exit codes says`, async () => {
  const place = await Place.make(root, performer);
  const inputs = FastCheck.sample(Inputs.make(place.columns), { seed, numRuns: many });
  const ended: Record<string, Record<string, number>> = {};
  const failed: Array<object> = [];
  for (const [at, input] of inputs.entries()) {
    const folder = join(root, `i-${at}`);
    mkdirSync(folder);
    const { words, env } = place.lay(input, folder);
    const before = Place.traces(folder);
    const how = at % alone === 0 ? "alone" : "perform";
    const outcome = await performer[how](words, env);
    const why = wrong(input, outcome, before, Place.traces(folder));
    const left = readdirSync(join(folder, "tmp"));
    if (why !== undefined || left.length > 0) {
      failed.push({ at, why: why ?? `it left ${left}`, how, ...outcome, ...input });
    } else rmSync(folder, { recursive: true });
    const codes = ended[input.kind] ?? {};
    ended[input.kind] = { ...codes, [`${outcome.code}`]: (codes[`${outcome.code}`] ?? 0) + 1 };
  }
  console.log(`seed ${seed}: ${many} inputs`, ended);
  expect(failed).toEqual([]);
});
