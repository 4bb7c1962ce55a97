import { expect, test } from 'vitest';
import { loadScenario } from './load';

/** Line numbers of what follows stand in the expectations: keep it as it is. */
const GOOD = `format: 1
id: small
title: Small
track: Test
difficulty: 1
minutes: 5
teaches: [one]
summary: One host.
start: { host: a, user: root }
lab:
  zones:
    dmz: { subnet: 10.0.1.0/24, at: { x: 0, y: 0 } }
  hosts:
    a:
      zone: dmz
      packages: [loadgen]
      interfaces: { eth0: { zone: dmz, address: 10.0.1.1/24 } }
      at: { x: 0, y: 0 }
    b:
      zone: dmz
      interfaces: { eth0: { zone: dmz, address: 10.0.1.2/24 } }
      at: { x: 0, y: 0 }
  traffic:
    people: { host: a, url: 'http://10.0.1.2/', rate: 1 }
timeline:
  - { id: out, at: 10s, fault: { kind: power-loss, host: b } }
  - { id: back, after: { event: out, delay: 30s }, fault: { kind: power-return, host: b } }
deadline: 5min
objectives:
  - { id: up, kind: service-answers, title: Up, why: It is down., from: people, for: 30s }
guards:
  - { id: alone, kind: single-holder, title: One, why: Two., address: 10.0.1.9, settle: 5s }
hints:
  - { text: Look at b., highlight: [b] }
diagnosis:
  - id: cause
    text: Why?
    choices:
      - { id: power, text: No power, right: true, why: It is dark. }
      - { id: net, text: No network, why: It is dark too. }
    evidence: [the lamp]
solutions:
  - id: one
    title: One
    steps:
      - { wait: 10s }
      - { run: 'true' }
wrong-turns:
  - { id: two, title: Two, loses: up, steps: [] }
`;
const PROSE = { 'brief.md': 'b', 'debrief.md': 'd' };

function problemsOf(text: string, files: Record<string, string> = PROSE, seed = 1): string[] {
  return loadScenario({ ...files, 'scenario.yaml': text }, seed).problems.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
}
/** GOOD with one thing changed; the change must have been one. */
function broken(from: string, to: string): string {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
}

test('a good file loads without a word', () => {
  const loaded = loadScenario({ ...PROSE, 'scenario.yaml': GOOD });
  expect(loaded.problems).toEqual([]);
  expect(loaded.scenario?.lab.hosts['a']?.cores).toBe(2);
});

