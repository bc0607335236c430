/** What comes of what is asked of a server. */

/** An answer that is waited for. */
export interface Waiting {
  readonly text: string;
  /** Who held the lock that it waited for, once it is called off for that. */
  holders?: ReadonlyArray<Holder>;
}

/** Another process of the server. */
export interface Holder {
  readonly pid: number;
  readonly application: string;
  /** It has committed, and waits for its standby. */
  readonly isUnconfirmed: boolean;
}

/** How many milliseconds to wait for what a living network does at once. */
export const grace = 1_000;

/** Nothing comes any more. */
export class Silent extends Error {
  constructor(milliseconds: number, more = "") {
    super(`nothing came from the server for ${milliseconds / 1_000} seconds${more}`);
  }
}

/** A lock that was waited for stayed with others. */
export class HeldUp extends Error {
  readonly holders: ReadonlyArray<Holder>;
  constructor(holders: ReadonlyArray<Holder>) {
    super("a lock was held by others for too long");
    this.holders = holders;
  }
}

/** A commit is done where it was asked for, and its wait for a standby ended without one. */
export class Unconfirmed extends Error {
  constructor() {
    super(
      "the server has committed it and waits for its standby, which has not confirmed it: it is kept unless that server is lost",
    );
  }
}

/** What the server has answered, and not the network: it says how severe that is. */
export const isAnswer = (cause: unknown): cause is Error & { readonly code?: string } =>
  cause instanceof Error && "severity" in cause;
