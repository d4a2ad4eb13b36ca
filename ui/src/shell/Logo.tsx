export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#e8590c" />
      <path d="M8 9h12M8 16h16M12 23h8" stroke="#fff" strokeWidth="3.2" strokeLinecap="round" />
    </svg>
  );
}
