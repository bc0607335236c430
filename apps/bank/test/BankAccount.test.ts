import { events, given, refusal, row } from "@ledgerfold/aggregate/Scenario";
import { expect, it } from "vitest";
import { AlreadyOpened, account, NotEmpty, NotOpen, Overdrawn } from "../src/BankAccount.ts";

const opened = { _tag: "Opened", owner: "Ada" } as const;
const deposited = { _tag: "Deposited", amount: 100 } as const;
const withdrawn = { _tag: "Withdrawn", amount: 30 } as const;

it("opens once", () => {
  const open = { _tag: "Open", owner: "Ada" } as const;
  expect(given(account).whenSync(open)).toEqual(events(opened));
  expect(given(account, opened).whenSync(open)).toEqual(refusal(new AlreadyOpened()));
});

it("takes deposits while it is open", () => {
  const deposit = { _tag: "Deposit", amount: 100 } as const;
  expect(given(account, opened).whenSync(deposit)).toEqual(events(deposited));
  expect(given(account).whenSync(deposit)).toEqual(refusal(new NotOpen()));
});

it("gives what is there", () => {
  const withdraw = { _tag: "Withdraw", amount: 30 } as const;
  expect(given(account, opened, deposited).whenSync(withdraw)).toEqual(events(withdrawn));
  expect(given(account, opened).whenSync(withdraw)).toEqual(refusal(new Overdrawn({ by: 30 })));
});

it("closes when it is empty", () => {
  const close = { _tag: "Close" } as const;
  expect(given(account, opened).whenSync(close)).toEqual(events({ _tag: "Closed" }));
  const full = given(account, opened, deposited).whenSync(close);
  expect(full).toEqual(refusal(new NotEmpty({ balance: 100 })));
});

it("is listed with what has moved", () => {
  const listed = row(account, "account-1", opened, deposited, withdrawn);
  expect(listed).toEqual({ owner: "Ada", balance: 70, movements: 2 });
});
