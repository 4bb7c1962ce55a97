import { expect, test } from 'vitest';
import { skeleton } from '../skeleton';
import { proveLab } from './lab';
import { proveSolution } from './solution';
import { type Claim, Stage } from './stage';

const GOOD = skeleton('proof', 'x');
function stageOf(change: (yaml: string) => string, brief = GOOD['brief.md'] ?? ''): Stage {
  const before = GOOD['scenario.yaml'] ?? '';
  const stage = Stage.open(
    { id: 'proof', files: { ...GOOD, 'scenario.yaml': change(before), 'brief.md': brief } },
    1,
  );
  if (Array.isArray(stage)) throw new Error(stage.join('; '));
  return stage;
}
const wrong = ({ claims }: { claims: readonly Claim[] }) =>
  claims.flatMap((claim) => (claim.wrong === undefined ? [] : [`${claim.name}: ${claim.wrong}`]));
const untouched = { turns: [], general: false, untouched: 'to the verdict' } as const;

test('a lab that is not healthy, and faults that do not break it', () => {
  const sick = stageOf((yaml) =>
    yaml.replace('rate: 5, timeout', 'rate: 5, expect: { status: 201 }, timeout'),
  );
  proveLab(sick, untouched);
  expect(wrong(sick)[0]).toMatch(
    /^healthy before the first fault: a request of shoppers failed -\d+\.\d s into the shift/,
  );
  const whole = stageOf((yaml) =>
    yaml.replace('run: systemctl disable --now shop', 'run: systemctl restart cron'),
  );
  proveLab(whole, { ...untouched, untouched: 'until it is broken' });
  expect(wrong(whole)).toContain(
    'the faults break what they should: breaks 1 (service-fails) was never seen',
  );
  const broken = stageOf((yaml) => yaml);
  proveLab(broken, { ...untouched, untouched: 'until it is broken' });
  expect(wrong(broken)).toEqual([]);
  expect(broken.run.progress.phase).toBe('running');
}, 60_000);

test('a wrong turn that wins, and one that loses by something else', () => {
  const stage = stageOf((yaml) =>
    yaml
      .replace(
        /( {2}- id: only-start[\s\S]*?)sudo systemctl start shop/,
        '$1sudo systemctl enable --now shop',
      )
      .replace(/( {2}- id: reboot\n[^\n]*\n {4}loses: )shop-answers/, '$1survives-reboot'),
  );
  proveLab(stage, { turns: [0, 1], general: false, untouched: 'not' });
  expect(wrong(stage)).toEqual([
    'only-start: should lose, but wins',
    'reboot: should lose by survives-reboot, but: The shop never answered for 20 seconds on end. Its service on web was not running.',
  ]);
}, 60_000);

test('a step that is not needed is found; an optional one may be', () => {
  const extra = (optional: string) => (yaml: string) =>
    yaml.replace(
      /( {2}- id: enable-now[\s\S]*?- \{ wait: 60s \}\n)/,
      `$1      - { on: web, run: systemctl status shop${optional} }\n`,
    );
  const stage = stageOf(extra(''));
  proveSolution(stage, 'enable-now', { leaveOut: true });
  expect(wrong(stage)).toEqual([
    'enable-now without step 2: should lose, but wins; is this needed, or `optional: true`? systemctl status shop',
  ]);
  const told = stageOf(extra(', optional: true'));
  proveSolution(told, 'enable-now', { leaveOut: true });
  expect(wrong(told)).toEqual([]);
}, 60_000);

test('what the brief mentions must exist', () => {
  const stage = stageOf(
    (yaml) => yaml,
    'See `/etc/shop.conf` and `/etc/shop.cnf` on `web`, `journalctl -u shop`, `jurnalctl -u shop`, `net.ipv4.ip_forward`, `net.ipv4.forward` and `Connection refused`.',
  );
  proveLab(stage, { turns: [], general: true, untouched: 'not' });
  expect(wrong(stage)[0]).toBe(
    'what brief and hints mention exists: brief.md: `/etc/shop.cnf`: there is no such path',
  );
}, 60_000);
