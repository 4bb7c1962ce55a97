import { watchedParts } from '@/components/panels/registry';
import { watchOf } from '@/lib/client/watch';
import type { RunHandles } from './run-context';

/** Tells the worker what is looked at, whenever that changes and after each opening. */
export function watchAlong({ client, workbench }: RunHandles): () => void {
  let said = '';
  const say = (again: boolean) => {
    const watch = watchOf(workbench.getState(), watchedParts);
    const text = JSON.stringify(watch);
    if (text === said && !again) return;
    const before: unknown = said === '' ? undefined : JSON.parse(said);
    if (JSON.stringify(watch.logs) !== JSON.stringify(logsOf(before))) client.store.forget('logs');
    said = text;
    client.send(watch);
  };
  const stopLooking = workbench.subscribe(() => say(false));
  const stopOpening = client.store.subscribe((state, before) => {
    if (state.connection.state === 'open' && before.connection.state !== 'open') say(true);
  });
  return () => {
    stopLooking();
    stopOpening();
  };
}

function logsOf(watch: unknown): unknown {
  return typeof watch === 'object' && watch !== null && 'logs' in watch ? watch.logs : undefined;
}
