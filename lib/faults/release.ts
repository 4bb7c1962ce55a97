/** The shop's application in a new version, or what another one depends on grown slow: its settings change and it is restarted, as a deployment does. */
import { formatDuration } from '../std/instant';
import { ROOT } from '../world/files';
import { HOST, numberOf, textOf, textsOf, type ParameterValues } from '../world/parameters';
import type { World } from '../world/world.contract';
import { runAsRoot } from './command';
import type { FaultDefinition } from './definition';

const FILE = '/etc/shop.conf';
const RESTART = 'systemctl restart shop';

export const badRelease: FaultDefinition = {
  kind: 'bad-release',
  title: 'Bad release',
  description: "A deployment changes settings of the shop's application and restarts it.",
  parameters: [
    HOST,
    {
      name: 'settings',
      type: 'texts',
      required: true,
      description: 'Lines of /etc/shop.conf, for instance `status = 500`, `delay = 2s`, `leak_kib = 512`.',
    },
  ],
  apply: (world, values) => deploy(world, textOf(values, 'host'), textsOf(values, 'settings')),
  undo: rollBack,
};
export const dependency: FaultDefinition = {
  kind: 'dependency',
  title: 'Dependency slow or gone',
  description:
    'The application on a machine that others depend on answers late, with an error, or not at all.',
  parameters: [
    { ...HOST, description: 'The machine that others depend on.' },
    { name: 'delay', type: 'duration', required: false, description: 'It answers so late.' },
    { name: 'status', type: 'number', required: false, description: 'It answers with this status.' },
    { name: 'gone', type: 'flag', required: false, description: 'It is stopped.' },
  ],
  apply(world, values) {
    const host = textOf(values, 'host');
    if (values['gone'] === true) {
      runAsRoot(world, host, 'systemctl stop shop');
      return undefined;
    }
    const settings: string[] = [];
    if (values['delay'] !== undefined)
      settings.push(`delay = ${formatDuration(numberOf(values, 'delay', 0))}`);
    if (values['status'] !== undefined) settings.push(`status = ${numberOf(values, 'status', 200)}`);
    return deploy(world, host, settings);
  },
  undo(world, values, before) {
    if (values['gone'] === true) runAsRoot(world, textOf(values, 'host'), 'systemctl start shop');
    else rollBack(world, values, before);
  },
};

function deploy(world: World, name: string, settings: readonly string[]): string | undefined {
  const host = world.host(name);
  const text = host.fs.readFile(FILE, ROOT);
  if (typeof text !== 'string') return undefined;
  let next = text;
  for (const setting of settings) {
    const key = setting.split('=')[0]?.trim() ?? '';
    const line = new RegExp(`^${key.replace(/[^a-z_]/g, '')}\\s*=.*$`, 'm');
    next =
      key !== 'page' && line.test(next)
        ? next.replace(line, setting)
        : `${next.replace(/\n?$/, '\n')}${setting}\n`;
  }
  host.fs.writeFile(FILE, next, ROOT);
  world.record(name, 'release', { settings: settings.join('; ') });
  runAsRoot(world, name, RESTART);
  return text;
}
function rollBack(world: World, values: ParameterValues, before: unknown): void {
  const host = world.host(textOf(values, 'host'));
  if (typeof before !== 'string') return;
  host.fs.writeFile(FILE, before, ROOT);
  runAsRoot(world, host.name, RESTART);
}
