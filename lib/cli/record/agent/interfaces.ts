/** /etc/network/interfaces as `ifup -a` reads it at boot: as much of it as hosts of a lab have. Source: interfaces(5). */

/** The commands that bring up what `auto` names. */
export function commandsFor(text: string): string[] {
  const autos = new Set<string>();
  const commands: string[] = [];
  let device = '';
  let isUsed = false;
  for (const line of text.split('\n')) {
    const [key = '', ...values] = line.replace(/#.*/, '').trim().split(/\s+/);
    const rest = values.join(' ');
    switch (key) {
      case 'auto':
      case 'allow-hotplug':
        for (const name of values) autos.add(name);
        break;
      case 'iface':
        device = values[0] ?? '';
        isUsed = autos.has(device);
        if (isUsed) commands.push(`ip link set ${device} up`);
        break;
      case 'address':
        if (isUsed && rest.includes('/')) commands.push(`ip addr add ${rest} brd + dev ${device}`);
        break;
      case 'gateway':
        if (isUsed) commands.push(`ip route add default via ${rest} dev ${device}`);
        break;
      case 'up':
      case 'post-up':
        if (isUsed) commands.push(rest);
        break;
      default:
    }
  }
  return commands;
}
