import { readFileSync, realpathSync, statSync } from "node:fs";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { Effect } from "effect";
import { UsageError } from "./UsageError.ts";

/**
 * SQLite keeps a file's WAL, journal and locks beside the name by which it was opened. By another name
 * of the same file, what stands there is not seen, and a write leaves the file broken for who sees it.
 */

/** Refuses a file that others may have open under another name, unless the operator knows better. */
export const refuse = (path: string, areAllowed: boolean): Effect.Effect<void, UsageError> =>
  Effect.suspend(() => {
    if (areAllowed) return Effect.void;
    const file = realpathSync.native(path);
    const links = statSync(file).nlink;
    const names =
      links > 1
        ? `has ${links} names (hard links)`
        : mountPoints().includes(file)
          ? "is mounted by itself, and so has another name in another place"
          : undefined;
    return names === undefined
      ? Effect.void
      : new UsageError({
          message: `${quote(path)} ${names}, and SQLite keeps the newest changes beside the one that it was opened by: under this one they may be missing, and writing here would break the file for the other. Nothing was looked at. Name a file that has one name, in the folder where the application has it, or copy it while nobody has it open; if nobody uses its other names, say so with --other-names.`,
        });
  });

/** Of this process, where the system tells. Blanks in them are written as three octal digits. */
const mountPoints = (): ReadonlyArray<string> => {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .map((line) =>
        (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, digits: string) =>
          String.fromCharCode(Number.parseInt(digits, 8)),
        ),
      );
  } catch {
    return [];
  }
};
