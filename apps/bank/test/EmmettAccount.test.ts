import {
  DeciderSpecification,
  eventsInStream,
  expectInMemoryDocuments,
  IllegalStateError,
  InMemoryProjectionSpec,
} from "@event-driven-io/emmett";
import { it } from "vitest";
import { accounts, decide, evolve, initialState } from "../src/EmmettAccount.ts";

const given = DeciderSpecification.for({ decide, evolve, initialState });
const refused = (message: string) => (error: IllegalStateError) => error.message === message;

const opened = { type: "Opened", data: { owner: "Ada" } } as const;
const deposited = { type: "Deposited", data: { amount: 100 } } as const;
const withdrawn = { type: "Withdrawn", data: { amount: 30 } } as const;

it("opens once", () => {
  const open = { type: "Open", data: { owner: "Ada" } } as const;
  given([]).when(open).then([opened]);
  given([opened]).when(open).thenThrows(IllegalStateError, refused("It is opened already"));
});

it("takes deposits while it is open", () => {
  const deposit = { type: "Deposit", data: { amount: 100 } } as const;
  given([opened]).when(deposit).then([deposited]);
  given([]).when(deposit).thenThrows(IllegalStateError, refused("It is not open"));
});

it("gives what is there", () => {
  const withdraw = { type: "Withdraw", data: { amount: 30 } } as const;
  given([opened, deposited]).when(withdraw).then([withdrawn]);
  given([opened]).when(withdraw).thenThrows(IllegalStateError, refused("It is overdrawn by 30"));
});

it("closes when it is empty", () => {
  const close = { type: "Close", data: {} } as const;
  given([opened])
    .when(close)
    .then([{ type: "Closed", data: {} }]);
  given([opened, deposited]).when(close).thenThrows(IllegalStateError, refused("It still has 100"));
});

it("is listed with what has moved", () =>
  InMemoryProjectionSpec.for({ projection: accounts })([])
    .when(eventsInStream("account-1", [opened, deposited, withdrawn]))
    .then(
      expectInMemoryDocuments
        .fromCollection<{ owner: string; balance: number; movements: number }>("accounts")
        .withId("account-1")
        .toBeEqual({ owner: "Ada", balance: 70, movements: 2 }),
    ));
