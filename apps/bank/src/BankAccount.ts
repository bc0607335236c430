import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { Schema } from "effect";

const Cents = Schema.Int.pipe(Schema.positive());

const Event = Schema.Union(
  Schema.TaggedStruct("Opened", { owner: Schema.NonEmptyString }),
  Schema.TaggedStruct("Deposited", { amount: Cents }),
  Schema.TaggedStruct("Withdrawn", { amount: Cents }),
  Schema.TaggedStruct("Closed", {}),
);

const Command = Schema.Union(
  Schema.TaggedStruct("Open", { owner: Schema.NonEmptyString }),
  Schema.TaggedStruct("Deposit", { amount: Cents }),
  Schema.TaggedStruct("Withdraw", { amount: Cents }),
  Schema.TaggedStruct("Close", {}),
);

export class AlreadyOpened extends Schema.TaggedError<AlreadyOpened>()("AlreadyOpened", {}) {}
export class NotOpen extends Schema.TaggedError<NotOpen>()("NotOpen", {}) {}
export class Overdrawn extends Schema.TaggedError<Overdrawn>()("Overdrawn", { by: Cents }) {}
export class NotEmpty extends Schema.TaggedError<NotEmpty>()("NotEmpty", { balance: Cents }) {}

export const account = Aggregate.make({
  type: "BankAccount",
  codec: Event,
  state: Schema.Struct({
    status: Schema.Literal("Unopened", "Open", "Closed"),
    balance: Schema.NonNegativeInt,
  }),
  initial: { status: "Unopened", balance: 0 },
  evolve: (state, event) => {
    switch (event._tag) {
      case "Opened":
        return { status: "Open", balance: 0 };
      case "Deposited":
        return { ...state, balance: state.balance + event.amount };
      case "Withdrawn":
        return { ...state, balance: state.balance - event.amount };
      case "Closed":
        return { ...state, status: "Closed" };
    }
  },
  decide: ({ status, balance }, command: typeof Command.Type) => {
    if (command._tag === "Open") {
      return status === "Unopened" ? [{ ...command, _tag: "Opened" }] : new AlreadyOpened();
    }
    if (status !== "Open") return new NotOpen();
    switch (command._tag) {
      case "Deposit":
        return [{ ...command, _tag: "Deposited" }];
      case "Withdraw":
        return command.amount <= balance
          ? [{ ...command, _tag: "Withdrawn" }]
          : new Overdrawn({ by: command.amount - balance });
      case "Close":
        return balance === 0 ? [{ _tag: "Closed" }] : new NotEmpty({ balance });
    }
  },
  view: {
    table: "bank_account_view",
    schema: Schema.Struct({ owner: Schema.String, balance: Schema.Int, movements: Schema.Int }),
    initial: { owner: "", balance: 0, movements: 0 },
    evolve: (row, event) => {
      switch (event._tag) {
        case "Opened":
          return { ...row, owner: event.owner };
        case "Deposited":
          return { ...row, balance: row.balance + event.amount, movements: row.movements + 1 };
        case "Withdrawn":
          return { ...row, balance: row.balance - event.amount, movements: row.movements + 1 };
        case "Closed":
          return row;
      }
    },
  },
});
