/** pam_env(8): what /etc/environment gives a session of su, sshd and cron. */
import { ROOT } from './files';
import type { Host } from './world.contract';

/** `NAME=VALUE` by line, perhaps behind `export`; quotes around a value go. */
export function pamEnvironment(host: Host): [string, string][] {
  const text = host.fs.readFile('/etc/environment', ROOT);
  if (typeof text !== 'string' || text === '') return [];
  return text.split('\n').flatMap((line): [string, string][] => {
    const found = /^(?:export\s+)?(\w+)=(.*)$/.exec(line.replace(/#.*/, '').trim());
    return found === null ? [] : [[found[1] ?? '', (found[2] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2')]];
  });
}
