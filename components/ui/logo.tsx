/** A trace that breaks and comes back. */
export function Logo({ className = 'size-5' }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinejoin="round"
      aria-hidden="true"
      className={className}
    >
      <path d="M2 12h5l2-6 4 13 3-9 1.6 2H22" />
    </svg>
  );
}
