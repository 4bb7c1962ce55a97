/** bash and dash, as Debian 12 installs them. */
import type { Registry } from '../world/world.contract';
import { bash, dash } from './bash';
import { converse, takeTerminal } from './interactive/session';
import { PARKED_SHELL, resumeShell } from './interactive/park';
import { STARTUP_FILES } from './startup-files';

export { type Completions, complete, historyOf } from './interactive/completion';

/** Packages of every host. */
export const SHELL_PACKAGES: readonly string[] = ['bash', 'dash'];

export function register(registry: Registry): void {
  registry.program('bash/bash', bash);
  registry.program('dash/dash', dash);
  registry.resumable(PARKED_SHELL, (context, state) =>
    resumeShell(context, state, (shell) => {
      takeTerminal(shell);
      return converse(shell, { prompted: true });
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
