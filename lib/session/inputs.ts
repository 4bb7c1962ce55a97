/** What the learner does, acting on the world at the present instant. Every input leaves a journal entry. */
import { findFault } from '../faults/registry';
import type { Run } from '../scenario/run';
import { FileError } from '../world/files.contract';
import { farEnd, learnerTerminals, openTerminal, terminalOf } from './learner';
import type { RunInput } from './messages';
import { applyStep } from './sandbox/live';

const CONTROL = { interrupt: '\x03', 'end-of-file': '\x04', suspend: '\x1a', quit: '\x1c' } as const;
const KINDS: ReadonlySet<string> = new Set<RunInput['kind']>([
  'terminal-open',
  'line',
  'key',
  'size',
  'terminal-close',
  'save',
  'hint',
  'acknowledge',
  'answer',
  'tomorrow',
  'finish',
  'inject',
  'edit',
]);

export function isInputKind(kind: string): boolean {
  return KINDS.has(kind);
}

export function applyInput(run: Run<RunInput>, input: RunInput): void {
  const { world, kernel } = run;
  const note = (type: string, data: unknown): number => world.record('learner', `learner.${type}`, data);
  switch (input.kind) {
    case 'terminal-open': {
      const { terminal, host, user } = input;
      kernel.withCause(note('terminal', { terminal, host, user }), () =>
        openTerminal(world, { id: terminal, host, user }),
      );
      return;
    }
    case 'line': {
      if (run.progress.phase === 'tomorrow') return;
      const far = farEnd(world, input.terminal);
      const terminal = terminalOf(world, input.terminal);
      if (terminal === undefined) return;
      if (input.raw === true) {
        terminal.input(input.text);
        return;
      }
      const shown = far?.terminal.state?.echo === false ? '' : input.text;
      const seq = note('line', {
        terminal: input.terminal,
        host: far?.host.name ?? learnerTerminals(world).get(input.terminal)?.host ?? '',
        text: shown,
      });
      kernel.withCause(seq, () => terminal.input(`${input.text}\n`));
      return;
    }
    case 'key': {
      if (run.progress.phase === 'tomorrow') return;
      const terminal = terminalOf(world, input.terminal);
      kernel.withCause(note('key', { terminal: input.terminal, key: input.key }), () =>
        terminal?.input(CONTROL[input.key]),
      );
      return;
    }
    case 'size':
      terminalOf(world, input.terminal)?.resize(input.columns, input.rows);
      return;
    case 'terminal-close': {
      const learner = learnerTerminals(world).get(input.terminal);
      if (learner === undefined) return;
      note('terminal-closed', { terminal: input.terminal });
      world.findHost(learner.host)?.terminals.remove(learner.tty);
      learnerTerminals(world).delete(input.terminal);
      return;
    }
    case 'save': {
      const { host: name, path, text, uid, gid } = input;
      const host = world.findHost(name);
      if (host === undefined || host.state.power === 'off' || run.progress.phase === 'tomorrow') return;
      const before = host.fs.readFile(path, { uid: 0, gid: 0, groups: [] });
      const failed = host.fs.writeFile(path, text, { uid, gid, groups: host.user(uid)?.groups ?? [] });
      note('save', {
        host: name,
        path,
        bytes: text.length,
        ...(before instanceof FileError ? { created: true } : {}),
        ...(failed instanceof FileError ? { refused: failed.errno } : {}),
      });
      // The editor that a terminal opened for this file ends once it is written.
      if (!(failed instanceof FileError)) world.wake(`editor:${name}:${path}`);
      return;
    }
    case 'hint':
      note('hint', { index: run.takeHint() });
      return;
    case 'acknowledge':
      if (run.progress.acknowledgedAt === undefined) run.progress.acknowledgedAt = run.now;
      note('acknowledge', {});
      return;
    case 'answer':
      note('answer', { question: input.question, choice: input.choice });
      run.answer(input.question, input.choice);
      return;
    case 'tomorrow':
      note('tomorrow', {});
      run.letTomorrowCome();
      return;
    case 'finish':
      note('finish', {});
      run.finish();
      return;
    case 'edit':
      applyStep(run, input);
      return;
    case 'inject': {
      const { kind } = input.fault;
      if (typeof kind !== 'string' || findFault(kind) === undefined) return;
      if (input.fault['mend'] === true)
        kernel.withCause(world.record('instructor', 'mend', { kind }), () =>
          run.mend({ ...input.fault, kind }),
        );
      else
        kernel.withCause(world.record('instructor', 'inject', { kind }), () =>
          run.strike({ ...input.fault, kind }),
        );
    }
  }
}
