/** The default route leads somewhere else, now and after a reboot. */
import { parseIPv4 } from '../std/ipv4';
import { ROOT } from '../world/files';
import { HOST, textOf } from '../world/parameters';
import type { Route } from '../world/network.contract';
import type { FaultDefinition } from './definition';

const FILE = '/etc/network/interfaces';

export const wrongGateway: FaultDefinition = {
  kind: 'wrong-gateway',
  title: 'Wrong gateway',
  description:
    'The default route leads to another address; `lasting` writes it to /etc/network/interfaces too.',
  parameters: [
    HOST,
    { name: 'gateway', type: 'address', required: true, description: 'Where it leads.' },
    { name: 'lasting', type: 'flag', required: false, description: 'Also in the file, for the next boot.' },
  ],
  apply(world, values): { route: Route; text: string | undefined } | undefined {
    const host = world.host(textOf(values, 'host'));
    const route = host.state.routes.find(({ prefix, via }) => prefix === 0 && via !== undefined);
    if (route === undefined) return undefined;
    world.network.removeRoute(host, route);
    world.network.addRoute(host, { ...route, via: parseIPv4(textOf(values, 'gateway')) ?? 0 });
    if (values['lasting'] !== true) return { route, text: undefined };
    const text = host.fs.readFile(FILE, ROOT);
    if (typeof text !== 'string') return { route, text: undefined };
    host.fs.writeFile(FILE, text.replace(/(^\s*gateway\s+)\S+/m, `$1${textOf(values, 'gateway')}`), ROOT);
    world.record(host.name, 'file.changed', { path: FILE });
    return { route, text };
  },
  undo(world, values, before) {
    const host = world.host(textOf(values, 'host'));
    const was = before as { route: Route; text: string | undefined } | undefined;
    if (was === undefined) return;
    const present = host.state.routes.find(({ prefix }) => prefix === 0);
    if (present !== undefined) world.network.removeRoute(host, present);
    world.network.addRoute(host, was.route);
    if (was.text !== undefined) host.fs.writeFile(FILE, was.text, ROOT);
  },
};
