import { toast } from 'sonner';
import type { RunHandles } from '../run-context';

/** Shows another attempt beside this one, or no longer: first the one that this one parted from. */
export function toggleComparison({ client, workbench }: RunHandles): void {
  if (workbench.getState().compare !== undefined) {
    workbench.setState({ compare: undefined });
    return;
  }
  const { current, all } = client.store.getState().branch;
  const others = all.filter(({ id }) => id !== current);
  const parent = all.find(({ id }) => id === current)?.parent;
  const chosen = others.find(({ id }) => id === parent) ?? others.at(-1);
  if (chosen === undefined)
    toast('There is only one attempt.', {
      description: 'Look back to a moment, continue from there, and the two can be compared.',
    });
  else workbench.setState({ compare: chosen.id, area: 'map' });
}
