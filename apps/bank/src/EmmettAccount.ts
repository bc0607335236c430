import {
  type Command,
  type Event,
  IllegalStateError,
  inMemorySingleStreamProjection,
} from "@event-driven-io/emmett";

export type BankAccountEvent =
  | Event<"Opened", { owner: string }>
  | Event<"Deposited", { amount: number }>
  | Event<"Withdrawn", { amount: number }>
  | Event<"Closed", Record<string, never>>;

type BankAccountCommand =
  | Command<"Open", { owner: string }>
  | Command<"Deposit", { amount: number }>
  | Command<"Withdraw", { amount: number }>
  | Command<"Close", Record<string, never>>;

interface BankAccount {
  readonly status: "Unopened" | "Open" | "Closed";
  readonly balance: number;
}

export const initialState = (): BankAccount => ({ status: "Unopened", balance: 0 });

export const evolve = (state: BankAccount, { type, data }: BankAccountEvent): BankAccount => {
  switch (type) {
    case "Opened":
      return { status: "Open", balance: 0 };
    case "Deposited":
      return { ...state, balance: state.balance + data.amount };
    case "Withdrawn":
      return { ...state, balance: state.balance - data.amount };
    case "Closed":
      return { ...state, status: "Closed" };
  }
};

export const decide = (
  { type, data }: BankAccountCommand,
  { status, balance }: BankAccount,
): BankAccountEvent => {
  if (type === "Open") {
    if (status !== "Unopened") throw new IllegalStateError("It is opened already");
    return { type: "Opened", data };
  }
  if (status !== "Open") throw new IllegalStateError("It is not open");
  switch (type) {
    case "Deposit":
      return { type: "Deposited", data };
    case "Withdraw":
      if (data.amount > balance) {
        throw new IllegalStateError(`It is overdrawn by ${data.amount - balance}`);
      }
      return { type: "Withdrawn", data };
    case "Close":
      if (balance !== 0) throw new IllegalStateError(`It still has ${balance}`);
      return { type: "Closed", data };
  }
};

interface Listed extends Record<string, unknown> {
  readonly owner: string;
  readonly balance: number;
  readonly movements: number;
}

export const accounts = inMemorySingleStreamProjection<Listed, BankAccountEvent>({
  collectionName: "accounts",
  canHandle: ["Opened", "Deposited", "Withdrawn", "Closed"],
  initialState: () => ({ owner: "", balance: 0, movements: 0 }),
  evolve: (row: Listed, { type, data }: BankAccountEvent) => {
    switch (type) {
      case "Opened":
        return { ...row, owner: data.owner };
      case "Deposited":
        return { ...row, balance: row.balance + data.amount, movements: row.movements + 1 };
      case "Withdrawn":
        return { ...row, balance: row.balance - data.amount, movements: row.movements + 1 };
      case "Closed":
        return row;
    }
  },
});
