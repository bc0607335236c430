/** What a failure means that SQLite tells by such a name. */

/** The file itself is broken, whatever its rows say. */
export const isDamage = (code: string): boolean => damage.test(code);

/** What to do about it, to be said after the failure itself; may be empty. */
export const advice = (code: string): string => {
  const [, text = ""] = advices.find(([codes]) => codes.test(code)) ?? [];
  return text;
};

const damage = /^SQLITE_(CORRUPT|NOTADB)/;

const advices: ReadonlyArray<readonly [codes: RegExp, text: string]> = [
  [damage, " The file is damaged; put a backup in its place."],
  [/^SQLITE_FULL/, " Nothing was written; free some space and run again."],
  [
    /^SQLITE_(READONLY_(ROLLBACK|RECOVERY|CANTINIT)|IOERR_DELETE)/,
    " Whoever wrote to the file last was ended in the middle of it: what stands beside it has to be taken back or in first, by somebody who may write to the file and to its folder. dry-run and verify-only read a copy instead.",
  ],
  [
    /^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/,
    " Nothing was written; see that you may write to the file and to its folder.",
  ],
];
