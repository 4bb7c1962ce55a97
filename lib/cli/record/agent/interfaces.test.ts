import { expect, test } from 'vitest';
import { commandsFor } from './interfaces';

test('what auto names is brought up, in the order of the file', () => {
  const text =
    'source /etc/network/interfaces.d/*\nauto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n\taddress 10.0.1.11/24\n\tgateway 10.0.1.1 # the firewall\n\tup ip route add 10.9.0.0/16 via 10.0.1.2\n\niface eth1 inet static\n\taddress 10.0.2.1/24\n';
  expect(commandsFor(text)).toEqual([
    'ip link set lo up',
    'ip link set eth0 up',
    'ip addr add 10.0.1.11/24 brd + dev eth0',
    'ip route add default via 10.0.1.1 dev eth0',
    'ip route add 10.9.0.0/16 via 10.0.1.2',
  ]);
});
