/** What goes to the recorder: lines of JSON on the agent's standard output. */
import type { AgentEvent } from '../protocol';

export function tell(event: AgentEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
