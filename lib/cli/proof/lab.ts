/** What does not depend on any solution: the lab, its faults, and what must not help. */
import { SECOND } from '../../std/instant';
import { wrongMentions } from './mentions';
import type { FirstFault, Stage } from './stage';

const BEFORE = 10 * SECOND;
const LATER = 60 * SECOND;

export function proveLab(
  stage: Stage,
  options: {
    turns: readonly number[];
    general: boolean;
    untouched: 'to the verdict' | 'until it is broken' | 'not';
  },
): void {
  const { scenario } = stage;
  let first: FirstFault | undefined;
  const early = options.general ? wrongMentions(stage) : [];
  if (options.untouched !== 'not') first = proveUntouched(stage, options.untouched === 'to the verdict');
  if (options.general) {
    stage.claim('what brief and hints mention exists', () => {
      const late = wrongMentions(stage);
      return {
        wrong: early.filter((text) => late.includes(text))[0],
        said: 'commands, paths, settings',
      };
    });
    const at = (first?.at ?? 0) + LATER;
    stage.claim('restarting everything', () =>
      stage.mustLose(everywhere(stage, at, 'restart'), scenario.fails['restart-all']),
    );
    stage.claim('rebooting everything', () =>
      stage.mustLose(everywhere(stage, at, 'reboot'), scenario.fails['reboot-all']),
    );
  }
  for (const index of options.turns) {
    const turn = scenario['wrong-turns'][index];
    if (turn === undefined) continue;
    stage.claim(turn.id, () => {
      const outcome = stage.plays.play(turn.steps);
      const [trouble] = outcome.trouble;
      if (trouble !== undefined) return { wrong: trouble, said: '' };
      return stage.mustLose(outcome, turn.loses, turn.says);
    });
  }
}

/** Nobody does anything: healthy until the first fault, broken by it, and lost (when it is played to the verdict). */
function proveUntouched(stage: Stage, toVerdict: boolean): FirstFault | undefined {
  const { scenario } = stage;
  if (toVerdict)
    stage.claim('doing nothing', () => stage.mustLose(stage.plays.nothing(), scenario.fails.nothing));
  else stage.plays.nothingUntil(() => isBroken(stage));
  const first = stage.firstFault();
  stage.claim('healthy before the first fault', () => ({
    wrong: unhealthy(stage, first),
    said: first === undefined ? '' : `until ${first.event} at ${Math.round(first.at / SECOND)} s`,
  }));
  stage.claim('the faults break what they should', () => ({
    wrong: notBroken(stage, first),
    said: `${Math.max(1, scenario.breaks.length)} seen broken`,
  }));
  return first;
}

/** The hosts that somebody could restart: not the people outside. */
function hostsOfLearner({ scenario }: Stage): string[] {
  return Object.entries(scenario.lab.hosts)
    .filter(([, { kind }]) => kind !== 'clients' && kind !== 'probe')
    .map(([name]) => name);
}
function everywhere(stage: Stage, at: number, what: 'restart' | 'reboot') {
  const player = stage.plays.untouched(at);
  for (const host of hostsOfLearner(stage)) {
    const units = stage.scenario.lab.hosts[host]?.enable ?? [];
    if (what === 'reboot') player.input({ kind: 'inject', fault: { kind: 'reboot', host } });
    else if (units.length > 0)
      player.input({
        kind: 'inject',
        fault: { kind: 'command', host, run: `systemctl restart ${units.join(' ')}` },
      });
  }
  return player.finish();
}

/** Every source is answered well from ten seconds before the shift to the first fault. */
function unhealthy(stage: Stage, first: FirstFault | undefined): string | undefined {
  const { run, scenario } = stage;
  if (first === undefined) return 'no fault ever strikes when nobody does anything';
  const seen = new Map<string, number>();
  for (const { type, at, data } of run.kernel.journal.entries()) {
    if (type !== 'request' || at < run.origin - BEFORE || at >= run.origin + first.at) continue;
    const { from, ok, status, error } = data as { from: string; ok: boolean; status: number; error: string };
    if (!ok && scenario.lab.traffic[from]?.['may-fail'] !== true)
      return `a request of ${from} failed ${((at - run.origin) / SECOND).toFixed(1)} s into the shift, before ${first.event}: ${error || `status ${status}`}`;
    seen.set(from, (seen.get(from) ?? 0) + 1);
  }
  const silent = Object.entries(scenario.lab.traffic).find(
    ([name, { paused, ...entry }]) => !paused && !entry['may-fail'] && !seen.has(name),
  );
  return silent === undefined ? undefined : `nothing was heard of ${silent[0]} before ${first.event}`;
}
/** Everything that should break was seen broken. */
function isBroken({ run, scenario }: Stage): boolean {
  return scenario.breaks.length > 0 && run.progress.broken.size === scenario.breaks.length;
}
function notBroken(stage: Stage, first: FirstFault | undefined): string | undefined {
  const { run, scenario } = stage;
  if (scenario.breaks.length === 0) {
    const open = scenario.objectives[0];
    const isMet = open !== undefined && run.progress.objectives.get(open.id)?.verdict === 'met';
    return isMet
      ? `${open.id} is met although nobody did anything; say in \`breaks\` what breaks`
      : undefined;
  }
  for (const [index, { kind }] of scenario.breaks.entries()) {
    const at = run.progress.broken.get(index);
    if (at === undefined) return `breaks ${index + 1} (${kind}) was never seen`;
    if (first !== undefined && at < first.at)
      return `breaks ${index + 1} (${kind}) was seen ${Math.round(at / SECOND)} s into the shift, before ${first.event}`;
  }
  return undefined;
}
