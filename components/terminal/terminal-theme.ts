/** xterm's colours for both themes, each with enough contrast on its own background. */
import type { ITheme } from '@xterm/xterm';

const DARK: ITheme = {
  background: '#0a0c10',
  foreground: '#dfe5ee',
  cursor: '#e7ecf3',
  cursorAccent: '#0a0c10',
  selectionBackground: '#62a8ff55',
  black: '#3a4554',
  red: '#ff8a7d',
  green: '#35c79a',
  yellow: '#f0b03f',
  blue: '#62a8ff',
  magenta: '#c8a7ff',
  cyan: '#5cc8d8',
  white: '#dfe5ee',
  brightBlack: '#8390a5',
  brightRed: '#ffb4ab',
  brightGreen: '#7fe0bd',
  brightYellow: '#ffd07a',
  brightBlue: '#9cc8ff',
  brightMagenta: '#dcc8ff',
  brightCyan: '#9be4ee',
  brightWhite: '#ffffff',
};
const LIGHT: ITheme = {
  background: '#fbfcfd',
  foreground: '#1b2430',
  cursor: '#10161f',
  cursorAccent: '#fbfcfd',
  selectionBackground: '#1a5cb840',
  black: '#10161f',
  red: '#b42a18',
  green: '#0a6b4e',
  yellow: '#835400',
  blue: '#1a5cb8',
  magenta: '#6b35c9',
  cyan: '#0b6674',
  white: '#566377',
  brightBlack: '#566377',
  brightRed: '#b42a18',
  brightGreen: '#0a6b4e',
  brightYellow: '#835400',
  brightBlue: '#1a5cb8',
  brightMagenta: '#6b35c9',
  brightCyan: '#0b6674',
  brightWhite: '#10161f',
};

export function terminalTheme(): ITheme {
  return document.documentElement.dataset['theme'] === 'light' ? LIGHT : DARK;
}
