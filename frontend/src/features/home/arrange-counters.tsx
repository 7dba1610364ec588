import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp } from "lucide-react";
import { useT } from "@/i18n/index";
import { useIsPhone } from "@/kit/use-is-phone";
import { moved } from "./arranging";
import styles from "./arranging.module.css";
import { Brick } from "./brick";
import type { Known } from "./use-arrangement";

type ArrangeCountersProps = { chosen: string[]; known: Known[]; onChange: (codes: string[]) => void };

export function ArrangeCounters({ chosen, known, onChange }: ArrangeCountersProps) {
  const t = useT("home");
  const phone = useIsPhone();
  const move = (from: number, to: number) => onChange(moved(chosen, from, to));
  return (
    <ul className={styles.counters} aria-label={t("counters")}>
      {chosen.map((code, index) => {
        const words = known.find((one) => one.code === code);
        const label = words?.label ?? code;
        return (
          <Brick
            key={code}
            kind="counter"
            index={index}
            label={label}
            about={words?.about ?? ""}
            steps={[
              { icon: phone ? ArrowUp : ArrowLeft, label: t("arranging.earlier", { label }), to: index - 1 },
              {
                icon: phone ? ArrowDown : ArrowRight,
                label: t("arranging.later", { label }),
                to: index + 1 < chosen.length ? index + 1 : -1,
              },
            ]}
            onMove={move}
            onDrop={move}
            onRemove={() => onChange(chosen.filter((one) => one !== code))}
          />
        );
      })}
    </ul>
  );
}
