import { levensteinDistance } from "@effect/cli/AutoCorrect";
import * as CliConfig from "@effect/cli/CliConfig";

/** The one of these words that was probably meant: it begins so, or few letters of it are wrong. */
export const meant = (word: string, words: ReadonlyArray<string>): string | undefined => {
  const letters = bare(word).length;
  const begun = letters < 3 ? [] : words.filter((one) => one.startsWith(word));
  if (begun.length === 1) return begun[0];
  const [nearest] = words
    .map((one) => ({ one, wrong: levensteinDistance(word, one, CliConfig.defaultConfig) }))
    .filter(({ wrong }) => wrong <= Math.min(3, letters / 3))
    .sort((a, b) => a.wrong - b.wrong);
  return nearest?.one;
};

const bare = (word: string): string => word.replace(/^-+/, "");
