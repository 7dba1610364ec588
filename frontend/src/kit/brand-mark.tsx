/** The mark: a pulse. Beside the name it is decoration. */
export function BrandMark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0b6e64" />
      <path
        d="M4.5 17h5.2l3-8.2 5.4 14.6 3.4-9.2 1.3 2.8h4.7"
        fill="none"
        stroke="#fff"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
