import { connect, Socket } from "node:net";
import pg from "pg";
import { grace, HeldUp, isAnswer, Silent, Unconfirmed, type Waiting } from "./Answer.ts";

/**
 * A connection on which nobody waits without end: it tells when the network is silent while an answer
 * is waited for, what is waited for can be called off, and to end it takes a second at the most. Its
 * patience is `connectionTimeoutMillis`.
 */
export class Connection extends pg.Client {
  declare readonly processID: number | null;
  declare readonly secretKey: number | null;
  readonly madeAt = performance.now();
  /** Since when nobody has it; nothing before the first one has given it back. */
  idleSince: number | undefined;
  /** Whether it leads to the server itself, and not to a pooler, which passes queries on. */
  isDirect = false;
  /** Whether it should not serve again, though it might answer. */
  isSpoilt = false;
  waiting: Waiting | undefined;
  readonly patience: number;
  /** What to do when nothing has come or gone for as long as the patience. */
  onSilence: (waiting: Waiting) => void = () => this.drop(new Silent(this.patience));
  readonly #socket: Socket;
  #isBroken = false;
  #isUnconfirmed = false;
  /** Requests to stop that the server may not have heard yet. */
  #cancelling: Promise<void> | undefined;

  constructor(config: pg.ClientConfig = {}) {
    const socket = new Socket();
    const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
    super({ ...config, ...keepAlive, stream: () => socket });
    this.#socket = socket;
    this.patience = config.connectionTimeoutMillis ?? 0;
    socket.on("timeout", () => {
      if (this.waiting !== undefined) this.onSilence(this.waiting);
    });
    const breaks = () => {
      this.#isBroken = true;
    };
    // Who gives up in the midst of being let in would leave the server waiting, and this process too.
    this.connection.on("error", () => socket.destroy());
    // One that breaks says so to whoever uses it next, not to the process.
    this.on("error", breaks).on("end", breaks);
    // Its text is in the server's language, and its code is that of many others.
    this.on("notice", ({ routine }) => {
      if (routine === "SyncRepWaitForLSN") this.#isUnconfirmed = true;
    });
  }

  get isBroken(): boolean {
    return this.#isBroken || this.#socket.destroyed;
  }

  /** Looks where it leads to, once it is there. */
  async greet(): Promise<void> {
    const text = "select pg_backend_pid() as pid";
    const { rows } = await this.answer(text, () => this.query<{ pid: unknown }>(text));
    this.isDirect = Number(rows[0]?.pid) === this.processID;
  }

  /** Sends something, and waits for the answer to it. */
  async answer<A>(text: string, send: () => Promise<A>): Promise<A> {
    // It is for what was asked before, and must not meet this.
    if (this.#cancelling !== undefined) await this.#cancelling;
    const waiting: Waiting = { text };
    this.waiting = waiting;
    this.#isUnconfirmed = false;
    this.watch(this.patience);
    try {
      const answer = await send();
      if (this.#isUnconfirmed) throw new Unconfirmed();
      return answer;
    } catch (cause) {
      const { holders } = waiting;
      throw holders !== undefined && isAnswer(cause) && cause.code === "57014"
        ? new HeldUp(holders)
        : cause;
    } finally {
      if (this.waiting === waiting) this.waiting = undefined;
    }
  }

  /** Lets so many milliseconds pass in silence. */
  watch(milliseconds: number): void {
    this.#socket.setTimeout(milliseconds);
  }

  /** Has the server stop, and waits for what it then answers; gives up without an answer. */
  async callOff(answer: Promise<unknown>): Promise<void> {
    const giveUp = setTimeout(() => this.drop(new Silent(grace)), grace);
    void this.cancel();
    await answer.catch(() => {});
    clearTimeout(giveUp);
  }

  /** Asks the server to stop what it does for this one; done when it has heard. */
  cancel(): Promise<void> {
    const { host, port, processID, secretKey } = this;
    const message = Buffer.alloc(16);
    for (const [at, number] of [16, 80_877_102, processID ?? 0, secretKey ?? 0].entries()) {
      message.writeInt32BE(number, 4 * at);
    }
    const heard = new Promise<void>((resolve) => {
      const socket = host.startsWith("/")
        ? connect(`${host}/.s.PGSQL.${port}`)
        : connect(port, host);
      socket.setTimeout(grace, () => socket.destroy());
      socket.on("error", () => {}).on("close", () => resolve());
      socket.end(message);
      socket.resume();
    });
    const cancelling = Promise.all([this.#cancelling, heard]).then(() => {});
    this.#cancelling = cancelling;
    return cancelling.finally(() => {
      if (this.#cancelling === cancelling) this.#cancelling = undefined;
    });
  }

  /** Breaks it, for whoever waits and whoever comes. */
  drop(reason: Error): void {
    this.#isBroken = true;
    this.connection.stream.destroy(reason);
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    setTimeout(() => this.connection.stream.destroy(), grace).unref();
    return callback === undefined ? super.end() : super.end(callback);
  }
}
