/** Wrong command lines of ip, ss, nc and others, and what the tools of Debian 12 said. */
import { describe, expect, it } from 'vitest';
import { ToolLab } from '../tool-lab';
import { NETWORK_TOOLS, register } from './index';
import RECORDED from './misuse-recorded.json';

describe('a wrong command line', () => {
  it.each(Object.entries(RECORDED))('%s', (command, said) => {
    const lab = new ToolLab([register]).segment('lan', '10.0.1.0/24');
    lab.host('srv', { eth0: 'lan 10.0.1.11/24' }, { packages: NETWORK_TOOLS });
    lab.host('peer', { eth0: 'lan 10.0.1.12/24' }, { packages: NETWORK_TOOLS });
    const { stderr, exit } = lab.run('srv', command);
    expect({ stderr, exit }).toEqual(said);
  });
});

describe('dig', () => {
  it('names a flag that would change what it shows, and lets it be where nothing of that is shown', () => {
    const lab = new ToolLab([register]);
    lab.host('srv', {}, { packages: NETWORK_TOOLS });
    expect(lab.run('srv', 'dig +multiline soa x.example')).toMatchObject({
      stderr: 'not modelled: dig +multiline\n',
      exit: 1,
    });
    expect(lab.run('srv', 'dig +time=1 +tries=1 @127.0.0.1 x.example +short +qr').stderr).toBe('');
    expect(lab.run('srv', 'dig +qr +noqr +time=1 +tries=1 @127.0.0.1 x.example').stderr).toBe('');
  });
});

describe('ss', () => {
  it('takes != for one word', () => {
    const lab = new ToolLab([register]);
    lab.host('srv', {}, { packages: NETWORK_TOOLS });
    expect(lab.run('srv', 'ss -tln sport != :22')).toMatchObject({ stderr: '', exit: 0 });
  });
});

describe('ip -json -pretty', () => {
  it('is laid out as iproute2 does it', () => {
    const lab = new ToolLab([register]).segment('lan', '10.0.1.0/24');
    lab.host('srv', { eth0: 'lan 10.0.1.11/24' }, { packages: NETWORK_TOOLS });
    expect(lab.run('srv', 'ip -j -p route').stdout).toBe(`[ {
        "dst": "10.0.1.0/24",
        "dev": "eth0",
        "protocol": "kernel",
        "scope": "link",
        "prefsrc": "10.0.1.11",
        "flags": [ ]
    } ]
`);
  });
});
