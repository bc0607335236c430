import { sql } from "kysely";
import type { Row } from "@ledgerfold/verifier/Cell";
import * as Cell from "@ledgerfold/verifier/Cell";
import { digest } from "@ledgerfold/verifier/internal/Display";
import * as Json from "@ledgerfold/verifier/internal/Json";
import { type Reader, Unreadable } from "@ledgerfold/verifier/Read";
import * as Rule from "@ledgerfold/verifier/Rule";
import type { Refusal, Show, Viewed } from "@ledgerfold/declaration/internal/Checking";

/** Of nonce and tag; the ciphertext between them may be as short as it likes. */
const leastBytes = 28;

const legacyToken: Reader<Cell.Cell | undefined> = (cell) => {
  const read = Cell.text(cell);
  if (typeof read !== "string") return read;
  const digits = read.startsWith("0x") ? read.slice(2) : read;
  // Decoding ends at the first character that is not hex.
  const bytes = Buffer.from(digits, "hex");
  return bytes.length < leastBytes || bytes.length * 2 !== digits.length
    ? new Unreadable(`must be hex of ${leastBytes} bytes at least`)
    : `0x${bytes.toString("hex")}`;
};

/** Nothing of this aggregate is shown but what is a moment beyond doubt. */
const moment = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[\d.:+Z-]{0,16}$/;
export const show: Show = {
  text: digest,
  cell: (cell) =>
    typeof cell === "string" && moment.test(cell) ? Cell.show(cell) : Cell.conceal(cell),
  json: (value) =>
    typeof value === "string" && moment.test(value) ? Json.show(value) : Json.conceal(value),
};

export const token = (column: string): Rule.Rule => ({
  legacy: (row) => legacyToken(row[column]),
  stored: Json.text,
  written: Json.writeText,
  // Whether they differ shows in the digests, however the row spells its hex.
  showLegacy: (row) => {
    const read = legacyToken(row[column]);
    return typeof read === "string" ? digest(read) : Cell.conceal(row[column]);
  },
  showStored: (value) => (typeof value === "string" ? digest(value) : Json.conceal(value)),
});

/** As whoever loads the event reads it: other services may write its hex in either case, without 0x. */
export const read =
  (field: string): Viewed =>
  ({ [field]: token }) =>
    typeof token === "string" ? `0x${token.replace(/^0x/, "").toLowerCase()}` : token;

export const fetchedAt = (column: string): Rule.Rule => ({
  ...Rule.moment(column),
  showLegacy: (row) => show.cell(row[column]),
  showStored: show.json,
});

export const id = () => sql`'schwab'`;

export const refuse = (row: Row): Refusal | undefined => {
  if (row.id !== 1n) return { column: "id", reason: "must be INTEGER 1" };
  return row.encryption_version === 1n
    ? undefined
    : { column: "encryption_version", reason: "must be INTEGER 1, AES-256-GCM" };
};
