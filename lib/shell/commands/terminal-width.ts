/** How large the terminal is: COLUMNS and LINES, the terminal's own size, or 80 by 24. */
import type { Tool } from './tool';

export function terminalSize(tool: Tool): { columns: number; rows: number } {
  const { env, host, process } = tool.context;
  const terminal = host.terminals.find(tool.context.stdout.tty ?? process.tty ?? '')?.state;
  const columns = Number(env.get('COLUMNS'));
  const rows = Number(env.get('LINES'));
  return {
    columns: columns > 0 ? columns : (terminal?.columns ?? 80),
    rows: rows > 0 ? rows : (terminal?.rows ?? 24),
  };
}
