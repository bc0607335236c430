import type { FastCheck } from "effect";

/** What a command is given, good or bad, before anything is made of it: the same seed gives the same. */
export interface Input {
  readonly kind: string;
  /** Names in braces stand for files, see `Place`. */
  readonly words: ReadonlyArray<string>;
  readonly env: Readonly<Record<string, string>>;
  /** Which file it works on. */
  readonly file: FileName;
  /** What was done to it, or to the log or report of this name, in this order. */
  readonly damages: ReadonlyArray<readonly [name: FileName | "report", damage: Damage]>;
}

/** As the bot left it, or migrated, or the log alone. */
export type FileName = "legacy" | "old" | "wal" | "migrated" | "log";

export type Damage =
  | { readonly _tag: "Truncated"; readonly to: number }
  | { readonly _tag: "Flipped"; readonly bits: ReadonlyArray<number> }
  | { readonly _tag: "PageCopied"; readonly from: number; readonly to: number }
  | { readonly _tag: "PageFilled"; readonly page: number; readonly byte: number }
  | { readonly _tag: "Replaced"; readonly bytes: Uint8Array }
  | { readonly _tag: "Beside"; readonly suffix: string; readonly bytes: Uint8Array }
  | { readonly _tag: "Text"; readonly from: string; readonly to: string; readonly nth: number }
  | { readonly _tag: "Statement"; readonly sql: string };

export type Arbitrary = FastCheck.Arbitrary<Input>;

/** Stands in places where nobody is to see it again. */
export const secret = "Zs7q-Hunter2-Kp9x";
