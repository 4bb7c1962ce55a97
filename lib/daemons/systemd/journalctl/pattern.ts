/** PCRE patterns of -g by the engine's own expressions, which agree on what people write. */
export function compileRegExp(
  pattern: string,
  caseSensitive: boolean,
): ((text: string) => boolean) | undefined {
  try {
    const compiled = new RegExp(pattern, caseSensitive ? 'u' : 'iu');
    return (text) => compiled.test(text);
  } catch {
    return undefined;
  }
}
