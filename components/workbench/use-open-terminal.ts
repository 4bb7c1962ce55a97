'use client';

import { toast } from 'sonner';
import { useHandles } from './run-context';

/** Opens a terminal and shows it; the host may refuse, as a real one does. */
export function useOpenTerminal(): (host: string) => void {
  const { client, workbench } = useHandles();
  return (host) => {
    client
      .ask({ type: 'terminal-open', host }, 'terminal')
      .then(({ terminal }) => {
        client.store.setState(({ terminals }) =>
          terminals.some(({ id }) => id === terminal.id)
            ? {}
            : {
                terminals: [
                  ...terminals,
                  { id: terminal.id, host: terminal.host, title: terminal.title, closed: false },
                ],
              },
        );
        workbench.setState({ dockTab: `terminal:${terminal.id}`, area: 'dock' });
      })
      .catch((reason: unknown) =>
        toast.error(reason instanceof Error ? reason.message : 'The terminal could not be opened.'),
      );
  };
}
