import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import type { FoundTable } from "@ledgerfold/declaration/Writing";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { sql } from "kysely";
import type { RawRow } from "../BadData.ts";
import { type Cell, NotText } from "../Cell.ts";
import { legacy, named } from "./LegacyTables.ts";

/**
 * Finds text that is invalid in the file's encoding. The driver silently replaces bytes that are
 * not UTF-8 with U+FFFD, and SQLite converts invalid UTF-16 to other characters, so a text that may
 * come of either is read again as bytes.
 */
export const checked = (
  database: Service,
  table: Pick<FoundTable, "name" | "columns" | "encoding">,
  rowid: bigint,
  row: RawRow,
): RawRow => {
  const suspects: Array<string> = [];
  for (const name in row) {
    const cell = row[name];
    if (typeof cell === "string" && mayBeMadeUp(table, cell) && table.columns.has(folded(name))) {
      suspects.push(name);
    }
  }
  if (suspects.length === 0) return row;
  const [bytes] = database.execute(
    legacy
      .selectFrom(named(table.name, "row"))
      .select(suspects.map((name) => sql<Uint8Array>`cast(${sql.id(name)} as blob)`.as(name)))
      .where(sql.ref("rowid"), "=", rowid),
  );
  const texts = suspects.map((name): [string, Cell] => {
    const raw = bytes?.[name];
    const text = String(row[name]);
    return [
      name,
      raw instanceof Uint8Array && !encode(table, text).equals(raw) ? new NotText(raw) : text,
    ];
  });
  return { ...row, ...Object.fromEntries(texts) };
};

const mayBeMadeUp = ({ encoding }: Pick<FoundTable, "encoding">, text: string): boolean =>
  encoding === "UTF-8" ? text.includes("\ufffd") : notAscii.test(text);

const notAscii = /[^\p{ASCII}]/u;

/** The bytes that stand for a text in the file. */
const encode = ({ encoding }: Pick<FoundTable, "encoding">, text: string): Buffer => {
  if (encoding === "UTF-8") return Buffer.from(text, "utf8");
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "UTF-16le" ? bytes : bytes.swap16();
};
