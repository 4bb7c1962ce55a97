import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from './class-names';

const button = cva(
  'inline-flex items-center justify-center gap-1.5 whitespace-nowrap rounded-lg border font-sans transition-colors disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:opacity-50',
  {
    variants: {
      look: {
        plain: 'border-line-strong bg-ink-2 text-text hover:bg-ink-3',
        primary: 'border-action bg-action font-semibold text-on-action hover:opacity-90',
        quiet: 'border-transparent bg-transparent text-muted hover:bg-ink-3 hover:text-text',
        danger: 'border-broken-line bg-broken-soft text-broken-text hover:border-broken',
      },
      size: {
        small: 'h-6 px-2 text-2xs rounded-md',
        medium: 'h-7 px-2.5 text-xs',
        large: 'h-10 px-4 text-base',
        icon: 'size-6 rounded-md p-0 text-xs',
      },
    },
    defaultVariants: { look: 'plain', size: 'medium' },
  },
);

export type ButtonProps = ComponentProps<'button'> & VariantProps<typeof button>;

export function Button({ className, look, size, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={cn(button({ look, size }), className)} {...rest} />;
}

/** The same look for links. */
export function buttonClass({
  look,
  size,
  className,
}: VariantProps<typeof button> & { className?: string }): string {
  return cn(button({ look, size }), className);
}
