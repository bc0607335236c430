/** What the sentences of a command call things. */
export interface Words {
  /** The command itself: `migrate_to_events`. */
  readonly command: string;
  /** Who writes the legacy tables: `the bot`. */
  readonly writer: string;
}
