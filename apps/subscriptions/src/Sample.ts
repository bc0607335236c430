import { Client } from "pg";

/** The billing service's schema, and rows in it that are the same each time. */

const schema = `
  create schema billing;
  create type billing.interval as enum ('month', 'year');
  create type billing.subscription_status as enum ('trialing', 'active', 'cancelled');
  create type billing.invoice_status as enum ('draft', 'finalized', 'paid', 'void');
  create table billing.plans (
    id uuid primary key,
    code text not null unique,
    name text not null,
    "interval" billing.interval not null,
    amount numeric(30, 15) not null,
    currency char(3) not null,
    trial_days integer not null default 0,
    archived boolean not null default false,
    features jsonb not null,
    created_at timestamptz not null
  );
  create table billing.customers (
    id bigint primary key,
    email text not null unique,
    name text,
    plan_id uuid not null references billing.plans,
    status billing.subscription_status not null,
    subscribed_on date not null,
    cancelled_at timestamptz,
    balance numeric(30, 15) not null default 0,
    card_token bytea,
    settings text[] not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null
  );
  create table billing.invoices (
    id bigint primary key,
    number varchar(40) not null unique,
    customer_id bigint not null references billing.customers,
    status billing.invoice_status not null,
    period_from date not null,
    period_to date not null,
    total numeric(30, 15) not null,
    issued_at timestamp,
    paid_at timestamptz,
    pdf bytea
  );
  create table billing.fees (
    id uuid primary key,
    invoice_id bigint not null references billing.invoices,
    description text not null,
    units numeric not null,
    amount numeric(30, 15) not null
  );
  create index on billing.fees (invoice_id);
  create table billing.webhooks (id bigint primary key, body json not null);
  create table billing.schema_migrations (version text primary key);
`;

const rows = (customers: number) => `
  insert into billing.plans values
    ('0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e0001', 'starter', 'Starter', 'month', 9.9, 'EUR', 14, false,
      '{"seats": 1, "support": "mail"}', '2024-12-01 08:00:00+00'),
    ('0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e0002', 'team', 'Team', 'month', 49, 'EUR', 0, false,
      '{"seats": 10, "support": "phone"}', '2024-12-01 08:00:00.000001+00'),
    ('0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e0003', 'company', 'Company', 'year', 1200.123456789012345,
      'USD', 30, true, '{"seats": null, "support": "phone"}', '2025-03-30 02:30:00.5+01');
  insert into billing.customers
    select n, 'customer' || n || '@example.com', case when n % 5 > 0 then 'Customer ' || n end,
      ('0b6f5f0a-8d9e-4d0e-9a53-5a7a1f0e000' || 1 + n % 3)::uuid,
      (array['trialing', 'active', 'active', 'cancelled'])[1 + n % 4]::billing.subscription_status,
      date '2025-01-01' + n % 300,
      case when n % 4 = 3 then timestamptz '2025-11-01 10:00:00.123456+00' + n * interval '1 second' end,
      (n % 7 - 3) * 0.000000000000001, decode(md5(n::text), 'hex'), array['weekly'],
      timestamptz '2025-01-01 00:00:00+00' + n * interval '61.000001 seconds',
      timestamptz '2025-11-20 00:00:00+00'
    from generate_series(1, ${customers}) as n;
  insert into billing.invoices
    select n, 'INV-2025-' || lpad(n::text, 6, '0'), 1 + n / 2,
      (array['draft', 'finalized', 'paid', 'paid', 'void'])[1 + n % 5]::billing.invoice_status,
      date '2025-06-01' + n % 150, date '2025-07-01' + n % 150, 12.5 + n * 0.1,
      case when n % 5 > 0 then timestamp '2025-07-01 00:30:00' + n * interval '1 minute' end,
      case when n % 5 in (2, 3) then timestamptz '2025-07-10 12:00:00+00' + n * interval '1 minute' end,
      null
    from generate_series(1, ${2 * customers - 1}) as n;
  insert into billing.fees
    select md5('seats' || id)::uuid, id, 'Seats', 1, 12.5 from billing.invoices
    union all
    select md5('calls' || id)::uuid, id, 'API calls', id, id * 0.1 from billing.invoices;
  insert into billing.webhooks values (1, '{}');
  insert into billing.schema_migrations values ('20251101');
`;

/** Into an empty database; twice as many invoices, with two fees each. */
export const write = async (url: string, customers = 50): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(schema);
    await client.query(rows(customers));
  } finally {
    await client.end();
  }
};
