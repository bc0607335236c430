import * as Driver from "../../src/sqlite/Driver.ts";

/** Prints what statements give in every way, and whether code may be made for their rows. */

const connection = Driver.open(":memory:");
connection.exec("create table t (a, b); insert into t values (1, 'x'), (2, null)");
const rows = connection.prepare<Array<unknown>>("select a, b from t where a >= ?");
const given = [
  [rows.all(1), rows.get(2), rows.get(3), [...rows.iterate(1)]],
  connection.prepare("insert into t values (?, 'z')").run(4).changes,
  connection.prepare("select a from t").pluck().all(),
  [connection.pragma("table_info(t)"), connection.pragma("user_version = 7")],
  connection.pragma("user_version", { simple: true }),
];
connection.exec("alter table t add column c default 5");
console.log(JSON.stringify([...given, connection.prepare("select * from t").all()]));
try {
  new Function("");
  console.log("with code");
} catch {
  console.log("without code");
}
