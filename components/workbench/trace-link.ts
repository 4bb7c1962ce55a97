import { toast } from 'sonner';
import type { RunHandles } from './run-context';

/** Opens the latest request that went over a link: a failed one before one that was answered. */
export async function traceLink({ client, workbench }: RunHandles, between: [string, string]): Promise<void> {
  const { trace } = await client.ask({ type: 'last-request', between }, 'last-request');
  if (trace === undefined) toast(`No request went between ${between.join(' and ')} lately.`);
  else workbench.showTrace(trace);
}
