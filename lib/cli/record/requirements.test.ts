import { expect, test } from 'vitest';
import { complaint, LAB_PROGRAMS, requirementsOf } from './requirements';

const here = { platform: 'linux', uid: 0, has: () => true };

test('where it cannot be played, it says why', () => {
  expect(complaint({ ...here, platform: 'darwin' }, LAB_PROGRAMS)).toMatch(/this is darwin/);
  expect(complaint({ ...here, uid: 1000 }, LAB_PROGRAMS)).toMatch(/need root/);
  expect(complaint(here, LAB_PROGRAMS)).toBeUndefined();
});
test('a missing program is named with its Debian package', () => {
  const needed = requirementsOf(['keepalived', 'app'], ['nft add table x', 'echo conntrackd']);
  const has = (program: string): boolean => program !== 'keepalived' && program !== 'nft';
  expect(complaint({ ...here, has }, needed)).toBe(
    'missing here: keepalived, nft. Install with: apt-get install -y keepalived nftables',
  );
});
