/** Glyphs where the locale has no UTF-8. Source: systemd 252 `special_glyph`. */
const ASCII: readonly [RegExp, string][] = [
  [/[●○]/g, '*'],
  [/×/g, 'x'],
  [/├─/g, '|-'],
  [/└─/g, '`-'],
  [/│ /g, '| '],
  [/→/g, '->'],
  [/…/g, '...'],
];
/** A locale that names no character set at all counts as UTF-8, as hosts are set up. */
export function glyphsFor(env: ReadonlyMap<string, string>): (text: string) => string {
  const locale = [env.get('LC_ALL'), env.get('LC_CTYPE'), env.get('LANG')].find(
    (value) => value !== undefined && value !== '',
  );
  if (locale !== 'C' && locale !== 'POSIX') return (text) => text;
  return (text) => ASCII.reduce((changed, [pattern, ascii]) => changed.replace(pattern, ascii), text);
}
