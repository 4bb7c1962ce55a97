export function scenarioFiles(): string {
  return 'later';
}
