import { Effect } from "effect";
import * as Block from "../proof/Block.ts";
import type { Layout } from "../proof/Row.ts";
import type { Unproven } from "../proof/ProvenTables.ts";
import * as Document from "../Document.ts";
import type { NewFile } from "./NewFile.ts";
import type { Form } from "./Form.ts";

/** JSON leaves it as it is; a terminal that shows the file would act on it, or not show it. */
const unseen = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu;

/** By its UTF-16 units, which JSON reads as the same text. */
const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }).join("");

/**
 * Writes a report as JSON while the verification goes on: the lists first, one element a line, and
 * the summary last, when all is known. docs/proof-format.md describes it.
 */

export const make = (file: NewFile): Effect.Effect<Form> =>
  Effect.sync(() => {
    const write = (text: string) => file.write(text.replace(unseen, escaped));
    const tables: Array<Document.TableProof> = [];
    const lists = ["differences", "findings", "proof"] as const;
    let list = 0;
    let isFirst = true;
    let layout: Layout | undefined;

    /** Ends the lists before this one. */
    const inList = (name: (typeof lists)[number]): string => {
      let text = "";
      while (lists[list] !== name) {
        list += 1;
        isFirst = true;
        text += `\n],"${lists[list]}":[`;
      }
      return text;
    };
    const element = (name: (typeof lists)[number], text: string) =>
      Effect.suspend(() => {
        const before = inList(name);
        const comma = isFirst ? "\n" : ",\n";
        isFirst = false;
        return write(before + comma + text);
      });

    return {
      begin: (version) =>
        Effect.suspend(() => {
          const start = JSON.stringify({ format: Document.format, version }).slice(0, -1);
          return write(`${start},"differences":[`);
        }),
      difference: (difference) => element("differences", JSON.stringify(difference)),
      finding: (finding) => element("findings", JSON.stringify(finding)),
      tables: () => tables,
      proof: {
        begin: (table) =>
          Effect.gen(function* () {
            yield* file.check;
            layout = table.layout;
            yield* element("proof", `${JSON.stringify(layout).slice(0, -1)},"blocks":[`);
            isFirst = true;
            return layout;
          }),
        block: (block) =>
          Effect.suspend(() =>
            element("proof", JSON.stringify(Block.encode(block, layout?.key ?? "rowid"))),
          ),
        end: ({ rows, root, sha256 }) =>
          Effect.suspend(() => {
            const { side = "legacy", table = "" } = layout ?? {};
            tables.push({ side, table, rows, root, sha256 });
            isFirst = false;
            return write("\n]}");
          }),
        close: (unproven: ReadonlyArray<Unproven>) =>
          Effect.suspend(() =>
            write(`${inList("proof")}\n],"unproven":${JSON.stringify(unproven)},`),
          ),
      },
      finish: (summary) =>
        Effect.zipRight(write(`\n"summary":${JSON.stringify(summary)}}\n`), file.publish),
    };
  });
