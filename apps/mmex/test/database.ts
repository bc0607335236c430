import { DatabaseSync } from "node:sqlite";

/** A household's file with the tables' names and columns as the application has them. */
export const write = (path: string, transactions: number): void => {
  const db = new DatabaseSync(path);
  db.exec(`
    create table ACCOUNTLIST_V1 (ACCOUNTID integer primary key, ACCOUNTNAME text collate nocase not null unique,
      ACCOUNTTYPE text not null, ACCOUNTNUM text, STATUS text not null, NOTES text, HELDAT text,
      WEBSITE text, CONTACTINFO text, ACCESSINFO text, INITIALBAL numeric, INITIALDATE text,
      FAVORITEACCT text not null, CURRENCYID integer not null, STATEMENTLOCKED integer,
      STATEMENTDATE text, MINIMUMBALANCE numeric, CREDITLIMIT numeric, INTERESTRATE numeric,
      PAYMENTDUEDATE text, MINIMUMPAYMENT numeric);
    create table CHECKINGACCOUNT_V1 (TRANSID integer primary key, ACCOUNTID integer not null,
      TOACCOUNTID integer, PAYEEID integer not null, TRANSCODE text not null,
      TRANSAMOUNT numeric not null, STATUS text, TRANSACTIONNUMBER text, NOTES text, CATEGID integer,
      TRANSDATE text, LASTUPDATEDTIME text, DELETEDTIME text, FOLLOWUPID integer, TOTRANSAMOUNT numeric);
    create table SPLITTRANSACTIONS_V1 (SPLITTRANSID integer primary key, TRANSID integer not null,
      CATEGID integer, SPLITTRANSAMOUNT numeric, NOTES text);
    create table CATEGORY_V1 (CATEGID integer primary key, CATEGNAME text, ACTIVE integer, PARENTID integer);
    create table PAYEE_V1 (PAYEEID integer primary key, PAYEENAME text);
    create table SETTING_V1 (SETTINGID integer primary key, SETTINGNAME text, SETTINGVALUE text);
    begin`);
  const account = db.prepare(
    "insert into ACCOUNTLIST_V1 values (?, ?, 'Checking', '12-34', ?, ?, 'a bank', null, null, 'pin 1234', ?, ?, ?, 2, ?, ?, ?, null, null, null, null)",
  );
  for (let id = 1; id <= 10; id += 1) {
    account.run(
      ...[id, `Account ${id}`, id === 9 ? "Closed" : "Open", id % 2 === 0 ? "" : "für später"],
      ...[id * 100.25, id % 3 === 0 ? "" : "2019-01-31", id === 1 ? "TRUE" : "FALSE"],
      ...[id % 2, id % 2 === 0 ? null : "2024-02-29", id === 4 ? 1e-7 : null],
    );
  }
  const transaction = db.prepare(
    "insert into CHECKINGACCOUNT_V1 values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const split = db.prepare("insert into SPLITTRANSACTIONS_V1 values (?, ?, ?, ?, ?)");
  let splits = 0;
  for (let n = 0; n < transactions; n += 1) {
    // Newer versions number rows by the moment, in millionths of a second: no JavaScript number.
    const id = n < transactions / 2 ? BigInt(n + 1) : 2n ** 53n + BigInt(n);
    const isTransfer = n % 7 === 0;
    const isSplit = n % 5 === 0;
    const amount = n % 4 === 0 ? BigInt(n) : (n + 10) / 100;
    const day = `20${10 + (n % 14)}-0${1 + (n % 9)}-${10 + (n % 19)}`;
    transaction.run(
      ...[id, BigInt(1 + (n % 10)), isTransfer ? BigInt(1 + ((n + 1) % 10)) : -1n],
      ...[isTransfer ? -1n : BigInt(1 + (n % 50))],
      isTransfer ? "Transfer" : n % 3 === 0 ? "Deposit" : "Withdrawal",
      ...[amount, ["", "R", "V", "F", "D"][n % 5] ?? "", n % 11 === 0 ? `nr ${n}` : ""],
      ...[n % 6 === 0 ? `"Notes" of ${n}\n\u{1f600}` : null, isSplit ? -1n : BigInt(1 + (n % 57))],
      n % 2 === 0 ? day : `${day}T12:34:5${n % 10}`,
      ...[n % 3 === 0 ? null : `${day}T23:59:59.123`, n % 40 === 0 ? `${day}T08:00:00` : ""],
      ...[n % 2 === 0 ? -1n : null, isTransfer ? amount : null],
    );
    if (!isSplit) continue;
    for (let part = 0; part < 3; part += 1) {
      splits += 1;
      const size = part === 0 ? amount : part === 1 ? 2.5 : -2.5;
      split.run(BigInt(splits), id, BigInt(part), size, part === 0 ? null : `part ${part}`);
    }
  }
  db.exec("commit");
  db.close();
};
