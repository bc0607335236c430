import type Sqlite from "better-sqlite3";

/**
 * better-sqlite3 makes code for the rows of each statement. Where none may be made, its statements
 * give cells alone, and these get their names here.
 */
export const adapt = (connection: Sqlite.Database): Sqlite.Database => {
  const prepare = connection.prepare.bind(connection);
  const pragma = connection.pragma.bind(connection);
  const prepared = (sql: string) => named(prepare<Array<unknown>>(sql));
  return Object.assign(connection, {
    prepare: prepared,
    pragma: (source: string, options: Sqlite.PragmaOptions = {}) => {
      if (options.simple === true) return pragma(source, options);
      const statement = prepared(`pragma ${source}`);
      if (statement.reader) return statement.all();
      statement.run();
      return [];
    },
  });
};

type Statement = Sqlite.Statement<Array<unknown>>;

const named = (statement: Statement): Statement => {
  if (!statement.reader) return statement;
  const { all, get, iterate, pluck } = statement.raw();
  // Others may change the tables between two calls, and so the columns.
  const naming = () => {
    const names = statement.columns().map(({ name }) => name);
    return (cells: unknown) =>
      Object.fromEntries(names.map((name, at) => [name, (cells as Array<unknown>)[at]]));
  };
  return Object.assign(statement, {
    all: (...parameters: Array<unknown>) => all.apply(statement, parameters).map(naming()),
    get: (...parameters: Array<unknown>) => {
      const cells = get.apply(statement, parameters);
      return cells === undefined ? undefined : naming()(cells);
    },
    *iterate(...parameters: Array<unknown>) {
      const name = naming();
      for (const cells of iterate.apply(statement, parameters)) yield name(cells);
    },
    pluck: () => {
      Object.assign(statement, { all, get, iterate });
      return pluck.call(statement);
    },
  });
};
