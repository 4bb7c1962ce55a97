export function generateLoad(_words: readonly string[]): void {}
