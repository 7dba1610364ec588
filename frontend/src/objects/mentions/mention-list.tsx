import { useEffect, useRef } from "react";
import { Avatar } from "@/kit/avatar";
import { useFormat } from "../fields/use-format";
import styles from "./mentions.module.css";
import type { Offer } from "./use-mentions";

type MentionListProps = {
  id: string;
  offers: Offer[];
  active: number;
  armed: string | null;
  loading: boolean;
  note: string;
  onPick: (offer: Offer) => void;
};

/** Who is offered; who may not see the record says so, and once more before he is named all the same. */
export function MentionList({ id, offers, active, armed, loading, note, onPick }: MentionListProps) {
  const { t } = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const count = offers.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once more when those found have made it longer
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" }); // its promise must not be taken for a clean-up
  }, [count]);
  return (
    <div className={styles.list} ref={box}>
      <div id={id} role="listbox" aria-label={t("mention.people")}>
        {offers.map((offer, index) => (
          // The text area keeps the focus; the keys are its own.
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={offer.id}
            id={`${id}-${offer.id}`}
            role="option"
            aria-selected={index === active}
            className={`${styles.offer} ${index === active ? styles.active : ""}`}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onPick(offer)}
          >
            <Avatar name={offer.label} size={24} />
            <span className={styles.words}>
              {offer.label} <small>{offer.sub}</small>
            </span>
            {offer.can_see === false ? (
              <span className={armed === offer.id ? styles.armed : styles.blind}>
                {armed === offer.id ? t("mention.anyway") : t("mention.cannot_see")}
              </span>
            ) : null}
          </div>
        ))}
      </div>
      {offers.length === 0 ? (
        <p className={styles.note}>{loading ? t("mention.searching") : t("mention.nobody")}</p>
      ) : null}
      {note ? <p className={styles.note}>{note}</p> : null}
    </div>
  );
}
