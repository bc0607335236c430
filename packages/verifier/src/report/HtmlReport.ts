import { Effect } from "effect";
import type { Layout } from "../proof/Row.ts";
import type * as Document from "../Document.ts";
import { render } from "./Html.ts";
import type { NewFile } from "./NewFile.ts";
import type { Form } from "./Form.ts";

/**
 * Writes a report as a page, which is made when all is known; so it lists only as many differences
 * and findings as fit into memory. The numbers are those of all.
 */

const mostListed = 10_000;

export const make = (file: NewFile): Effect.Effect<Form> =>
  Effect.sync(() => {
    const differences: Array<Document.Difference> = [];
    const findings: Array<Document.Finding> = [];
    const tables: Array<Document.TableProof> = [];
    let layout: Layout | undefined;
    const keep =
      <A>(list: Array<A>) =>
      (one: A) =>
        Effect.sync(() => {
          if (list.length < mostListed) list.push(one);
        });
    return {
      begin: () => Effect.void,
      difference: keep(differences),
      finding: keep(findings),
      tables: () => tables,
      proof: {
        begin: (table) =>
          Effect.sync(() => {
            layout = table.layout;
            return layout;
          }),
        block: () => Effect.void,
        end: ({ rows, root, sha256 }) =>
          Effect.sync(() => {
            const { side = "legacy", table = "" } = layout ?? {};
            tables.push({ side, table, rows, root, sha256 });
          }),
        close: () => Effect.void,
      },
      finish: (summary) =>
        Effect.zipRight(file.write(render(summary, differences, findings)), file.publish),
    };
  });
