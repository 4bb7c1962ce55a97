/** docs/FIDELITY.md, made from a comparison: what agrees with the recordings of real programs, what differs, and why. */
import type { FamilyTally, Tally } from './compare';

const GROUPS: readonly { title: string; about: string; families: RegExp }[] = [
  {
    title: 'keepalived 2.2.7 (VRRP)',
    about: 'States with their times, addresses, scripts, `keepalived -t`.',
    families: /^vrrp /,
  },
  {
    title: 'HAProxy 2.6.12',
    about: 'Balancing, health checks, queues, retries, cookies, reloads, `haproxy -c`.',
    families: /^haproxy /,
  },
  {
    title: 'nginx 1.22.1',
    about: 'Locations, upstreams, retries, workers, limits, reloads, `nginx -t`.',
    families: /^nginx /,
  },
  {
    title: 'nftables 1.0.6 and Linux routing',
    about: 'Chains, sets, connection tracking, address translation, `nft`.',
    families: /^nft /,
  },
  {
    title: 'Whole pairs',
    about: 'keepalived and a proxy together, killed, frozen, cut off and repaired.',
    families: /^composite /,
  },
  { title: 'bash 5.2 and the usual tools', about: 'To the letter.', families: /^shell / },
  {
    title: 'Debian 12 with systemd 252',
    about: 'Units, journal, reboots, and what the commands of a diagnosis print.',
    families: /^host /,
  },
];

/** @param known reasons by `FAMILY: CASE OBSERVATION` */
export function fidelityPage(total: Tally, known: Readonly<Record<string, string>>): string {
  const all = [...total.values()].reduce(
    (sum, one) => ({ agree: sum.agree + one.agree, of: sum.of + one.of }),
    { agree: 0, of: 0 },
  );
  const lines = [
    '# Fidelity',
    '',
    'Faultline claims that what works here works on Debian. This page says how far that was measured. Real',
    'daemons, shells and hosts were recorded while they did what the cases in `tests/conformance/` say; `npm test`',
    'plays the same cases here and compares. The page is written by',
    '`npx faultline conformance tests/conformance --out OUT --known tests/conformance/known.json --report docs/FIDELITY.md`.',
    '',
    `**${percent(all)} of ${all.of} observations agree.** A value agrees when it is one that was recorded; times may`,
    'differ by 0.35 s or 10 %; texts are compared to the letter, numbers in parentheses aside; for whole hosts',
    'numbers, dates and identifiers are set aside.',
    '',
  ];
  for (const group of GROUPS) lines.push(...groupLines(group, total, known));
  return `${lines.join('\n').trimEnd()}\n`;
}

function groupLines(
  { title, about, families }: (typeof GROUPS)[number],
  total: Tally,
  known: Readonly<Record<string, string>>,
): string[] {
  const rows = [...total].filter(([family]) => families.test(family));
  if (rows.length === 0) return [];
  const lines = [`## ${title}`, '', about, '', '| what | agrees | of | |', '| --- | ---: | ---: | ---: |'];
  for (const [family, one] of rows)
    lines.push(`| ${family.replace(families, '')} | ${one.agree} | ${one.of} | ${percent(one)} |`);
  const differ = [
    ...new Set(rows.flatMap(([family, one]) => one.differ.map((name) => `${family}: ${name}`))),
  ];
  const reasons = new Map<string, string[]>();
  for (const name of differ) {
    const reason = known[name] ?? 'not looked into yet';
    reasons.set(reason, [...(reasons.get(reason) ?? []), name.slice(name.indexOf(': ') + 2)]);
  }
  if (reasons.size > 0) lines.push('', 'What differs:', '');
  for (const [reason, names] of [...reasons].sort(([, a], [, b]) => b.length - a.length))
    lines.push(`- ${reason} (${names.length}): ${shortList(names)}`);
  lines.push('');
  return lines;
}

const MOST_NAMES = 12;
function shortList(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => `\`${name}\``);
  return names.length > MOST_NAMES ? `${shown.join(', ')} and others` : shown.join(', ');
}
function percent({ agree, of }: Pick<FamilyTally, 'agree' | 'of'>): string {
  return `${((100 * agree) / Math.max(1, of)).toFixed(1)} %`;
}
