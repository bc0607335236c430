import { command } from "@ledgerfold/migration-cli";
import { accounts } from "./accounts.ts";
import { splitsAddUp } from "./findings.ts";
import { transactions } from "./transactions.ts";

command({
  name: "mmex_to_events",
  writer: "Money Manager Ex",
  migrations: { Account: accounts, Transaction: transactions },
  findings: [splitsAddUp],
  leaveAlone: {
    CATEGORY_V1: "names of categories, which the application goes on to keep",
    PAYEE_V1: "names of payees, which the application goes on to keep",
    CURRENCYFORMATS_V1: "names and rates of currencies",
    "*SETTING*_V1": "how the application looks",
    INFOTABLE_V1: "the application's own record of its schema",
  },
});
