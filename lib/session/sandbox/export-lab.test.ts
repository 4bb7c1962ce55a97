import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inSubnet, parseCidr, parseIPv4 } from '../../std/ipv4';
import { applyEdits, type SandboxDocument } from './document';
import { labFiles } from './export-lab';
import { plan } from './plan';
import { STARTERS, starterDocument } from './starters';

interface Compose {
  services: Record<
    string,
    {
      hostname: unknown;
      build?: string;
      depends_on?: string[];
      sysctls?: Record<string, string>;
      networks: Record<string, { ipv4_address: string }>;
    }
  >;
  networks: Record<string, { ipam: { config: { subnet: string; gateway: string }[] } }>;
}
/** A lab whose machines have names that YAML would take for something else. */
function oddlyNamed(): SandboxDocument {
  return [
    ['app1', 'no'],
    ['app2', 'null'],
    ['customers1', 'y'],
  ].reduce((document, [id = '', name = '']) => {
    const planned = plan(document, { do: 'rename', id, name });
    if (!planned.ok) throw new Error(planned.why);
    return applyEdits(document, planned.step.edits);
  }, starterDocument('balanced'));
}
const LABS = [...STARTERS.slice(1).map(({ id }) => starterDocument(id)), oddlyNamed()];

/** Whether a tool is there and what it says of a text; undefined where it is not installed. */
function asked(tool: string, args: (file: string) => string[], text: string): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-lab-'));
  try {
    const file = path.join(folder, 'file');
    writeFileSync(file, text);
    const { error, status, stdout, stderr } = spawnSync(tool, args(file), { encoding: 'utf8' });
    return error === undefined ? `${status} ${stdout}${stderr}` : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('compose.yaml: every machine by its name, each address once and in its network, none that of the bridge', () => {
  for (const document of LABS) {
    const text = labFiles(document)['compose.yaml'] ?? '';
    const { services, networks } = parse(text) as Compose;
    expect(Object.keys(services)).toEqual(Object.keys(document.hosts));
    expect(Object.keys(networks)).toEqual(Object.keys(document.zones));
    const seen = new Set<string>();
    for (const [id, { hostname, networks: cards }] of Object.entries(services)) {
      expect(hostname).toBe(id);
      for (const [zone, { ipv4_address: address }] of Object.entries(cards)) {
        const config = networks[zone]?.ipam.config[0];
        const subnet = parseCidr(config?.subnet ?? '');
        expect(subnet !== undefined && inSubnet(parseIPv4(address) ?? 0, subnet)).toBe(true);
        expect(address).not.toBe(config?.gateway);
        expect(seen.has(address)).toBe(false);
        seen.add(address);
      }
    }
    const python = asked('python3', (file) => ['-c', PYTHON, file], text);
    if (python !== undefined && !python.includes('ModuleNotFoundError'))
      expect(python.trim()).toBe(`0 ${Object.keys(document.hosts).length}`);
  }
});
const PYTHON = 'import sys, yaml; print(len(yaml.safe_load(open(sys.argv[1]))["services"]))';

test('Vagrantfile: what is opened is closed, a card for each address, and Ruby reads it where it is installed', () => {
  for (const document of LABS) {
    const text = labFiles(document)['Vagrantfile'] ?? '';
    expect(text.match(/\bdo \|\w+\|$/gm)?.length).toBe(text.match(/^\s*end$/gm)?.length);
    const cards = Object.values(document.hosts).flatMap(({ interfaces }) => Object.values(interfaces));
    expect(text.match(/"private_network", ip: "[\d.]+", netmask: "255\.255\.255\.0"/g)?.length).toBe(
      cards.length,
    );
    const ruby = asked('ruby', (file) => ['-c', file], text);
    if (ruby !== undefined) expect(ruby).toContain('Syntax OK');
  }
});

test('One machine builds the image for all, and it holds every daemon that the lab starts', () => {
  for (const document of LABS) {
    const files = labFiles(document);
    const { services } = parse(files['compose.yaml'] ?? '') as Compose;
    const [first = '', ...others] = Object.keys(services);
    expect(services[first]?.build).toBe('.');
    for (const id of others) {
      expect(services[id]?.build).toBeUndefined();
      expect(services[id]?.depends_on).toEqual([first]);
    }
    const installed = /apt-get install .*$/m.exec(files['Dockerfile'] ?? '')?.[0].split(' ') ?? [];
    const started = new Set(Object.values(document.hosts).flatMap(({ enable }) => enable));
    for (const unit of started) if (unit !== 'shop' && unit !== 'loadgen') expect(installed).toContain(unit);
  }
});

test("A container is made with its network's settings, and with those of no other part of the kernel", () => {
  const document = starterDocument('pair');
  const lb = document.hosts['lb1'];
  if (lb === undefined) throw new Error('no lb1');
  lb.files['/etc/sysctl.d/60-own.conf'] = {
    text: '# early\nnet.ipv4.ip_nonlocal_bind=1\nvm.swappiness = 10\nnet.ipv4.tcp_rmem = 4096 8192 16384 \n',
  };
  const { services } = parse(labFiles(document)['compose.yaml'] ?? '') as Compose;
  expect(services['lb1']?.sysctls).toEqual({
    'net.ipv4.ip_nonlocal_bind': '1',
    'net.ipv4.tcp_rmem': '4096 8192 16384',
  });
  expect(services['fw1']?.sysctls).toEqual({ 'net.ipv4.ip_forward': '1' });
  expect(services['app1']?.sysctls).toBeUndefined();
});

test('The networks of Vagrant itself and of the lab are different ones', () => {
  for (const document of LABS) {
    const own = parseCidr(
      /"--natnet1", "([\d./]+)"/.exec(labFiles(document)['Vagrantfile'] ?? '')?.[1] ?? '',
    );
    for (const { subnet } of Object.values(document.zones)) {
      const zone = parseCidr(subnet);
      if (own === undefined || zone === undefined) throw new Error(`no network: ${subnet}`);
      expect(inSubnet(own.network, zone) || inSubnet(zone.network, own)).toBe(false);
    }
  }
});

test('Bash and Python read the scripts', () => {
  for (const document of LABS)
    for (const [path, text] of Object.entries(labFiles(document))) {
      if (path.endsWith('.sh')) expect(asked('bash', (file) => ['-n', file], text)).toBe('0 ');
      if (!path.endsWith('.py')) continue;
      const compiled = asked('python3', (file) => ['-c', COMPILES, file], text);
      if (compiled !== undefined) expect(compiled).toBe('0 ');
    }
});
const COMPILES = 'import ast, sys; ast.parse(open(sys.argv[1]).read())';
