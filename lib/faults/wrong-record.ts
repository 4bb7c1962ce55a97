/** A name leads to another address: a stale or mistyped record. */
import { ROOT } from '../world/files';
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const wrongRecord: FaultDefinition = {
  kind: 'wrong-record',
  title: 'Wrong record',
  description: 'A name leads to another address, in the file of a machine (its name server reads it again).',
  parameters: [
    HOST,
    { name: 'name', type: 'text', required: true, description: 'The name.' },
    { name: 'address', type: 'address', required: true, description: 'Where it leads now.' },
    { name: 'path', type: 'path', required: false, description: '/etc/hosts unless given.' },
  ],
  apply(world, values): string | undefined {
    const host = world.host(textOf(values, 'host'));
    const path = textOf(values, 'path') || '/etc/hosts';
    const text = host.fs.readFile(path, ROOT);
    if (typeof text !== 'string') return undefined;
    host.fs.writeFile(path, withRecord(text, textOf(values, 'name'), textOf(values, 'address')), ROOT);
    world.record(host.name, 'file.changed', { path });
    for (const { pid, comm } of host.processes()) if (comm === 'dnsmasq') world.kill(host, pid, 'HUP');
    return text;
  },
  undo(world, values, before) {
    const host = world.host(textOf(values, 'host'));
    if (typeof before === 'string') host.fs.writeFile(textOf(values, 'path') || '/etc/hosts', before, ROOT);
    for (const { pid, comm } of host.processes()) if (comm === 'dnsmasq') world.kill(host, pid, 'HUP');
  },
};
/** Lines of /etc/hosts (`ADDRESS NAME…`) and of dnsmasq (`address=/NAME/ADDRESS`). */
function withRecord(text: string, name: string, address: string): string {
  let found = false;
  const lines = text.split('\n').map((line) => {
    const dnsmasq = /^(address|host-record)=[/]?([^/,]+)[/,].*$/.exec(line);
    if (dnsmasq?.[2] === name) {
      found = true;
      return dnsmasq[1] === 'address' ? `address=/${name}/${address}` : `host-record=${name},${address}`;
    }
    const words = line.split(/\s+/);
    if (line.startsWith('#') || !words.slice(1).includes(name)) return line;
    found = true;
    return [address, ...words.slice(1)].join('\t');
  });
  return found ? lines.join('\n') : `${text}${text.endsWith('\n') ? '' : '\n'}${address}\t${name}\n`;
}