const KINDS = 'power-loss, host: b';
test.each<[string, string, string, string]>([
  [
    'an unknown key',
    'minutes: 5',
    'minutes: 5\nminuets: 5',
    '7:1: minuets: unknown key; did you mean "minutes"?',
  ],
  ['an unknown key deep inside', 'delay: 30s', 'dely: 30s', '27:38: timeline.1.after.dely: unknown key'],
  ['a missing key', 'title: Small\n', '', '1:1: title: is missing: expected string'],
  ['a wrong type', 'minutes: 5', 'minutes: many', '6:1: minutes: expected number, received string'],
  ['a number out of range', 'difficulty: 1', 'difficulty: 9', '5:1: difficulty: expected number to be <=5'],
  ['a wrong format', 'format: 1', 'format: 2', '1:1: format: expected 1'],
  ['an empty text', 'summary: One host.', "summary: ' '", '8:1: summary: expected a text that is not empty'],
  [
    'an id with spaces',
    'id: small',
    'id: Very Small',
    '2:1: id: expected lower-case letters, digits and dashes',
  ],
  ['a key twice', 'minutes: 5', 'minutes: 5\nminutes: 6', '7:1: Map keys must be unique'],
  ['what is no YAML', 'start: { host: a', 'start: [ host: a', '9:30: '],
  ['a missing host', KINDS, 'power-loss, host: web', '26:52: timeline.0.fault.host: there is no host "web"'],
  [
    'an unknown fault',
    KINDS,
    'earthquake, host: b',
    '26:34: timeline.0.fault.kind: there is no fault "earthquake"',
  ],
  [
    'a mistyped parameter',
    'power-loss, host: b',
    'link, host: b, interfce: eth0, state: up',
    '26:55: timeline.0.fault.interfce: unknown key for link; did you mean "interface"?',
  ],
  [
    'a parameter that is missing',
    KINDS,
    'link, host: b, interface: eth0',
    '26:25: timeline.0.fault: link needs "state": Pulled (down) or in place (up).',
  ],
  [
    'an interface that the host has not',
    KINDS,
    'link, host: b, interface: eth7, state: up',
    '26:55: timeline.0.fault.interface: there is no interface "eth7"; did you mean "eth0"?',
  ],
  [
    'a choice that is none',
    KINDS,
    'link, host: b, interface: eth0, state: broken',
    '26:72: timeline.0.fault.state: expected one of down, up',
  ],
  [
    'what cannot be undone',
    KINDS,
    'reboot, host: b, for: 5s',
    '26:57: timeline.0.fault.for: reboot cannot be undone',
  ],
  [
    'an event with two beginnings',
    'at: 10s,',
    'at: 10s, after: { event: back },',
    '26:5: timeline.0: give one of `at`, `after` or `when`',
  ],
  [
    'events in a circle',
    'at: 10s,',
    'after: { event: back },',
    '26:16: timeline.0.after: events that wait for each other never happen',
  ],
  [
    'an event after the deadline',
    'at: 10s,',
    'at: 10min,',
    '26:16: timeline.0.at: happens at 10min, after the deadline 5min',
  ],
  [
    'a wrong duration',
    'for: 30s',
    'for: soon',
    '30:81: objectives.0.for: expected a duration like 30s or 5min',
  ],
  [
    'an objective that takes too long',
    'for: 30s',
    'for: 30min',
    '30:81: objectives.0.for: is longer than the deadline 5min: it can never be met',
  ],
  [
    'an objective that waits for itself',
    'for: 30s',
    'for: 30s, after: up',
    '30:91: objectives.0.after: it waits for itself and can never be reached',
  ],
  [
    'an unknown traffic source',
    'from: people',
    'from: peeple',
    '30:67: objectives.0.from: there is no traffic source "peeple"; did you mean "people"?',
  ],
  ['a guard with the id of an objective', 'id: alone', 'id: up', '32:7: guards.0.id: "up" is used twice'],
  [
    'an address that is none',
    'address: 10.0.1.9',
    'address: 10.0.1.999',
    '32:62: guards.0.address: expected an IPv4 address',
  ],
  [
    'a highlight that points nowhere',
    'highlight: [b]',
    'highlight: [lb9]',
    '34:37: hints.0.highlight.0: there is no host "lb9"',
  ],
  ['a question without a right answer', 'right: true, ', '', '38:5: diagnosis.0.choices: no choice is right'],
  [
    'a step with two actions',
    "{ run: 'true' }",
    "{ run: 'true', wait: 5s }",
    '47:9: solutions.0.steps.1: a step has one of wait, wait-for, run, type, save, key, answer, acknowledge; this has wait and run',
  ],
  [
    'a wrong turn that loses by nothing',
    'loses: up',
    'loses: upp',
    '49:28: wrong-turns.0.loses: there is no objective or guard "upp"; did you mean "up"?',
  ],
  [
    'an address outside its zone',
    '10.0.1.2/24',
    '10.0.9.2/24',
    '21:40: lab.hosts.b.interfaces.eth0.address: 10.0.9.2 is not in 10.0.1.0/24',
  ],
  [
    'an address twice',
    '10.0.1.2/24',
    '10.0.1.1/24',
    '21:40: lab.hosts.b.interfaces.eth0.address: 10.0.1.1 belongs to a already',
  ],
  [
    'a subnet twice',
    '  hosts:',
    '    app: { subnet: 10.0.0.0/16, at: { x: 0, y: 0 } }\n  hosts:',
    '13:12: lab.zones.app.subnet: overlaps with zone "dmz"',
  ],
  [
    'a source on a host that cannot send',
    '{ host: a, url',
    '{ host: b, url',
    '24:15: lab.traffic.people.host: b has no package loadgen, which sends the requests',
  ],
  [
    'a name without a variant',
    'title: Small',
    'variants: { x: { choose: [1] } }\ntitle: A ${y}',
    '4:8: there is no variant "y"; a plain ${y} is written $${y}',
  ],
  [
    'a variant without a value',
    'title: Small',
    'variants: { x: { choose: [1], not: [1] } }\ntitle: A',
    '3:13: variants.x: no value is left',
  ],
  [
    'a condition inside a condition',
    'kind: single-holder, title: One, why: Two., address: 10.0.1.9, settle: 5s',
    'kind: never, title: One, why: Two., of: { kind: holder, adress: 10.0.1.9 }',
    '32:74: guards.0.of.adress: unknown key for holder; did you mean "address"?',
  ],
  [
    'an owner that is nobody',
    '      at: { x: 0, y: 0 }\n    b:',
    '      files: { /etc/x: { text: x, owner: rooot } }\n      at: { x: 0, y: 0 }\n    b:',
    '18:35: lab.hosts.a.files./etc/x.owner: there is no user "rooot"; did you mean "root"?',
  ],
  [
    'a group that is none',
    '      at: { x: 0, y: 0 }\n    b:',
    '      files: { /etc/x: { text: x, group: wheel } }\n      at: { x: 0, y: 0 }\n    b:',
    '18:35: lab.hosts.a.files./etc/x.group: there is no group "wheel"',
  ],
  [
    'a link with a text',
    '      at: { x: 0, y: 0 }\n    b:',
    '      files: { /etc/x: { text: x, link: /etc/y } }\n      at: { x: 0, y: 0 }\n    b:',
    '18:35: lab.hosts.a.files./etc/x.link: a link has no text',
  ],
  [
    'a link with a mode',
    '      at: { x: 0, y: 0 }\n    b:',
    "      files: { /etc/x: { link: /etc/y, mode: '0600' } }\n      at: { x: 0, y: 0 }\n    b:",
    '18:40: lab.hosts.a.files./etc/x.mode: a link has no mode of its own',
  ],
  [
    'a gateway out of reach',
    'address: 10.0.1.2/24 } }',
    'address: 10.0.1.2/24 } }\n      gateway: 10.0.9.1',
    '22:7: lab.hosts.b.gateway: 10.0.9.1 is in no subnet of b',
  ],
  [
    'two people with one uid',
    '  traffic:',
    '  users: { anna: {}, ben: {} }\n  traffic:',
    '23:22: lab.users.ben: uid 1000 belongs to anna already',
  ],
  [
    'somebody called like a system user',
    '  traffic:',
    '  users: { haproxy: {} }\n  traffic:',
    '23:12: lab.users.haproxy: every host has a user "haproxy" of its own',
  ],
  [
    'a name that nobody has',
    'http://10.0.1.2/',
    'http://shop.example/',
    '24:24: lab.traffic.people.url: nobody in this lab is called "shop.example"',
  ],
  [
    'a shape that goes back',
    'rate: 1 }',
    'rate: 1, shape: [{ at: 5min, factor: 1 }, { at: 1min, factor: 2 }] }',
    '24:93: lab.traffic.people.shape.1.at: is not after 5min, the point before it',
  ],
  [
    'a fault that changes nothing',
    KINDS,
    'file, host: b, path: /etc/motd',
    '26:25: timeline.0.fault: file: changes nothing: give text, replace with with, append, mode, owner or remove',
  ],
  [
    'a fault with half a replacement',
    KINDS,
    'file, host: b, path: /etc/motd, replace: x',
    '26:25: timeline.0.fault: file: replace and with belong together',
  ],
  [
    'a fault with an owner that is nobody',
    KINDS,
    'file, host: b, path: /etc/motd, owner: wwwdata',
    '26:72: timeline.0.fault.owner: there is no user "wwwdata"; did you mean "www-data"?',
  ],
  [
    'a fault with a mode that is none',
    KINDS,
    'file, host: b, path: /etc/motd, mode: rw',
    "26:72: timeline.0.fault.mode: expected an octal mode like '0644', in quotes",
  ],
  [
    'an event that comes too late',
    'after: { event: out, delay: 30s }',
    'after: { event: out, delay: 30min }',
    '27:17: timeline.1.after: happens after the deadline 5min, at 30min 10s at the earliest',
  ],
  [
    'an objective that begins too late',
    'from: people, for: 30s',
    'from: people, after: back, for: 5min',
    '30:81: objectives.0.after: can be met at 5min 40s at the earliest, after the deadline 5min',
  ],
  [
    'a tomorrow that ends before its fault',
    'hints:',
    'tomorrow:\n  { id: t, title: T, why: W., within: 60s, faults: [{ kind: reboot, host: b, after: 90s }], expect: [{ kind: holder, address: 10.0.1.9 }] }\nhints:',
    '34:78: tomorrow.faults.0.after: strikes when tomorrow is over (within 60s)',
  ],
  [
    'a tomorrow that is too short',
    'hints:',
    'tomorrow:\n  { id: t, title: T, why: W., within: 60s, faults: [{ kind: reboot, host: b }], expect: [{ kind: service-answers, from: people, for: 90s }] }\nhints:',
    '34:129: tomorrow.expect.0.for: can never be met: it is looked at from 0s on, and tomorrow ends after 60s',
  ],
  [
    'a way that is open and closed',
    'kind: single-holder, title: One, why: Two., address: 10.0.1.9, settle: 5s',
    "kind: reachability, title: One, why: Two., paths: ['a -> b:80 open', 'a -> b:80 closed']",
    '32:87: guards.0.paths.1: a -> b:80 cannot be open and closed at once',
  ],
  [
    'a condition that no draw meets',
    'title: Small',
    'variants: { x: { choose: [one, two] } }\ntitle: A ${x}\npager: [{ id: p, from: people, failing: 5s, title: P, if: { x: tow } }]',
    '5:64: if: x is never "tow"; did you mean "two"?',
  ],
  [
    'a variant that nothing uses',
    'title: Small',
    'variants: { x: { choose: [1] } }\ntitle: A',
    '3:13: variants.x: nothing uses it',
  ],
  [
    'a `not` that excludes nothing',
    'title: Small',
    'variants: { x: { choose: [1, 2], not: [3] } }\ntitle: A ${x}',
    '3:40: variants.x.not.0: excludes nothing: neither a variant nor a value is called "3"',
  ],
])('%s is told with its place', (_name, from, to, expected) => {
  const problems = problemsOf(broken(from, to));
  const found = problems.find((problem) => problem.startsWith(`scenario.yaml:${expected}`));
  expect(found ?? problems.join('; ')).toContain(`scenario.yaml:${expected}`);
});

