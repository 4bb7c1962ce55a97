import { expect, test } from 'vitest';
import { interfacesFile } from './build';

test('a gateway stands only at the card that reaches it', () => {
  const text = interfacesFile({
    interfaces: {
      eth0: { zone: 'dmz', address: '10.0.1.11/24' },
      eth1: { zone: 'app', address: '10.0.2.11/24' },
    },
    gateway: '10.0.2.1',
  });
  expect(text.slice(text.indexOf('auto eth0'))).toBe(
    'auto eth0\niface eth0 inet static\n\taddress 10.0.1.11/24\n\nauto eth1\niface eth1 inet static\n\taddress 10.0.2.11/24\n\tgateway 10.0.2.1\n',
  );
});
