/** How wide the terminal is: COLUMNS, what the session says of the terminal, or 80. */
import type { Tool } from './tool';

/** Columns of standard output's terminal; undefined when it is none. */
export function terminalSize(tool: Tool): { columns: number; rows: number } {
  const { env, host, process } = tool.context;
  const known = host.world.state.extra.get(`terminal:${tool.context.stdout.tty ?? process.tty ?? ''}`);
  const size =
    typeof known === 'object' && known !== null && 'columns' in known && 'rows' in known
      ? { columns: Number(known.columns), rows: Number(known.rows) }
      : { columns: 80, rows: 24 };
  const columns = Number(env.get('COLUMNS'));
  const rows = Number(env.get('LINES'));
  return { columns: columns > 0 ? columns : size.columns, rows: rows > 0 ? rows : size.rows };
}