test.each<[string, Record<string, string>, string, string?]>([
  ['no brief', { 'debrief.md': 'd' }, 'scenario.yaml:1:1: brief.md is missing beside scenario.yaml'],
  [
    'an empty debrief',
    { 'brief.md': 'b', 'debrief.md': ' ' },
    'scenario.yaml:1:1: debrief.md is empty beside scenario.yaml',
  ],
  [
    'a replacement of what is not there',
    { ...PROSE, 'hosts/b/etc/motd': 'hello' },
    'scenario.yaml:26:72: timeline.0.fault.replace: does not stand in /etc/motd of b',
    GOOD.replace(KINDS, 'file, host: b, path: /etc/motd, replace: x, with: y'),
  ],
  [
    'a file in two places',
    { ...PROSE, 'hosts/b/etc/motd': 'hello' },
    'scenario.yaml:22:16: lab.hosts.b.files./etc/motd: stands in hosts/b/etc/motd too; only one of the two can be there',
    GOOD.replace('10.0.1.2/24 } }', '10.0.1.2/24 } }\n      files: { /etc/motd: { text: x } }'),
  ],
  [
    'a file beside the folders of the hosts',
    { ...PROSE, 'hosts/motd': 'x' },
    'scenario.yaml:13:3: lab.hosts: hosts/motd lies in no folder of a host: hosts/HOST/etc/…',
  ],
  [
    'a folder with another name',
    { ...PROSE, 'host/b/etc/motd': 'x' },
    'host/b/etc/motd:1:1: belongs to nothing: beside scenario.yaml stand brief.md, debrief.md, hosts/HOST/… and, for other languages, brief.cs.md, debrief.cs.md and texts.cs.yaml',
  ],
  [
    'files of no host',
    { ...PROSE, 'hosts/c/etc/motd': 'x' },
    'scenario.yaml:13:3: lab.hosts: folder hosts/c belongs to no host',
  ],
])('%s is told', (_name, files, expected, text = GOOD) => {
  expect(problemsOf(text, files)).toContain(expected);
});

