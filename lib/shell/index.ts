/** bash and dash, as Debian 12 installs them. */
import type { Registry } from '../world/world.contract';
import { bash, dash } from './bash';
import { converse, knowTerminal } from './interactive/session';
import { PARKED_SHELL, resumeShell, resumeWaitingShell, WAITING_SHELL } from './interactive/park';
import { registerNetworkPaths } from './run/network-path';
import { STARTUP_FILES } from './startup-files';

export { type Completions, complete, historyOf } from './interactive/completion';

/** Packages of every host. */
export const SHELL_PACKAGES: readonly string[] = ['bash', 'dash'];

export function register(registry: Registry): void {
  registerNetworkPaths(registry);
  registry.program('bash/bash', bash);
  registry.program('dash/dash', dash);
  registry.resumable(PARKED_SHELL, (context, state) =>
    resumeShell(context, state, (shell) => {
      knowTerminal(shell);
      return converse(shell, { prompted: true });
    }),
  );
  registry.resumable(WAITING_SHELL, (context, state) =>
    resumeWaitingShell(context, state, (shell, waiting) => {
      knowTerminal(shell);
      return converse(shell, { prompted: false, waiting });
    }),
  );
  registry.package('bash', {
    '/usr/bin/bash': { program: 'bash/bash' },
    '/usr/bin/rbash': { link: 'bash' },
    ...STARTUP_FILES,
  });
  registry.package('dash', {
    '/usr/bin/dash': { program: 'dash/dash' },
    '/usr/bin/sh': { link: 'dash' },
  });
}
