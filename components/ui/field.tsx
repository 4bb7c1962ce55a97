import type { ComponentProps } from 'react';
import { cn } from './class-names';

const field =
  'h-6 rounded-md border border-line-strong bg-ink-0 px-2 font-mono text-2xs text-text placeholder:text-faint';

export function TextField({ className, label, ...rest }: ComponentProps<'input'> & { label: string }) {
  return (
    <input
      aria-label={label}
      className={cn(field, className)}
      spellCheck={false}
      autoComplete="off"
      {...rest}
    />
  );
}

export interface Choice {
  value: string;
  text: string;
}

export function SelectField({
  className,
  label,
  choices,
  ...rest
}: ComponentProps<'select'> & { label: string; choices: readonly Choice[] }) {
  return (
    <select aria-label={label} className={cn(field, 'pr-1', className)} {...rest}>
      {choices.map(({ value, text }) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