const LAB = GOOD.indexOf('\n  hosts:') + 1;
const withLab = (lines: string): string => `${GOOD.slice(0, LAB)}${lines}\n${GOOD.slice(LAB)}`;
test.each<[string, string, string]>([
  [
    'a certificate for nobody',
    '  certificates: [{ hosts: [c], certificate: /c.pem, names: [c] }]',
    'lab.certificates.0.hosts.0: there is no host "c"',
  ],
  [
    'an authority that is not there',
    '  authorities: { root: {} }\n  certificates: [{ hosts: [a], certificate: /c.pem, names: [c], by: rot }]',
    'lab.certificates.0.by: there is no authority "rot"; did you mean "root"?',
  ],
  [
    'authorities without a root',
    '  authorities: { one: { signed-by: two }, two: { signed-by: one } }',
    'lab.authorities.one.signed-by: authorities that sign each other have no root',
  ],
  [
    'a certificate that ends before it begins',
    '  certificates: [{ hosts: [a], certificate: /c.pem, names: [c], issued: 2d, expires: -3d }]',
    'lab.certificates.0.expires: is not after it was issued (2d before the shift)',
  ],
  [
    'two certificates in one file',
    '  certificates: [{ hosts: [a], certificate: /c.pem, names: [c] }, { hosts: [a, b], certificate: /c.pem, names: [d] }]',
    'lab.certificates.1: /c.pem on a is written twice',
  ],
  [
    'a subject that is none',
    '  authorities: { root: { subject: Shop CA } }',
    'lab.authorities.root.subject: expected a subject like /O=Shop/CN=shop.example',
  ],
])('%s', (_what, lines, message) => {
  expect(
    loadScenario({ ...PROSE, 'scenario.yaml': withLab(lines) }).problems.map(({ message: text }) => text),
  ).toContain(message);
});

