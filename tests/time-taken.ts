/**
 * How long something takes, in milliseconds: by the clock, or what the processor worked when that is less,
 * so that a machine that does other things as well does not spoil the figure.
 */
export function millisecondsOf(run: () => void): number {
  const worked = process.cpuUsage();
  const begun = performance.now();
  run();
  const { user, system } = process.cpuUsage(worked);
  return Math.min(performance.now() - begun, (user + system) / 1_000);
}
