/** An account has another password: changed, leaked and reset, or locked. */
import { ROOT } from '../world/files';
import { HOST, textOf } from '../world/parameters';
import { hashPassword } from '../world/passwords';
import type { Host } from '../world/world.contract';
import type { FaultDefinition } from './definition';

const FILE = '/etc/shadow';

export const passwordChanged: FaultDefinition = {
  kind: 'password-changed',
  title: 'Password changed',
  description: 'An account of a machine gets another password, or is locked when none is given.',
  parameters: [
    HOST,
    { name: 'user', type: 'text', required: true, description: 'The account.' },
    { name: 'password', type: 'text', required: false, description: 'The new password; none locks it.' },
  ],
  apply(world, values): string | undefined {
    const user = textOf(values, 'user');
    const password = textOf(values, 'password');
    const hash = password === '' ? '!' : hashPassword(password, user);
    const before = exchangeHash(world.host(textOf(values, 'host')), user, hash);
    if (before !== undefined) world.record(textOf(values, 'host'), 'file.changed', { path: FILE });
    return before;
  },
  undo(world, values, before) {
    if (typeof before !== 'string') return;
    exchangeHash(world.host(textOf(values, 'host')), textOf(values, 'user'), before);
    world.record(textOf(values, 'host'), 'file.changed', { path: FILE });
  },
};

/** Writes another second field into the account's line of /etc/shadow (shadow(5)); the field that stood there. */
function exchangeHash(host: Host, user: string, hash: string): string | undefined {
  const text = host.fs.readFile(FILE, ROOT);
  if (typeof text !== 'string') return undefined;
  let before: string | undefined;
  const lines = text.split('\n').map((line) => {
    const [name, known, ...rest] = line.split(':');
    if (name !== user) return line;
    before = known;
    return [name, hash, ...rest].join(':');
  });
  if (before !== undefined) host.fs.writeFile(FILE, lines.join('\n'), ROOT);
  return before;
}