test('a name without a variant in a file of a host is told there', () => {
  const text = GOOD.replace('title: Small', 'variants: { x: { choose: [1] } }\ntitle: A ${x}');
  const files = { ...PROSE, 'hosts/a/etc/motd': 'line one\nsay ${who}\n' };
  expect(problemsOf(text, files)).toEqual([
    'hosts/a/etc/motd:2:5: there is no variant "who"; a plain ${who} is written $${who}',
  ]);
});

test('a name in braces without quotes is told with its cure', () => {
  const text = broken('power-loss, host: b', 'power-loss, host: ${dead}');
  expect(problemsOf(text)[0]).toContain("write '${name}' with quotes");
});

test('hostile texts are refused, and nothing is thrown', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index] ?? ''},`.repeat(9)}]`),
  ].join('\n');
  for (const text of [
    bomb,
    '['.repeat(200_000),
    '{a: '.repeat(50_000),
    'x'.repeat(600_000),
    '',
    'null',
    '- 1',
    '\0',
    '__proto__: { polluted: true }',
    '? [complex]\n: key',
    'format: !!js/function "x"',
  ]) {
    const loaded = loadScenario({ ...PROSE, 'scenario.yaml': text });
    expect(loaded.scenario).toBeUndefined();
    expect(loaded.problems[0]?.line).toBeGreaterThan(0);
  }
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
