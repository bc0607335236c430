/** A command of a page and what the page shows of its output. */
export interface Command {
  readonly typed: string;
  readonly code: number;
  readonly shown: ReadonlyArray<string>;
}

export const commands = (lines: ReadonlyArray<string>): ReadonlyArray<Command> => {
  const found: Array<{ typed: string; code: number; shown: Array<string> }> = [];
  for (const line of lines) {
    if (!line.startsWith("$ ")) {
      if (found.length === 0) throw new Error(`There is no command before ${line}`);
      found.at(-1)?.shown.push(line);
      continue;
    }
    const code = Number(/# ends with (\d+)$/.exec(line)?.[1] ?? 0);
    found.push({ typed: line.slice(2), code, shown: [] });
  }
  return found;
};

/** Whether a page shows this: see Page for what `…` stands for. */
export const isShown = (shown: ReadonlyArray<string>, printed: ReadonlyArray<string>): boolean => {
  const parts = trimmed(shown).map((line) =>
    line === "…" ? "(?:[^\n]*\n)*?" : `${line.split("…").map(escaped).join("[^\n]*")}\n`,
  );
  return new RegExp(`^${parts.join("")}$`).test(
    trimmed(printed)
      .map((line) => `${line}\n`)
      .join(""),
  );
};

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** Without what nobody sees: spaces at the end of lines, and empty lines at the end. */
const trimmed = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const own = lines.map((line) => line.trimEnd());
  return own.slice(0, own.findLastIndex((line) => line !== "") + 1);
};
