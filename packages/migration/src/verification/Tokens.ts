import { sql } from "kysely";
import * as Cell from "./Cell.ts";
import { digest } from "./Display.ts";
import * as Json from "./Json.ts";
import { type Reader, Unreadable } from "./Read.ts";
import * as Rule from "./Rule.ts";
import type { Show, Subject } from "./Subject.ts";

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
const show: Show = {
  text: digest,
  cell: (cell) =>
    typeof cell === "string" && moment.test(cell) ? Cell.show(cell) : Cell.conceal(cell),
  json: (value) =>
    typeof value === "string" && moment.test(value) ? Json.show(value) : Json.conceal(value),
};

const token = (column: string): Rule.Rule => ({
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

const fetchedAt = (column: string): Rule.Rule => ({
  ...Rule.moment(column),
  showLegacy: (row) => show.cell(row[column]),
  showStored: show.json,
});

export const subject: Subject = {
  aggregate: "SchwabAuth",
  tables: ["schwab_auth"],
  columns: [
    "id",
    "access_token",
    "access_token_fetched_at",
    "refresh_token",
    "refresh_token_fetched_at",
    "encryption_version",
  ],
  id: () => sql`'schwab'`,
  refuse: (row) => {
    if (row.id !== 1n) return { column: "id", reason: "must be INTEGER 1" };
    return row.encryption_version === 1n
      ? undefined
      : { column: "encryption_version", reason: "must be INTEGER 1, AES-256-GCM" };
  },

  writtenAt: ["access_token_fetched_at", "refresh_token_fetched_at"],

  prefix: "",
  tag: "TokensStored",
  fields: {
    access_token: token("access_token"),
    access_token_fetched_at: fetchedAt("access_token_fetched_at"),
    refresh_token: token("refresh_token"),
    refresh_token_fetched_at: fetchedAt("refresh_token_fetched_at"),
  },
  show,

  view: {
    table: "schwab_auth_view",
    tag: "Authenticated",
    fields: (event) => ({
      access_token: event.access_token,
      access_token_fetched_at: event.access_token_fetched_at,
      refresh_token: event.refresh_token,
      refresh_token_fetched_at: event.refresh_token_fetched_at,
    }),
  },
};
