import styles from "./avatar.module.css";

const HUES = 6;

function hueOf(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}

/** Chinese persons show their last two characters (王小明 → 小明), companies their first two, others initials. */
export function initialsOf(name: string): string {
  const text = name.trim();
  if (/[㐀-鿿]/.test(text)) return text.length > 4 ? text.slice(0, 2) : text.slice(-2);
  const words = text.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .join("");
}

type AvatarProps = { name: string | null | undefined; size?: 20 | 24 | 28 | 36 | 48; square?: boolean };

/** Beside a visible name it is decoration, so it is hidden from screen readers. */
export function Avatar({ name, size = 24, square }: AvatarProps) {
  const text = name ? initialsOf(name) : "–";
  const shown = size <= 20 ? text.slice(-1) : text;
  return (
    <span
      aria-hidden
      className={`${styles.avatar} ${square ? styles.square : ""} ${styles[`hue${hueOf(name ?? "")}`]}`}
      style={{ width: size, height: size, fontSize: Math.max(10, Math.round(size * 0.4)) }}
    >
      {shown}
    </span>
  );
}
