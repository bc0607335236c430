/**
 * A definition that cannot be right, in a sentence for each mistake. Where it was thrown says nothing
 * of where the mistake is, so it has no stack.
 */
export class Mistaken extends Error {
  constructor(mistakes: ReadonlyArray<string>) {
    super(mistakes.join("\n"));
    this.stack = this.message;
  }
}
