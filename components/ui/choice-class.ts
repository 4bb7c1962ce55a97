/** Radio buttons and checkboxes in the theme's colours: the browser's own are grey in grey on a dark ground. */
const BOX =
  'size-3.5 shrink-0 appearance-none border border-muted bg-ink-0 enabled:hover:border-text disabled:opacity-60 forced-colors:appearance-auto';

export const RADIO = `${BOX} rounded-full checked:border-4 checked:border-selected`;
export const CHECKBOX = `${BOX} rounded-[3px] checked:border-selected checked:bg-selected checked:shadow-[inset_0_0_0_2px_var(--ink-0)]`;
