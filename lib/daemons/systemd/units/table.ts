/** A short way to write unit files down. */
export type Section = Readonly<Record<string, string | readonly string[]>>;

/** The text of a unit file from its sections; a list gives one line each. */
export function unitText(sections: Readonly<Record<string, Section>>): string {
  return Object.entries(sections)
    .filter(([, section]) => Object.keys(section).length > 0)
    .map(([name, section]) => {
      const lines = Object.entries(section).flatMap(([key, value]) =>
        typeof value === 'string' ? [`${key}=${value}`] : value.map((one) => `${key}=${one}`),
      );
      return `[${name}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}
