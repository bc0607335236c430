import * as Plan from "@ledgerfold/declaration/Plan";
import type { Definition } from "./Definition.ts";
import * as Heap from "./Heap.ts";
import { run } from "./run.ts";

type Optional = "version" | "of" | "example" | "aggregates" | "decisions" | "finish";

/** A command of these migrations, with the options and exit codes of every other one. */
export interface Options<M extends Readonly<Record<string, Plan.Migration>>>
  extends Omit<Definition, Optional | "plan">,
    Partial<Pick<Definition, Optional>>,
    Omit<Plan.Options<M>, "words"> {}

/** Runs it in this process. */
export const command = <const M extends Readonly<Record<string, Plan.Migration>>>(
  options: Options<M>,
): void => {
  const { name, writer, migrations, leaveAlone, findings, zone } = options;
  const types = Object.keys(migrations).join(", ");
  Heap.bound();
  run({
    version: "0.0.0",
    of: `the legacy tables of ${writer}`,
    example: "legacy.db",
    aggregates: types,
    decisions: {},
    plan: async () =>
      Plan.make({
        words: { command: name, writer },
        migrations,
        ...(leaveAlone === undefined ? {} : { leaveAlone }),
        ...(findings === undefined ? {} : { findings }),
        ...(zone === undefined ? {} : { zone }),
      }),
    finish: (outcomes) => {
      const each = (of: "written" | "alreadyThere") =>
        Object.entries(outcomes).map(([type, outcome]) => `${outcome[of]} ${type}`);
      return [
        `Already there: ${each("alreadyThere").join(", ")}`,
        `Migration complete: ${each("written").join(", ")} migrated`,
      ];
    },
    ...options,
  });
};
