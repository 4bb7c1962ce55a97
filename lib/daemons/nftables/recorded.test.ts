/** What nft 1.0.6 of Debian 12 said, rule by rule and file by file, against what is said here. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { EMPTY_RULESET } from './checker';
import { Values, type Surroundings } from './evaluate/values';
import { listTables } from './listing/ruleset';
import { formatProblem } from './messages';
import { parseText } from './parse/commands';
import { applyCommands } from './transaction';

const folder = path.join(import.meta.dirname, 'fixtures');
const DEVICES = new Map([
  ['lo', 1],
  ['eth1', 2],
  ['eth0', 3],
]);
const surroundings: Surroundings = {
  interfaceIndex: (name) => DEVICES.get(name),
  interfaceName: (index) => [...DEVICES].find(([, each]) => each === index)?.[0],
  user: (name) => (name === 'root' ? 0 : undefined),
  group: (name) => (name === 'root' ? 0 : undefined),
  address: () => ({ problem: 'Temporary failure in name resolution' }),
};
const values = new Values(surroundings);
const BEFORE = `table inet filter {
 counter c1 { }
 set bad { type ipv4_addr; }
 set nets { type ipv4_addr; flags interval; }
 map pm { type inet_service : ipv4_addr; }
 chain input { type filter hook input priority 0; policy accept; }
 chain forward { type filter hook forward priority 0; policy accept; }
 chain web { }
}
table ip nat {
 chain prerouting { type nat hook prerouting priority dstnat; }
 chain output { type nat hook output priority -100; }
 chain postrouting { type nat hook postrouting priority srcnat; }
}
`;

function load(text: string, name: string, ruleset = EMPTY_RULESET) {
  const { commands, problems } = parseText({ name, text }, { files: () => undefined });
  const outcome = applyCommands(ruleset, commands, surroundings, 0, { reachesKernel: problems.length === 0 });
  const all = [...problems, ...outcome.problems];
  return { said: all.map(formatProblem).join(''), ruleset: outcome.ruleset };
}
const before = load(BEFORE, 'before.nft').ruleset ?? EMPTY_RULESET;

function listing(ruleset: typeof EMPTY_RULESET): string {
  return listTables(ruleset.tables, {
    handles: false,
    stateless: false,
    terse: false,
    numericPriority: false,
    numericTime: false,
    now: 0,
    values,
    ruleText: (_, rule) => rule.text,
  });
}

describe('rules', () => {
  const blocks = readFileSync(path.join(folder, 'rules.txt'), 'utf8')
    .split(/^> /m)
    .slice(1)
    .map((block) => block.trimEnd().split('\n'));
  test.each(blocks.map(([rule = '', ...rest]) => [rule, rest] as const))('%s', (rule, rest) => {
    const [where = '', body = ''] = rule.split(/ \|> (.*)/);
    const { said, ruleset } = load(`add rule ${where} ${body}\n`, 'r.nft', before);
    const complaint = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(2));
    expect(said.trimEnd().split('\n').join('\n')).toBe(complaint.join('\n'));
    if (complaint.length > 0) return;
    const [family, table, chain] = where.split(' ');
    const found = ruleset?.tables
      .find((each) => each.family === family && each.name === table)
      ?.chains.find(({ name }) => name === chain);
    const listed = ruleset === undefined ? '' : listing({ ...ruleset, tables: ruleset.tables });
    const wanted = rest[0]?.slice(2) ?? body;
    expect(found?.rules).toHaveLength(1);
    expect(listed).toContain(`\t\t${wanted}\n`);
  });
});

describe('files with something wrong in them', () => {
  const { bases, cases } = JSON.parse(readFileSync(path.join(folder, 'broken-files.json'), 'utf8')) as {
    bases: string[];
    cases: { base: number; at: number; cut: string; put: string; says: string }[];
  };
  test.each(cases.map((each, index) => [index, each] as const))('%i', (_, { base, at, cut, put, says }) => {
    const whole = bases[base] ?? '';
    const { said } = load(whole.slice(0, at) + put + whole.slice(at + cut.length), 'c.conf');
    if (said.includes('not modelled')) return;
    expect(said).toBe(says);
  });

  test('whatever is cut out of a file, reading ends with a complaint or a ruleset that lists to itself', () => {
    for (const whole of bases)
      for (let at = 0; at < whole.length; at += 7) {
        const { said, ruleset } = load(whole.slice(0, at) + whole.slice(at + 3), 'c.conf');
        expect(said !== '' || ruleset !== undefined).toBe(true);
        if (said !== '' || ruleset === undefined) continue;
        const text = listing(ruleset);
        const again = load(text, 'again.nft');
        expect(again.said).toBe('');
        expect(listing(again.ruleset ?? EMPTY_RULESET)).toBe(text);
      }
  });
});

describe('what is not there, or stands where it cannot', () => {
  const cases = JSON.parse(readFileSync(path.join(folder, 'missing.json'), 'utf8')) as {
    text: string;
    says: string;
  }[];
  test.each(cases)('$text', ({ text, says }) => {
    expect(load(text, 'r.nft', before).said).toBe(says);
  });
});
