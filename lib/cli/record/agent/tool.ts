export function runTool(_words: readonly string[]): void {}
