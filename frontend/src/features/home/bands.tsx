import type { ReactNode } from "react";
import { bandsOf, type Place } from "./arranging";
import styles from "./bands.module.css";
import { useNarrow } from "./use-narrow";

type BandsProps<T> = {
  cards: T[];
  draw: (card: T) => ReactNode;
  /** Drawn as lists of items. */
  list?: boolean;
  label?: string;
};

/** Cards in two columns and over both; below each other in their own order where it is narrow, so that reading follows it too. */
export function Bands<T extends { place: Place }>({ cards, draw, list, label }: BandsProps<T>) {
  const narrow = useNarrow();
  const Stack = list ? "ul" : "div";
  const stack = (some: T[]) => (
    <Stack className={styles.stack} aria-label={label}>
      {some.map(draw)}
    </Stack>
  );
  if (narrow) return stack(cards);
  return (
    <div className={styles.bands}>
      {bandsOf(cards).map((band, index) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: a band is nothing but its turn
        if ("full" in band) return <div key={index}>{stack([band.full])}</div>;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a band is nothing but its turn
          <div key={index} className={styles.columns}>
            {stack(band.left)}
            {stack(band.right)}
          </div>
        );
      })}
    </div>
  );
}
