/** The tables of `billingProgram.ts`, and 200 invoices with three lines each. */

export const tables = [
  "create schema billing",
  "create type billing.status as enum ('draft', 'sent')",
  "create table plans (id int primary key, name text, price numeric)",
  `create table billing.invoices (id uuid primary key, customer text, total numeric(30,15), paid bool,
    status billing.status, "issuedOn" date, created_at timestamptz, updated_at timestamp, notes text,
    plan_id int, tags text[])`,
  `create table billing."Lines" (id bigint, invoice_id uuid, amount numeric, primary key (invoice_id, id))
    partition by hash (invoice_id)`,
  ...[0, 1].map(
    (rest) => `create table billing.lines_${rest} partition of billing."Lines"
      for values with (modulus 2, remainder ${rest})`,
  ),
];
export const rows = [
  "insert into plans values (1, 'Basic', 5), (2, 'Team', 50)",
  `insert into billing.invoices select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
     'Customer ' || n, n * 1.000000000000001, n % 2 = 0, (array['draft', 'sent'])[n % 2 + 1]::billing.status,
     date '2025-01-01' + n % 300, timestamptz '2025-01-01 00:00:00.123456+02' + n * interval '1 minute',
     timestamp '2025-01-15 12:00' + n % 20 * interval '1 second', case when n % 3 = 0 then 'ünï ' || n end,
     case when n % 5 > 0 then n % 2 + 1 end, array['a']
   from generate_series(1, 200) as n`,
  `insert into billing."Lines" select l, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, l * 0.5
   from generate_series(1, 200) as n, generate_series(1, 3) as l`,
];
