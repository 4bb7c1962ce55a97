/** Explanations of the manager's messages for `-x`. Source: systemd's message catalog. */
import type { LoggedEntry } from '../../../world/world.contract';

interface Explanation {
  pattern: RegExp;
  subject: (unit: string) => string;
  text: (unit: string, found: RegExpExecArray) => string[];
}
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /^Starting .*\.\.\.$/s,
    subject: (unit) => `A start job for unit ${unit} has begun execution`,
    text: (unit) => [`A start job for unit ${unit} has begun execution.`],
  },
  {
    pattern: /^(Started|Finished|Reached target|Listening on|Mounted|Created slice) /s,
    subject: (unit) => `A start job for unit ${unit} has finished successfully`,
    text: (unit) => [`A start job for unit ${unit} has finished successfully.`],
  },
  {
    pattern: /^Failed to start /s,
    subject: (unit) => `A start job for unit ${unit} has failed`,
    text: (unit) => [`A start job for unit ${unit} has finished with a failure.`],
  },
  {
    pattern: /^Dependency failed for /s,
    subject: (unit) => `A start job for unit ${unit} has failed`,
    text: (unit) => [`A start job for unit ${unit} has finished with a failure.`],
  },
  {
    pattern: /^Stopping .*\.\.\.$/s,
    subject: (unit) => `A stop job for unit ${unit} has begun execution`,
    text: (unit) => [`A stop job for unit ${unit} has begun execution.`],
  },
  {
    pattern: /^(Stopped|Stopped target|Closed|Unmounted|Removed slice) /s,
    subject: (unit) => `A stop job for unit ${unit} has finished`,
    text: (unit) => [`A stop job for unit ${unit} has finished.`],
  },
  {
    pattern: /^Reloading .*\.\.\.$/s,
    subject: (unit) => `A reload job for unit ${unit} has begun execution`,
    text: (unit) => [`A reload job for unit ${unit} has begun execution.`],
  },
  {
    pattern: /^(Reloaded|Reload failed for) /s,
    subject: (unit) => `A reload job for unit ${unit} has finished`,
    text: (unit) => [`A reload job for unit ${unit} has finished.`],
  },
  {
    pattern: /: Failed with result '(.*)'\.$/s,
    subject: () => 'Unit failed',
    text: (unit, found) => [
      `The unit ${unit} has entered the 'failed' state with result '${found[1] ?? ''}'.`,
    ],
  },
  {
    pattern: /: Deactivated successfully\.$/s,
    subject: () => 'Unit succeeded',
    text: (unit) => [`The unit ${unit} has successfully entered the 'dead' state.`],
  },
  {
    pattern: /: (?:Main|Control) process exited, code=(\w+), status=(\d+)/s,
    subject: () => 'Unit process exited',
    text: (unit, found) => [
      `An ExecStart= process belonging to unit ${unit} has exited.`,
      '',
      `The process' exit code is '${found[1] ?? ''}' and its exit status is ${found[2] ?? ''}.`,
    ],
  },
  {
    pattern: /: Scheduled restart job, /s,
    subject: () => 'Automatic restarting of a unit has been scheduled',
    text: (unit) => [
      `Automatic restarting of the unit ${unit} has been scheduled, as the result for`,
      'the configured Restart= setting for the unit.',
    ],
  },
];

export function explanationOf(entry: LoggedEntry): string {
  if (entry.pid !== 1 || entry.about === undefined) return '';
  for (const { pattern, subject, text } of EXPLANATIONS) {
    const found = pattern.exec(entry.text);
    if (found === null) continue;
    const lines = [
      `Subject: ${subject(entry.about)}`,
      'Defined-By: systemd',
      'Support: https://www.debian.org/support',
      '',
      ...text(entry.about, found),
      ...jobLines(entry, text(entry.about, found)[0] ?? ''),
    ];
    return lines.map((line) => `░░ ${line}\n`).join('');
  }
  return '';
}
/** Of how a job went on, its number; of how one ended otherwise than by a start that succeeded, the result too. */
function jobLines({ job }: LoggedEntry, text: string): string[] {
  if (job === undefined) return [];
  const isPlain = /(begun execution|finished successfully)\.$/.test(text);
  const result = isPlain || job.result === undefined ? '' : ` and the job result is ${job.result}`;
  return ['', `The job identifier is ${job.id}${result}.`];
}
