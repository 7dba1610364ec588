import { ArrowDown, ArrowUp } from "lucide-react";
import { useT } from "@/i18n/index";
import { dropped, moved, nextIndex, PLACES, type Place, type Placed } from "./arranging";
import styles from "./arranging.module.css";
import { Bands } from "./bands";
import { Brick } from "./brick";
import type { Known } from "./use-arrangement";
import { useNarrow } from "./use-narrow";

type ArrangeCardsProps = { chosen: Placed[]; known: Known[]; onChange: (cards: Placed[]) => void };

/** The cards as they stand on the page, as bricks. */
export function ArrangeCards({ chosen, known, onChange }: ArrangeCardsProps) {
  const t = useT("home");
  const flat = useNarrow();
  const brick = (card: Placed) => {
    const index = chosen.indexOf(card);
    const words = known.find((one) => one.code === card.code);
    const label = words?.label ?? card.code;
    const put = (place: Place) =>
      onChange(chosen.map((one) => (one.code === card.code ? { ...one, place } : one)));
    return (
      <Brick
        key={card.code}
        kind="card"
        index={index}
        label={label}
        about={words?.about ?? ""}
        steps={[
          {
            icon: ArrowUp,
            label: t("arranging.earlier", { label }),
            to: nextIndex(chosen, index, -1, flat),
          },
          {
            icon: ArrowDown,
            label: t("arranging.later", { label }),
            to: nextIndex(chosen, index, 1, flat),
          },
        ]}
        onMove={(from, to) => onChange(moved(chosen, from, to))}
        onDrop={(from, to) => onChange(flat ? moved(chosen, from, to) : dropped(chosen, from, to))}
        onRemove={() => onChange(chosen.filter((one) => one.code !== card.code))}
      >
        {flat ? null : (
          <fieldset className={styles.places} aria-label={t("arranging.place", { label })}>
            {PLACES.map((place) => (
              <button
                key={place}
                type="button"
                aria-pressed={card.place === place}
                onClick={() => put(place)}
              >
                {t(`arranging.${place}`)}
              </button>
            ))}
          </fieldset>
        )}
      </Brick>
    );
  };
  return <Bands cards={chosen} draw={brick} list label={t("arranging.cards")} />;
}
