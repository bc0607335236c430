import type { Section } from "./Section.ts";

/** A section as text; the table is Markdown's, so that it can be put into a document as it is. */
export const render = ({ name, about, settings, columns, rows }: Section): string => {
  const cells = rows.map((row) => columns.map(({ key, digits }) => text(row[key], digits)));
  const titles = columns.map(({ title }) => title);
  const numeric = columns.map(({ key }) => rows.some((row) => typeof row[key] === "number"));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: ReadonlyArray<string>) =>
    `| ${row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join(" | ")} |`;
  const rule = widths.map((width, column) =>
    numeric[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [
    `## ${name}`,
    "",
    ...about,
    ...Object.entries(settings).map(([side, values]) => `${side}: ${list(values)}`),
    "",
    ...[titles, rule, ...cells].map(line),
    "",
  ].join("\n");
};

const text = (cell: unknown, digits = 0): string => {
  if (typeof cell !== "number") return String(cell ?? "");
  const [whole = "", fraction] = cell.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
};

/** Settings in one line. */
export const list = (values: unknown): string =>
  typeof values === "object" && values !== null
    ? Object.entries(values)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ")
    : String(values);
