import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as Arguments from "./Arguments.ts";
import * as Checkout from "./Checkout.ts";
import * as Machine from "./Machine.ts";
import type { Options, Section } from "./Section.ts";
import { against, worse } from "./sections/against.ts";
import { appends } from "./sections/appends.ts";
import { copy } from "./sections/copy.ts";
import { emmett } from "./sections/emmett.ts";
import { judgement } from "./sections/judgement.ts";
import { migration } from "./sections/migration.ts";
import { postgres } from "./sections/postgres.ts";
import { shop } from "./sections/shop.ts";
import { start } from "./sections/start.ts";
import { store } from "./sections/store.ts";
import * as Table from "./Table.ts";

/** Measures, section by section, and prints what came out. */

const all: Readonly<Record<string, (options: Options) => Section | Promise<Section>>> = {
  migration,
  judgement,
  shop,
  store,
  postgres,
  copy,
  appends,
  emmett,
  start,
};
const names = Object.keys(all);

const run = async (given: Arguments.Arguments) => {
  const { rows, rounds, operations, warmUp, callers, events, json } = given;
  const chosen = sectionsOf(given);
  const header = { ...Machine.describe(), rows, rounds, operations, warmUp, callers };
  const show = json === "-" ? () => {} : console.log;
  // Opened first: who cannot write there should not learn it after half an hour.
  const output = json === undefined || json === "-" ? undefined : openSync(pathOf(json), "w");
  show(heading({ ...header, against: given.against }));
  const folder = mkdtempSync(join(tmpdir(), "ledgerfold-bench-"));
  const onProgress = (what: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
  };
  try {
    const options = { folder, rows, rounds, operations, warmUp, callers, events, onProgress };
    const measured: Array<Section> = [];
    for (const measure of chosen) {
      const section = await measure(options);
      if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
      show(Table.render(section));
      measured.push(section);
    }
    const text = `${JSON.stringify({ ...header, sections: measured }, null, 2)}\n`;
    if (json === "-") process.stdout.write(text);
    else if (output !== undefined) writeFileSync(output, text);
    const isWorse = measured.some((section) =>
      section.rows.some(({ verdict }) => verdict === worse),
    );
    if (isWorse) process.exitCode = 3;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const sectionsOf = ({ only, against: other, tolerance }: Arguments.Arguments) => {
  const given = names.filter((name) => only.includes(name));
  if (other === undefined) return given.flatMap((name) => all[name] ?? []);
  const theirs = Checkout.at(pathOf(other));
  return [(options: Options) => against(Checkout.here, theirs, tolerance, options)];
};

/** A root script runs in the root; the path is meant from where it was typed. */
const pathOf = (path: string): string => resolve(process.env.INIT_CWD ?? "", path);

const heading = ({
  date,
  machine,
  system,
  versions,
  rows,
  rounds,
  operations,
  warmUp,
  against,
}: ReturnType<typeof Machine.describe> &
  Pick<
    Arguments.Arguments,
    "rows" | "rounds" | "operations" | "warmUp" | "against"
  >): string => `# Ledgerfold, ${date}

${machine.cores} x ${machine.processor}, ${machine.gibibytes} GiB, load ${machine.load.toFixed(2)}; ${system}
${Table.list(versions)}
Medians of ${rounds}; lowest and highest are single rounds. ${rows.join(", ")} trades to migrate${against === undefined ? `, ${operations} operations of the store after ${warmUp} to warm up` : ""}.
`;

try {
  const given = Arguments.parse(process.argv.slice(2), names);
  if (given.help) console.log(Arguments.usage(names));
  else await run(given);
} catch (cause) {
  const misused = cause instanceof Arguments.Misuse;
  console.error(`bench: ${cause instanceof Error ? cause.message : String(cause)}`);
  if (misused) console.error(`\n${Arguments.usage(names)}`);
  process.exitCode = misused ? 2 : 1;
}
