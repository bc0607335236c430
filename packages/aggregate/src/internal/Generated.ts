/**
 * What the code makes of what it is given; nothing where no code may be made at run time, as under a
 * content security policy, in some workers, and with Node's `--disallow-code-generation-from-strings`.
 */
export const make = <A>(given: Readonly<Record<string, unknown>>, body: string): A | undefined => {
  if (isForbidden) return undefined;
  try {
    return new Function(...Object.keys(given), body)(...Object.values(given));
  } catch (cause) {
    if (!(cause instanceof EvalError)) throw cause;
    // A policy reports each try.
    isForbidden = true;
    return undefined;
  }
};

let isForbidden = false;
